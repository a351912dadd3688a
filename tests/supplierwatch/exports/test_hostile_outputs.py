"""Untrusted content is text in all that is handed out: feeds, tables, evidence, pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from storage.model import Article, TextState
from supplierwatch.exports.atom import FeedAddresses, render_watch_feed
from supplierwatch.exports.tables import COLUMNS
from tests.supplierwatch.instance import SETTINGS, SUBSCRIPTIONS, Instance, an_article, an_instance
from tests.support.content.hostile import (
    LINKS,
    MARKUP,
    TEMPLATES,
    addresses_of,
    assert_web_address,
    elements_of,
    squeezed,
    words_of,
)
from tests.support.sizes import cases

pytestmark = pytest.mark.slow  # each makes an installation, and stories in it


HOSTILE = {f"markup-{name}": text for name, text in MARKUP.items()} | {
    f"template-{name}": text for name, text in TEMPLATES.items()
}


HARMLESS = "and no more"


WATCH = "halcyon-trusts"


ATOM = "{http://www.w3.org/2005/Atom}"


HOME = "https://watch.trust.example"


links = pytest.mark.parametrize("link", cases(LINKS).values(), ids=cases(LINKS))


def a_text(role: str, payload: str) -> str:
    return f"Z{role} {payload}"


def toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def a_hostile_instance(
    folder: Path, payloads: Sequence[str], link: str = "https://outlet.example/1"
) -> Instance:
    """A story of three items for each payload, with it in every field and every name."""
    instance = an_instance(folder)
    instance.write("settings.toml", SETTINGS.format(data=instance.data))
    instance.write(
        "sources.toml",
        "".join(
            f'[[source]]\nkey = "{key}-{number}"\nkind = "feed"\n'
            f'url = "https://{key}-{number}.example/feed"\nname = {toml(a_text(key, payload))}\n'
            for number, payload in enumerate(payloads)
            for key in ("ward-ledger", "trolley", "register")
        ),
    )
    instance.write(
        "watches.toml",
        f"[[watch]]\nkey = \"{WATCH}\"\nquery = '@halcyon AND trust'\n"
        f"label = {toml(a_text('label', payloads[0]))}\n",
    )
    instance.write("subscriptions.toml", SUBSCRIPTIONS)
    instance.stores(
        *(
            article
            for number, payload in enumerate(payloads)
            for article in a_hostile_story(number, payload, link)
        )
    )
    return instance


def a_hostile_story(number: int, payload: str, link: str) -> list[Article]:
    """Two items that tell one story, and one of which the teaser alone is known."""
    shown = f"{link}{number}" if urlsplit(link).scheme == "https" else link
    shared = f"Halcyon told the trust Zbody {payload} of it. {words_of_story(number)}"
    own = f"Nobody else has this one sentence of Zown {payload} with six other words in it."
    adds = f"Only the trolley has another sentence of Zadds {payload} with eight more words."
    full = [
        an_article(
            f"{source}-{number}",
            source_key=f"{source}-{number}",
            url=f"{shown}-{source}" if urlsplit(link).scheme == "https" else link,
            guid=f"{payload} {source}",
            title=f"Halcyon trust {number} {a_text('title', payload)}",
            summary=a_text("summary", payload),
            authors=(a_text("author", payload),),
            body=f"{shared} {more}",
            comments=a_text("comment", payload),
        )
        for source, more in (("trolley", adds), ("ward-ledger", own))
    ]
    thin = an_article(
        f"thin-{number}",
        source_key=f"register-{number}",
        url=f"{shown}-thin" if urlsplit(link).scheme == "https" else link,
        title=f"Halcyon trust {number} {a_text('thintitle', payload)}",
        summary=a_text("teaser", payload),
        body="",
        text_state=TextState.THIN,
        thin_reason=a_text("thin", payload),
        content_hash=None,
    )
    return [*full, thin]


def words_of_story(number: int) -> str:
    return " ".join(f"n{number}x{at}" for at in range(70)) + "."


def atom(instance: Instance) -> bytes:
    with instance.service() as service, service.store.reading() as unit:
        place = FeedAddresses(itself=f"{HOME}/feed", home=HOME)
        return render_watch_feed(unit, service.in_force.context, WATCH, place)


def exported(instance: Instance, form: str) -> bytes:
    file = instance.data / f"out.{form}"
    run = instance.run("export", str(file), "--watch", WATCH)
    assert run.exit_code == 0, run.output
    return file.read_bytes()


def of_xml(document: bytes) -> set[tuple[str, tuple[str, ...]]]:
    """Each kind of element of a document with the names of its attributes."""
    tree = etree.fromstring(document)
    return {(str(each.tag), tuple(sorted(map(str, each.attrib)))) for each in tree.iter()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """A instance with each payload in every field of a story."""

    payloads: tuple[str, ...]
    instance: Instance


@pytest.fixture(scope="module", params=[MARKUP, TEMPLATES], ids=["markup", "templates"])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    payloads = tuple(request.param.values())
    folder = tmp_path_factory.mktemp("attacked")
    return Attacked(payloads=payloads, instance=a_hostile_instance(folder, payloads))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return a_hostile_instance(tmp_path_factory.mktemp("harmless"), [HARMLESS])


def contents_of(feed: bytes) -> list[str]:
    return [str(each.text) for each in etree.fromstring(feed).iter(f"{ATOM}content")]


def descriptions_of(feed: bytes) -> list[str]:
    tree = etree.fromstring(feed)
    return [str(each.text) for item in tree.iter("item") for each in item.iter("description")]


FEEDS: dict[
    str, tuple[Callable[[Instance], bytes], Callable[[bytes], list[str]], tuple[str, ...]]
] = {
    "atom": (
        atom,
        contents_of,
        (
            *("title", "body", "own", "adds", "teaser", "thin", "trolley"),
            *("ward-ledger", "thintitle"),
        ),
    ),
    "rss": (
        lambda instance: exported(instance, "rss"),
        descriptions_of,
        ("body", "teaser", "trolley", "ward-ledger", "register", "label"),
    ),
}


IN_TITLES = {"title", "thintitle"}


@pytest.mark.parametrize("name", FEEDS)
def test_html_in_a_feed_has_only_the_elements_that_we_write(
    name: str, attacked: Attacked, harmless: Instance
) -> None:
    make, html_of, roles = FEEDS[name]
    usual = make(harmless)
    feed = make(attacked.instance)

    assert of_xml(feed) - of_xml(usual) == set()
    allowed = set().union(*map(elements_of, html_of(usual)))
    pages = html_of(feed)
    assert len(pages) == len(attacked.payloads) * len(html_of(usual))
    assert set().union(*map(elements_of, pages)) - allowed == set()
    words = squeezed(" ".join(map(words_of, pages)))
    titles = squeezed(" ".join(map(str, etree.fromstring(feed).itertext())))
    for payload in attacked.payloads:
        for role in roles:
            if role != "label" or payload == attacked.payloads[0]:
                shown = titles if role in IN_TITLES else words
                assert squeezed(a_text(role, payload)) in shown, (role, payload)


def test_a_feed_reader_finds_nothing_to_clean_in_a_feed(attacked: Attacked) -> None:
    for feed in (atom(attacked.instance), exported(attacked.instance, "rss")):
        as_written = feedparser.parse(io.BytesIO(feed), sanitize_html=False)
        cleaned = feedparser.parse(io.BytesIO(feed), sanitize_html=True)
        assert not as_written.bozo
        for raw, clean in zip(as_written.entries, cleaned.entries, strict=True):
            said, kept = (
                "".join(part.value for part in one.get("content", [])) or one.summary
                for one in (raw, clean)
            )
            # what it takes away is markup; our own is all that there is
            assert words_of(said) == words_of(kept)


@links
def test_links_of_feeds_and_tables_lead_to_the_web_or_nowhere(link: str, tmp_path: Path) -> None:
    instance = a_hostile_instance(tmp_path, [HARMLESS], link=link)
    for tree in (etree.fromstring(atom(instance)), etree.fromstring(exported(instance, "rss"))):
        given = [str(each.get("href")) for each in tree.iter(f"{ATOM}link")]
        given += [str(each.text) for each in tree.iter("link")]
        assert given
        for address in given:
            assert_web_address(address)
    for page in [*contents_of(atom(instance)), *descriptions_of(exported(instance, "rss"))]:
        assert addresses_of(page) == []


def test_a_table_has_its_columns_and_each_cell_is_text(
    attacked: Attacked, harmless: Instance
) -> None:
    usual = list(csv.reader(io.StringIO(exported(harmless, "csv").decode(), newline="")))
    rows = list(csv.reader(io.StringIO(exported(attacked.instance, "csv").decode(), newline="")))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(row) for row in usual}
    assert len(rows) == 1 + 3 * len(attacked.payloads)
    cells = squeezed(" | ".join(cell for row in rows for cell in row))
    for payload in attacked.payloads:
        for role in ("title", "author", "ward-ledger", "trolley", "body", "own"):
            assert squeezed(a_text(role, payload)) in cells, (role, payload)


def test_lines_for_programs_say_each_field_as_it_is_stored(attacked: Attacked) -> None:
    lines = exported(attacked.instance, "jsonl").decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 3 * len(attacked.payloads)
    assert {one["item"]["title"] for one in found} == {
        f"Halcyon trust {number} {a_text(role, payload)}"
        for number, payload in enumerate(attacked.payloads)
        for role in ("title", "thintitle")
    }
