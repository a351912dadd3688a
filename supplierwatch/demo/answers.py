"""Checks the results of the service against the answer key in the bundled articles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from storage.model import StoredItem
from storage.store import Store
from supplierwatch.demo.server import Newsroom


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation and whether it holds; `detail` says what is wrong."""

    text: str
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the expectation holds."""
        return not self.detail


def article_ids(item: StoredItem) -> set[str]:
    """Return the ids of the bundled articles of an item, by the URLs it was listed under."""
    paths = (urlsplit(c.url).path for c in item.carriers if c.url)
    return {path.strip("/").removesuffix(".html") for path in paths}


def check(store: Store, newsroom: Newsroom) -> list[Expectation]:
    """Check every expectation of the demo."""
    with store.reading() as unit:
        items = unit.items.newest(limit=1000)
        found = {
            item.item_id: {m.match.watch_key for m in unit.mentions.of_item(item.item_id)}
            for item in items
        }
        messages = unit.outbox.list(limit=1000)
    by_article: dict[str, list[StoredItem]] = {}
    for item in items:
        for name in article_ids(item):
            by_article.setdefault(name, []).append(item)
    return [
        _check_stored(newsroom, by_article),
        _check_matches(newsroom, by_article, found),
        _check_twins(newsroom, by_article),
        _check_repaired(items),
        _check_edited(by_article),
        _check_messages(messages),
    ]


def _list_reachable(newsroom: Newsroom) -> list[tuple[str, frozenset[str]]]:
    """List articles that were listed while their outlet answered, with the expected watches."""
    return [
        (article.id, article.watches)
        for site in newsroom.sites
        for article in site.outlet.articles
        if site.outlet.dark_from_wave is None or article.wave < site.outlet.dark_from_wave
    ]


def _check_stored(newsroom: Newsroom, by_article: dict[str, list[StoredItem]]) -> Expectation:
    listed = _list_reachable(newsroom)
    counts = {name: len(by_article.get(name, ())) for name, _ in listed}
    wrong = [f"{name}: {count} times" for name, count in counts.items() if count != 1]
    return Expectation(
        text=f"{len(listed)} articles are stored, each once", detail="; ".join(wrong)
    )


def _check_matches(
    newsroom: Newsroom, by_article: dict[str, list[StoredItem]], found: dict[int, set[str]]
) -> Expectation:
    wrong = []
    for name, watches in _list_reachable(newsroom):
        for item in by_article.get(name, ()):
            extra, missing = found[item.item_id] - watches, watches - found[item.item_id]
            wrong += [f"{name} should not match {w}" for w in sorted(extra)]
            wrong += [f"{name} should match {w}" for w in sorted(missing)]
    return Expectation(
        text="every watch found its articles and no others: no sidebars, banners or namesakes",
        detail="; ".join(wrong),
    )


def _check_twins(newsroom: Newsroom, by_article: dict[str, list[StoredItem]]) -> Expectation:
    wrong = []
    for site in newsroom.sites:
        for article in site.outlet.articles:
            if article.also_at:
                one, other = by_article.get(article.id, []), by_article.get(article.also_at, [])
                if [i.item_id for i in one] != [i.item_id for i in other]:
                    wrong.append(article.id)
    return Expectation(text="an article at two addresses is one item", detail="; ".join(wrong))


def _check_repaired(items: tuple[StoredItem, ...]) -> Expectation:
    text = "\n".join(f"{i.title}\n{i.summary}\n{i.body}" for i in items)
    wrong = [sign for sign in ("Â", "Ă", "â", "Ã", "�", "\x92") if sign in text]
    missing = [s for s in ("TIDE’s", "£38m", "doesn’t", "£210,000", "can’t") if s not in text]
    detail = f"left: {wrong}" if wrong else f"lost: {missing}" if missing else ""
    return Expectation(text="texts with wrong encodings are repaired", detail=detail)


def _check_edited(by_article: dict[str, list[StoredItem]]) -> Expectation:
    items = by_article.get("corvantis-overrun", [])
    good = bool(items) and items[0].revision == 2 and "£300,000" in items[0].body
    return Expectation(text="the corrected article is a second text of the same item",
                   detail="" if good else "it is not")  # fmt: skip


def _check_messages(messages: tuple[object, ...]) -> Expectation:
    keys = Counter(m.notification.delivery_key for m in messages)  # type: ignore[attr-defined]
    unsent = [m for m in messages if m.state != "sent"]  # type: ignore[attr-defined]
    twice = [key for key, count in keys.items() if count > 1]
    detail = f"not sent: {len(unsent)}" if unsent else "; ".join(twice)
    return Expectation(text=f"{len(messages)} messages were written, each once", detail=detail)
