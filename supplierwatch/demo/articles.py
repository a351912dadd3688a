"""The bundled outlets and their articles, read from the TOML files in `outlets/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """An article as its outlet tells it in one wave. `watches`: the demo watches it must match.

    `status`: what the server answers for its page; `wall`: the page asks for consent instead;
    `delay`: seconds before the page is sent; `encoding`: the damage done to the page.
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
        """The article as it stands in `wave`."""
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
        """The articles that its feed lists in `wave`, newest first."""
        shown = [a.in_wave(wave) for a in self.articles if a.wave <= wave]
        return tuple(sorted(shown, key=lambda a: a.date, reverse=True))


def load_outlets() -> tuple[Outlet, ...]:
    """Every bundled outlet, by key."""
    folder = resources.files("supplierwatch.demo") / "outlets"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(_outlet(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def _outlet(said: dict[str, Any]) -> Outlet:
    encoding = said.get("encoding", "utf-8")
    return Outlet(
        key=said["key"],
        name=said["name"],
        feed=said["feed"],
        design=said["design"],
        item_kind=said.get("item_kind", "news"),
        sidebar=tuple(said.get("sidebar", ())),
        articles=tuple(_article({"encoding": encoding} | one) for one in said["article"]),
        tracking=said.get("tracking", False),
        dark_from_wave=said.get("dark_from_wave"),
        press_of=said.get("press_of"),
    )


def _article(said: dict[str, Any]) -> DemoArticle:
    edited = said.pop("edited", None)
    article = DemoArticle(
        id=said["id"],
        wave=said["wave"],
        title=said["title"],
        author=said["author"],
        date=datetime.fromisoformat(said["date"]),
        teaser=said["teaser"],
        paragraphs=_paragraphs(said["body"]),
        watches=frozenset(said["watches"]),
        comments=tuple(said.get("comments", ())),
        status=said.get("status", 200),
        wall=said.get("wall", False),
        delay=said.get("delay", 0.0),
        encoding=said["encoding"],
        also_at=said.get("also_at"),
    )
    if edited is None:
        return article
    later = replace(
        article,
        title=edited["title"],
        teaser=edited["teaser"],
        paragraphs=_paragraphs(edited["body"]),
    )
    return replace(article, edited=later)


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in body.strip().split("\n\n"))
