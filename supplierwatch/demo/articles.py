"""Reads the bundled outlets and their articles from the TOML files in `outlets/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """An article of an outlet in one wave. `watches`: the demo watches it must match.

    `status`: HTTP status of its page; `wall`: the page is a consent wall; `delay`: seconds before
    the page is sent; `encoding`: the damage done to the page (`damage.encoded`).
    """

    id: str
    wave: int
    title: str
    author: str
    date: datetime
    teaser: str
    paragraphs: tuple[str, ...]
    watches: frozenset[str]
    comments: tuple[str, ...] = ()
    status: int = 200
    wall: bool = False
    delay: float = 0.0
    encoding: str = "utf-8"
    also_at: str | None = None
    edited: DemoArticle | None = None

    def in_wave(self, wave: int) -> DemoArticle:
        """Return the article as it is in `wave`."""
        return self.edited if wave > self.wave and self.edited is not None else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A fictional publisher.

    `feed` names the format; `press_of` the supplier whose newsroom it is; `dark_from_wave`: it
    fails from then on.
    """

    key: str
    name: str
    feed: str
    design: str
    item_kind: str
    sidebar: tuple[str, ...]
    articles: tuple[DemoArticle, ...]
    tracking: bool = False
    dark_from_wave: int | None = None
    press_of: str | None = None

    def listed(self, wave: int) -> tuple[DemoArticle, ...]:
        """Return the articles that its feed lists in `wave`, newest first."""
        shown = [a.in_wave(wave) for a in self.articles if a.wave <= wave]
        return tuple(sorted(shown, key=lambda a: a.date, reverse=True))


def load_outlets() -> tuple[Outlet, ...]:
    """Read every bundled outlet, in the order of file names."""
    folder = resources.files("supplierwatch.demo") / "outlets"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(_parse_outlet(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def _parse_outlet(table: dict[str, Any]) -> Outlet:
    encoding = table.get("encoding", "utf-8")
    return Outlet(
        key=table["key"],
        name=table["name"],
        feed=table["feed"],
        design=table["design"],
        item_kind=table.get("item_kind", "news"),
        sidebar=tuple(table.get("sidebar", ())),
        articles=tuple(_parse_article({"encoding": encoding} | one) for one in table["article"]),
        tracking=table.get("tracking", False),
        dark_from_wave=table.get("dark_from_wave"),
        press_of=table.get("press_of"),
    )


def _parse_article(table: dict[str, Any]) -> DemoArticle:
    edited = table.pop("edited", None)
    article = DemoArticle(
        id=table["id"],
        wave=table["wave"],
        title=table["title"],
        author=table["author"],
        date=datetime.fromisoformat(table["date"]),
        teaser=table["teaser"],
        paragraphs=_split_paragraphs(table["body"]),
        watches=frozenset(table["watches"]),
        comments=tuple(table.get("comments", ())),
        status=table.get("status", 200),
        wall=table.get("wall", False),
        delay=table.get("delay", 0.0),
        encoding=table["encoding"],
        also_at=table.get("also_at"),
    )
    if edited is None:
        return article
    later = replace(
        article,
        title=edited["title"],
        teaser=edited["teaser"],
        paragraphs=_split_paragraphs(edited["body"]),
    )
    return replace(article, edited=later)


def _split_paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in body.strip().split("\n\n"))
