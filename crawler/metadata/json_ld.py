"""Reads the JSON-LD blocks of a page, without interpreting them. Pure."""

from __future__ import annotations

import html
import logging
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import lxml.html

from crawler.metadata.script_json import read_script_values

log = logging.getLogger(__name__)

MAX_FIELD = 20_000  # characters of a value
MAX_JSON = 1_000_000  # characters of one script; longer ones are not read
MAX_ALL_JSON = 4_000_000  # characters of all scripts of a page
MAX_SCRIPTS = 50
MAX_BLOCKS = 200  # of one script
MAX_NODES = 5_000  # objects and arrays of one script that are searched for identifiers
_NESTED = ("@graph", "mainEntity")  # other nested objects are not about the page
# "schema:headline" and "http://schema.org/headline" are names too
_PREFIXED = re.compile(r'(?<!\\)"(?:schema:|https?://schema\.org/)([A-Za-z]{1,50})("\s{0,5}:)')
_DOUBLE_ESCAPED = re.compile(r"&amp;(#?\w{1,10};)")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLd:
    """The JSON-LD of a page. `named`: its objects that have an `@id` and a name."""

    blocks: tuple[dict[str, Any], ...]
    named: dict[str, dict[str, Any]]

    def resolve(self, value: object) -> object:
        """Return the object that `value` refers to by `@id`; else `value`."""
        if isinstance(value, dict) and not value.get("name"):
            return self.named.get(str(value.get("@id")), value)
        return value


def read_json_ld(document: lxml.html.HtmlElement) -> JsonLd:
    """Read the blocks of all JSON-LD scripts of a parsed page, including those of `@graph`."""
    scripts = (
        node for node in document.iter("script") if "ld+json" in (node.get("type") or "").lower()
    )
    blocks: list[dict[str, Any]] = []
    named: dict[str, dict[str, Any]] = {}
    remaining = MAX_ALL_JSON
    for script in islice(scripts, MAX_SCRIPTS):
        text = script.text or ""
        if len(text) > min(MAX_JSON, remaining):
            log.info("page.json-ld-too-long characters=%d", len(text))
            continue
        remaining -= len(text)
        values = read_script_values(_PREFIXED.sub(r'"\1\2', text))
        blocks += _collect_blocks(values)
        for node in _walk_objects(values):
            if "@id" in node and node.get("name"):
                named.setdefault(str(node["@id"]), node)
    return JsonLd(blocks=tuple(blocks), named=named)


def text_value(value: object) -> str | None:
    """Return a value as text, entities resolved; of a list the first, of an object its `@value`."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value")
    if isinstance(value, int | float):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    return html.unescape(_DOUBLE_ESCAPED.sub(r"&\1", value[:MAX_FIELD])).strip()


def types_of(block: dict[str, Any]) -> frozenset[str]:
    """Return the types of a block in lower case, without the URL of their vocabulary."""
    kinds = block.get("@type")
    return frozenset(
        re.split(r"[/:#]", str(kind))[-1].strip().casefold()
        for kind in (kinds if isinstance(kinds, list) else [kinds])[:MAX_BLOCKS]
        if kind
    )


def _collect_blocks(values: list[Any]) -> Iterable[dict[str, Any]]:
    queue, seen = deque(values[:MAX_BLOCKS]), 0
    while queue and seen < MAX_BLOCKS:  # a bound for hostile or huge graphs
        node = queue.popleft()
        seen += 1
        if isinstance(node, list):
            queue.extend(node[:MAX_BLOCKS])
        elif isinstance(node, dict):
            queue.extend(node[key] for key in _NESTED if key in node)
            yield node


def _walk_objects(values: list[Any]) -> Iterable[dict[str, Any]]:
    """Yield the objects within values at any depth, at most `MAX_NODES`."""
    queue, seen = deque(values), 0
    while queue and seen < MAX_NODES:
        node = queue.popleft()
        seen += 1
        if isinstance(node, dict):
            yield node
            queue.extend(one for one in node.values() if isinstance(one, dict | list))
        elif isinstance(node, list):
            queue.extend(one for one in node if isinstance(one, dict | list))
