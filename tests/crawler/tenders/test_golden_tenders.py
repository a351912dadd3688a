"""Release packages beside what is to be read from them, whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.errors import NotAFeed
from crawler.extraction.normalise import normalise
from crawler.tenders.ocds import Package, read_package
from crawler.tenders.ocds_entries import build_entry, merge_by_process
from crawler.tenders.ocds_release import Release
from crawler.tenders.ocds_text import notice_url
from storage.model import FetchedEntry, TextState
from tests import DATA
from tests.support.servers.tenders import a_release
from tests.support.shared import shared

PACKAGES = DATA / "tenders"
NAMES = sorted({path.name.partition(".")[0] for path in PACKAGES.iterdir()})
SERVICE = "https://www.find-tender.service.gov.uk/api/1.0/ocdsReleasePackages"
NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)


def entries(package: Package) -> list[FetchedEntry]:
    return [
        build_entry(Release(said), source_key="notices", service=SERVICE, fetched_at=NOW)
        for said in package.releases
    ]


def shown(package: Package) -> dict[str, Any]:
    """What was read, as the answers beside the packages are written."""
    read = []
    for entry in entries(package):
        assert entry.notice is not None
        article = normalise(
            entry, item_kind="news", page=None, text=None, thin_reason=None, language=None
        )
        assert article.text_state is TextState.FULL
        read.append(
            {
                "process": entry.guid,
                "url": entry.url,
                "title": article.title,
                "published": article.published_at,
                "text": article.body.split("\n"),
                "notice": asdict(entry.notice),
            }
        )
    said = {"next": package.next_link, "damage": package.damage, "read": read}
    known: dict[str, Any] = json.loads(json.dumps(said, default=str))
    return known


def test_each_package_has_its_answer_and_each_answer_its_package() -> None:
    assert NAMES
    assert {path.name for path in PACKAGES.iterdir()} == {
        f"{name}.{end}" for name in NAMES for end in ("json", "read.json")
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_a_package_says_is_read_whole(name: str) -> None:
    package = read_package((PACKAGES / f"{name}.json").read_bytes())

    meant = json.loads((PACKAGES / f"{name}.read.json").read_text("utf-8"))

    assert shown(package) == meant


@pytest.mark.parametrize("name", NAMES)
def test_a_package_that_breaks_off_anywhere_gives_what_was_whole_or_is_refused(name: str) -> None:
    body = (PACKAGES / f"{name}.json").read_bytes()
    all_of_it = read_package(body).releases

    for end in range(0, len(body) - 3, 37):
        try:
            package = read_package(body[:end])
        except NotAFeed:
            continue
        assert package.releases == all_of_it[: len(package.releases)]
        assert not package.whole
        assert package.damage


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Service unavailable</html>", b"[]", b'{"results": []}', b'"text"', b"null"],
)
def test_what_is_no_package_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_package(body)


def test_fields_of_the_wrong_type_are_passed_over() -> None:
    for odd in (None, 7, "text", [], ["x"], {}, {"x": [None, 3]}, [[{}]], True):
        said: dict[str, Any] = {"ocid": "ocds-h6vhtk-1", "id": odd, "date": odd, "tag": odd}
        for name in ("parties", "buyer", "tender", "awards", "contracts", "planning"):
            said[name] = odd
        said["tender"] = {"value": odd, "lots": odd, "items": odd, "documents": odd, "title": odd}
        (entry,) = entries(Package(releases=(said,)))
        assert entry.guid == "ocds-h6vhtk-1"


def test_a_number_that_is_no_part_of_an_address_leads_nowhere() -> None:
    release = Release(a_release("../../x?y=1", at=NOW))

    assert notice_url(release, SERVICE) is None


def test_several_notices_of_one_poll_become_one_and_none_is_passed_over() -> None:
    hours = [NOW.replace(hour=hour) for hour in (3, 5, 4)]
    texts = ["First for Corvid.", "Third and last.", "Second of Tidewater."]
    package = Package(
        releases=tuple(
            a_release(f"00000{n}-2026", at=at, ocid="x", tender={"title": "T", "description": text})
            for n, (at, text) in enumerate(zip(hours, texts, strict=True))
        )
    )

    (one,) = merge_by_process(entries(package))

    assert one.published_at == hours[1]
    lines = one.content.split("\n")
    told = [lines.index(text) for text in ("Third and last.", "Second of Tidewater.")]
    assert told == sorted(told)
    assert "First for Corvid." in lines


def test_the_call_offs_of_several_buyers_stay_apart() -> None:
    package = Package(
        releases=tuple(
            a_release(f"00000{n}-2026", at=NOW, ocid="x", buyer={"name": f"Buyer {n}"}, parties=[])
            for n in range(3)
        )
    )

    assert len(merge_by_process(entries(package))) == 3


def test_real_releases_are_read_with_buyer_title_and_page() -> None:
    """Real Contracts Finder releases, where they are beside the project."""
    folder = shared("data", "gov", "contracts-finder")
    releases = [Release(json.loads(path.read_bytes())) for path in sorted(folder.iterdir())]

    read = entries(Package(releases=tuple(release.data for release in releases)))

    assert len(read) >= 80
    assert all(entry.notice is not None and entry.notice.buyers for entry in read)
    assert all(entry.title and entry.published_at and entry.url for entry in read)
    for entry, release in zip(read, releases, strict=True):
        chosen = [one for award in release.awards for one in award.get("suppliers", ())]
        assert entry.notice is not None
        # the name of one of them is withheld
        names = {" ".join(one["name"].split()).casefold() for one in chosen if one["name"]}
        assert {name.casefold() for name in entry.notice.suppliers} == names
    number = [len(entry.content.split()) for entry in read]
    assert min(number) > 20
