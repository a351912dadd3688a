"""Finds the spider class of a kind of source, in the file of that name."""

from __future__ import annotations

from importlib import import_module

from crawler.spider_base.kind_registry import known_kinds
from crawler.spider_base.spider import SourceSpider


def spider_class(kind: str) -> type[SourceSpider]:
    """Return the spider class of a kind of source.

    Raises:
        ImportError: there is no file of that name.
        LookupError: the file has no spider of that name.
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
    """Import the spiders of all kinds, so that processes forked later share their memory."""
    for kind in known_kinds():
        spider_class(kind)
