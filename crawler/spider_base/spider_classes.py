"""Finds the spider of a source kind: the one of that name in the file of that name."""

from __future__ import annotations

from importlib import import_module

from crawler.spider_base.kind_registry import known_kinds
from crawler.spider_base.spider import SourceSpider


def spider_class(kind: str) -> type[SourceSpider]:
    """The spider of a source kind.

    Raises:
        LookupError: there is none.
    """
    module = import_module(f"crawler.kinds.{kind}")
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, SourceSpider)
            and getattr(value, "name", None) == kind
        ):
            return value
    raise LookupError(f"crawler/kinds/{kind}.py has no spider named {kind!r}")


def import_spiders() -> None:
    """Import the spiders of all kinds, so that processes forked later share them."""
    for kind in known_kinds():
        spider_class(kind)
