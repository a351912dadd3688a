"""Three fictional sites with names in their surroundings: polled, learned, matched, told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from storage.mentions.asides import Aside
from storage.model import StoredItem, TextState
from storage.rules.aside_rules import block_key
from storage.store import Store, open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.support.content.three_sites import BACKGROUND, STRANGER, Site, sites
from tests.support.folders import write_loopback_config
from tests.support.site import FEED_TYPE, Entry, FakeSite, feed

WATCHES = {
    "stranger": "zorbiq",
    "background": '"was founded in Thornby"',
    "signed": "text:halcyon",
    "plea": '"sixty pence a week"',
}
SITES = dict(zip(("127.0.0.2", "127.0.0.3", "127.0.0.4"), sites(), strict=True))
WALL = (
    "<p>Before you read on: Zorbiq and nineteen other partners would like to look at what you like "
    "to read, so that what you see here is of use to you. Choose below which of them may, and "
    "change what you chose whenever you wish to on the page that tells how we treat your data.</p>"
)


def publish(served: FakeSite, host: str, site: Site, many: int, *, walled: int = 0) -> None:
    """List the first pages of a site; of the last of them only a wall is seen."""
    entries = []
    for number, one in enumerate(site.pages[:many]):
        body = one.page.body if number < many - walled else f"<html><body>{WALL}</body></html>"
        link = served.page(f"/{number}", body, host=host)
        title, teaser = one.entry.title, one.entry.summary
        entries.append(Entry(title=title, link=link, guid=link, summary=teaser))
    served.page("/feed.xml", feed(reversed(entries)), host=host, content_type=FEED_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    items: tuple[StoredItem, ...]
    found: dict[str, tuple[StoredItem, ...]]
    around: tuple[Aside, ...]

    def of(self, name: str) -> list[StoredItem]:
        """The items of a site, in the order of its pages."""
        own = [one for one in self.items if one.source_key == name.partition(".")[0]]
        return sorted(own, key=lambda one: int((one.url or "").rpartition("/")[2]))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Two polls while the sites are as usual, and one that meets a wall."""
    folder = tmp_path_factory.mktemp("known")
    with FakeSite(SITES) as served:
        feeds = {
            site.name.partition(".")[0]: served.url("/feed.xml", host=host)
            for host, site in SITES.items()
        }
        write_loopback_config(folder / "config", folder / "data", feeds=feeds, watches=WATCHES)
        wired = load(folder / "config", {})
        store = open_store(wired.catalog.settings.service.database_url)
        for many, walled in ((4, 0), (8, 0), (12, 4)):  # a list of what is read most is new in each
            for host, site in SITES.items():
                publish(served, host, site, many, walled=walled)
            Service(wired, store).run_once(even_if_not_due=True)  # each as a service started anew
        yield seen(store)
        store.close()


def seen(store: Store) -> Run:
    with store.reading() as unit:
        return Run(
            items=unit.items.newest(limit=100),
            found={
                key: tuple(item for _, item in unit.mentions.newest([key], limit=100))
                for key in WATCHES
            },
            around=tuple(
                {
                    aside.aside_id: aside
                    for item in unit.items.newest(limit=100)
                    for aside in unit.asides.of_item(item)
                }.values()
            ),
        )


def test_a_name_that_stands_in_surroundings_and_walls_alone_is_found_nowhere(run: Run) -> None:
    assert len(run.items) == 36
    assert run.found["stranger"] == ()


def test_what_articles_say_is_found_where_they_say_it(run: Run) -> None:
    for key, words in (("background", BACKGROUND), ("signed", "Halcyon")):
        expected = {
            one.entry.title
            for site in SITES.values()
            for one in site.pages[:8]
            if any(words in paragraph for paragraph in one.own)
        }
        titles = {item.title for item in run.found[key] if item.text_state is TextState.FULL}
        assert titles == expected, key


@pytest.mark.parametrize("site", SITES.values(), ids=[one.name for one in SITES.values()])
def test_articles_are_read_whole_and_walled_ones_are_thin(run: Run, site: Site) -> None:
    items = run.of(site.name)
    assert [one.text_state is TextState.FULL for one in items] == [True] * 8 + [False] * 4
    for item, page in zip(items[:8], site.pages, strict=False):
        assert [own for own in page.own if own not in item.body] == []
    for item, page in zip(items[8:], site.pages[8:], strict=True):
        assert (item.title, item.summary) == (page.entry.title, page.entry.summary)
        assert item.thin_reason is not None


@pytest.mark.parametrize("site", SITES.values(), ids=[one.name for one in SITES.values()])
def test_a_name_around_articles_is_kept_with_them_and_noted_once_for_each_text(
    run: Run, site: Site
) -> None:
    key = site.name.partition(".")[0]
    noted = [one for one in run.around if one.source_key == key and one.watch_key == "stranger"]
    texts = [one.block.text for one in noted]
    assert any(text in around for text in texts for one in site.pages for around in one.around)
    assert len(texts) == len({block_key(text) for text in texts})
    assert STRANGER not in texts  # an entry of the menu
    for item in run.of(site.name)[:8]:
        assert any(STRANGER in block.text for block in item.asides)
