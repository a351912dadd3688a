"""The main job on real captured pages: polled, read, stored once, matched, told."""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from storage.model import StoredItem, TextState
from storage.store import open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.support.folders import write_loopback_config
from tests.support.shared import captured_newsroom

pytestmark = pytest.mark.long

ARTICLE = re.compile(r"http://127[^\s>)]+\.html")

WATCHES = {
    "palantir": "palantir",
    "ice": 'cs("ICE")',
    "fdp-bma": '"federated data platform" AND bma',
    "good-law": '"Good Law Project"',
    "rotherham": '"Rotherham NHS Foundation Trust"',
    "not-bma": "palantir NOT bma",
    "karp": "karp",
    "karp-comments": "comments:karp",
    "sidebar": "zorbiq",
    "mended": '"Palantir\'s involvement"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What stood after a poll."""

    listed: frozenset[str]
    items: tuple[StoredItem, ...]
    mails: tuple[EmailMessage, ...]

    @property
    def carried(self) -> Counter[str]:
        return Counter(c.url for item in self.items for c in item.carriers if c.url is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The whole run: first wave, the same again, second wave, the same again."""

    first: Wave
    again: Wave
    second: Wave
    second_again: Wave
    mentions: Mapping[str, tuple[StoredItem, ...]]
    palantir: StoredItem


def read_mails(data: Path) -> tuple[EmailMessage, ...]:
    parsed = []
    for path in sorted((data / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        parsed.append(message)
    return tuple(parsed)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("captured")
    with captured_newsroom() as newsroom:
        feeds = {outlet.name: outlet.feed for outlet in newsroom.outlets}
        write_loopback_config(folder / "config", folder / "data", feeds=feeds, watches=WATCHES)
        wired = load(folder / "config", {})
        store = open_store(wired.catalog.settings.service.database_url)
        service = Service(wired, store)

        def poll() -> Wave:
            service.run_once(even_if_not_due=True)
            with store.reading() as unit:
                items = unit.items.newest(limit=10_000)
            listed = frozenset(link for o in newsroom.outlets for link in newsroom.listed(o))
            return Wave(listed=listed, items=items, mails=read_mails(folder / "data"))

        first, again = poll(), poll()
        newsroom.open_second_wave()
        second, second_again = poll(), poll()
        with store.reading() as unit:
            mentions = {
                key: tuple(item for _, item in unit.mentions.newest([key], limit=500))
                for key in WATCHES
            }
        palantir = next(i for i in second.items if i.url and i.url.endswith("/palantir-ice.html"))
        yield Run(
            first=first,
            again=again,
            second=second,
            second_again=second_again,
            mentions=mentions,
            palantir=palantir,
        )
        store.close()


def test_every_listed_page_is_stored_exactly_once(run: Run) -> None:
    for wave in (run.first, run.second):
        assert set(wave.carried) >= wave.listed
        assert max(wave.carried.values()) == 1


def test_an_article_on_two_pages_of_an_outlet_is_one_item(run: Run) -> None:
    paths = [{c.url.rsplit("/", 1)[1] for c in i.carriers if c.url} for i in run.second.items]
    assert {"lifehacker-working.html", "lifehacker-post-comment-load.html"} in paths
    # the only other pages with one headline and one text are three that differ in markup alone
    assert sorted(len(names) for names in paths if len(names) > 1) == [2, 3]


def test_a_second_run_stores_nothing(run: Run) -> None:
    assert {i.item_id for i in run.again.items} == {i.item_id for i in run.first.items}
    assert {i.item_id for i in run.second_again.items} == {i.item_id for i in run.second.items}
    assert all(i.revision == 1 for i in run.second_again.items)
    assert len(run.second_again.mails) == len(run.second.mails)


def test_the_second_wave_and_only_that_is_told(run: Run) -> None:
    assert [kind(m) for m in run.again.mails] == ["welcome"]
    told = [m for m in run.second.mails if kind(m) == "alert"]
    assert told
    links = {link for message in told for link in ARTICLE.findall(plain(message))}
    late = run.second.listed - run.first.listed
    assert links
    assert links <= late
    expected = {
        item.url
        for items in run.mentions.values()
        for item in items
        if not item.baseline and item.url is not None
    }
    assert links == expected


def test_the_captured_article_is_read_rightly(run: Run) -> None:
    item = run.palantir
    assert item.title.startswith("Concerns mount over NHS software supplier")
    assert item.published_at is not None
    assert item.published_at.date().isoformat() == "2026-01-27"
    assert item.text_state is TextState.FULL
    assert "£330m contract in 2023" in item.body
    assert "the BMA, the Green Party" in item.body.replace("The BMA", "the BMA")
    assert "speed up cancer diagnosis" in item.body
    assert "Karp" not in item.body
    assert "Karp" in item.comments
    assert "contracts mean anything" in item.comments
    assert "Zorbiq" not in item.body + item.comments + item.summary
    assert "newsletter" not in item.body
    damaged = "âĂ\x80\x99Â"
    assert not [c for c in damaged if c in item.body + item.comments + item.title]


@pytest.mark.parametrize(
    "watch", ["palantir", "ice", "fdp-bma", "good-law", "rotherham", "karp-comments", "mended"]
)
def test_watch_finds_the_article(run: Run, watch: str) -> None:
    assert run.palantir.item_id in {item.item_id for item in run.mentions[watch]}


@pytest.mark.parametrize("watch", ["karp", "not-bma"])
def test_watch_does_not_find_the_article(run: Run, watch: str) -> None:
    assert run.palantir.item_id not in {item.item_id for item in run.mentions[watch]}


def test_a_word_that_stands_in_sidebars_alone_is_found_nowhere(run: Run) -> None:
    assert run.mentions["sidebar"] == ()


def test_the_sentence_that_hit_is_shown_with_its_terms_marked(run: Run) -> None:
    told = [m for m in run.second.mails if kind(m) == "alert"]
    html = "".join(m.get_body(("html",)).get_content() for m in told)  # type: ignore[union-attr]
    for term in ("Rotherham NHS Foundation Trust", "Good Law Project", "Palantir"):
        assert re.search(rf'<span class="hit"[^>]*>{term}', html), term


def kind(message: EmailMessage) -> str:
    """What a message is, from the kind that its Message-ID starts with."""
    return str(message["Message-ID"]).lstrip("<").split(".")[0]


def plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
