"""Reads the state objects of a page: in scripts, attributes and streamed chunks. Pure.

Formats: JSON scripts; assigned objects; `JSON.parse("...")`, also of a percent-encoded or base64
string; JSON in attributes (`data-page`, `data-props`, `props` of islands) and in strings of other
JSON; chunks streamed by React (`self.__next_f.push([1, "..."])`); the flat arrays of Nuxt, whose
values are indexes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

import lxml.html

from crawler.metadata.script_json import read_script_values

MAX_SCRIPTS = 60
MAX_SCRIPT = 1_500_000  # characters of one script or attribute; longer ones are not read
MAX_STATE = 4_000_000  # characters of all scripts and attributes of a page
MAX_ATTRIBUTES = 20
MAX_CHUNKS = 2_000
MAX_ROWS = 5_000
MAX_EXPANDED = 100_000  # values of a flat array or of streamed rows whose references are resolved
_MIN_ATTRIBUTE = 200  # characters of an attribute that may contain an article
_MAX_ASSIGNMENTS = 20
_MAX_DEPTH = 30

_ASSIGNMENT = re.compile(
    r"[\w$\])]\s*+=\s*+(?:JSON\.parse\(\s*+(?P<encoded>(?:decodeURIComponent|(?:window\.)?atob)\(\s*+)?+(?P<string>[\"'])"
    r"|(?=[{\[]\s*+(?:[\"{\[]|[A-Za-z_$][\w$]*+\s*+:)))"
)
_CHUNK = re.compile(r"__next_f\.push\(\s*+\[\s*+1\s*+,\s*+\"")
_ROW = re.compile(r"([0-9a-f]{1,8}):(?:T([0-9a-f]{1,8}),)?+")
_REFERENCE = re.compile(r"\$L?([0-9a-f]{1,8})\Z")
_DOUBLE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SINGLE = re.compile(r"(?:[^'\\]++|\\.)*+", re.DOTALL)
_OTHER_QUOTES = re.compile(r"\\.|\"", re.DOTALL)
_ELEMENT_PARTS = 4  # of an element in streamed rows: "$", tag, key, properties
_KINDS_OF_ISLANDS = range(12)  # Astro writes a property as [kind, value]


def read_state_values(document: lxml.html.HtmlElement) -> Iterator[Any]:
    """Yield the objects and arrays of the page's state, within the limits.

    Args:
        document: the parsed page, with its scripts.
    """
    remaining = MAX_STATE
    chunks: list[str] = []
    for script in islice(document.iter("script"), MAX_SCRIPTS):
        source, kind = script.text or "", (script.get("type") or "").lower()
        if len(source) > min(MAX_SCRIPT, remaining) or "ld+json" in kind:
            continue
        remaining -= len(source)
        yield from _read_script(source, kind)
    for script in document.iter("script"):
        source = script.text or ""
        if "__next_f" in source[:MAX_SCRIPT] and len(chunks) < MAX_CHUNKS:
            chunks += islice(_read_chunks(source[:MAX_SCRIPT]), MAX_CHUNKS - len(chunks))
    if chunks:
        yield from _read_rows("".join(chunks)[:MAX_STATE])
    for text in islice(_iter_long_attributes(document), MAX_ATTRIBUTES):
        if len(text) > remaining:
            continue
        remaining -= len(text)
        yield from (_unwrap_island(value) for value in read_script_values(text))


def read_nested(text: str) -> dict[str, Any] | list[Any] | None:
    """Parse a string of a state object that is JSON of an object or array; None for others."""
    if not _MIN_ATTRIBUTE <= len(text) <= MAX_SCRIPT or text[0] not in "{[":
        return None
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _read_script(source: str, kind: str) -> Iterator[Any]:
    if "json" in kind:
        for value in read_script_values(source):
            yield _expand_flat(value)
        return
    if kind and "javascript" not in kind and kind != "module":
        return
    end = 0
    for found in islice(_ASSIGNMENT.finditer(source), _MAX_ASSIGNMENTS):
        if found.start() < end:
            continue  # within the previous value
        if found["string"]:
            text, end = _read_string(source, found.end(), found["string"])
            yield from read_script_values(_decode_string(text, found["encoded"] or ""))
            continue
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(source, found.end())
        except (ValueError, RecursionError):
            yield from read_script_values(source[found.end() :])
            return
        yield value


def _decode_string(text: str, function: str) -> str:
    if "atob" not in function:
        return unquote(text) if function else text
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return ""


def _read_string(source: str, start: int, quote: str) -> tuple[str, int]:
    """Return the string literal that begins at `start`, after its quotation mark, and its end."""
    found = (_SINGLE if quote == "'" else _DOUBLE).match(source, start)
    raw = found[0] if found else ""
    end = start + len(raw)
    if quote == "'":
        raw = _OTHER_QUOTES.sub(lambda one: {'"': '\\"', "\\'": "'"}.get(one[0], one[0]), raw)
    try:
        return str(json.loads(f'"{raw}"', strict=False)), end
    except ValueError:
        return "", end


def _iter_long_attributes(document: lxml.html.HtmlElement) -> Iterator[str]:
    for element in document.iter():
        for text in element.values() if isinstance(element.tag, str) else ():
            if _MIN_ATTRIBUTE <= len(text) <= MAX_SCRIPT and text.lstrip()[:1] in ("{", "["):
                yield text


def _unwrap_island(value: Any, depth: int = 0) -> Any:
    """Return the properties of an Astro island as plain values; other values unchanged."""
    if depth >= _MAX_DEPTH or not isinstance(value, dict) or not value:
        return value
    if not all(_is_island_value(one) for one in value.values()):
        return value
    return {key: _unwrap_property(one, depth + 1) for key, one in value.items()}


def _unwrap_property(pair: list[Any], depth: int) -> Any:
    kind, value = pair
    if kind == 1 and isinstance(value, list) and depth < _MAX_DEPTH:
        return [_unwrap_property(x, depth + 1) if _is_island_value(x) else x for x in value]
    return _unwrap_island(value, depth)


def _is_island_value(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and type(value[0]) is int
        and value[0] in _KINDS_OF_ISLANDS
    )


def _read_chunks(source: str) -> Iterator[str]:
    for found in _CHUNK.finditer(source):
        yield _read_string(source, found.end(), '"')[0]


def _read_rows(stream: str) -> Iterator[Any]:
    """Yield the values of the rows that React streams, with references to other rows resolved."""
    rows: dict[str, Any] = {}
    at = 0
    while at < len(stream) and len(rows) < MAX_ROWS:
        found = _ROW.match(stream, at)
        if found is not None and found[2]:
            # its length is in bytes of UTF-8
            part = stream[found.end() : found.end() + int(found[2], 16)]
            text = part.encode("utf-8", "surrogatepass")[: int(found[2], 16)]
            rows[found[1]] = text.decode("utf-8", "ignore")
            at = found.end() + max(1, len(rows[found[1]]))
            continue
        end = stream.find("\n", at)
        end = len(stream) if end < 0 else end
        if found is not None and stream[found.end() : found.end() + 1] in ("[", "{"):
            try:
                rows[found[1]] = json.loads(stream[found.end() : end], strict=False)
            except (ValueError, RecursionError):
                rows[found[1]] = None
        at = end + 1
    remaining = [MAX_EXPANDED]
    for value in rows.values():
        if isinstance(value, dict | list):
            yield _resolve_references(value, rows, remaining, 0)


def _resolve_references(value: Any, rows: dict[str, Any], remaining: list[int], depth: int) -> Any:
    """Return a value of a row with references resolved, and elements as objects."""
    remaining[0] -= 1
    if remaining[0] < 0 or depth >= _MAX_DEPTH * 2:
        return None
    if isinstance(value, str):
        found = _REFERENCE.match(value)
        return rows.get(found[1], value) if found is not None else value
    if isinstance(value, dict):
        return {
            key: _resolve_references(one, rows, remaining, depth + 1) for key, one in value.items()
        }
    if not isinstance(value, list):
        return value
    if len(value) >= _ELEMENT_PARTS and value[0] == "$" and isinstance(value[3], dict):
        return {"type": value[1]} | _resolve_references(value[3], rows, remaining, depth + 1)
    return [_resolve_references(one, rows, remaining, depth + 1) for one in value]


def _expand_flat(value: Any) -> Any:
    """Expand a flat array whose objects contain indexes into it (Nuxt, devalue)."""
    if not isinstance(value, list) or not value or not isinstance(value[0], list | dict):
        return value
    objects = [one for one in value if isinstance(one, dict)]
    if not objects or not all(
        type(at) is int and at < len(value) for one in objects for at in one.values()
    ):
        return value
    remaining = [MAX_EXPANDED]
    return [_expand_value(one, value, remaining, 0) for one in objects]


def _expand_value(value: Any, flat: list[Any], remaining: list[int], depth: int) -> Any:
    remaining[0] -= 1
    if remaining[0] < 0 or depth >= _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {key: _expand_at(at, flat, remaining, depth) for key, at in value.items()}
    if isinstance(value, list):
        if len(value) == 2 and isinstance(value[0], str):
            return _expand_at(value[1], flat, remaining, depth)  # ["Reactive", 1]
        return [_expand_at(at, flat, remaining, depth) for at in value]
    return value


def _expand_at(at: Any, flat: list[Any], remaining: list[int], depth: int) -> Any:
    is_index = type(at) is int and 0 <= at < len(flat)
    return _expand_value(flat[at], flat, remaining, depth + 1) if is_index else None
