"""A document with each of its values replaced in turn by values of every other type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any

_RAW = "@raw@"  # stands for text that is no value of Python's: replaced in the written document
_DEPTH = 3_000  # deeper than Python's parser goes
# name -> JSON
WRONG: dict[str, str] = {
    "null": "null",
    "false": "false",
    "true": "true",
    "nought": "0",
    "negative": "-1",
    "number": "12.5",
    "huge number": "9" * 200,
    "number of 5,000 digits": "9" * 5000,
    "float beyond all": "1e999",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "empty text": '""',
    "text": '"wards"',
    "long text": json.dumps("ward system " * 20_000),
    "markup": json.dumps("<b>wards</b> &lt;script&gt; <![CDATA[x]]> ]]>"),
    "NUL": '"wa\\u0000rds"',
    "half a surrogate": '"wards \\ud83d"',
    "direction marks": '"\\u202e\\u2066wards\\ufeff"',
    "year 1": '"0001-01-01T00:00:00+14:00"',
    "year 9999": '"9999-12-31T23:59:59-14:00"',
    "no day": '"2026-02-31"',
    "no address": '"http://[::1"',
    "script": '"javascript:alert(1)"',
    "empty list": "[]",
    "list": '[1, null, "wards", ["wards"], {"id": "wards"}]',
    "empty object": "{}",
    "object": '{"id": {"name": 1}, "name": ["wards"], "title": {}, "amount": "many"}',
    "deep list": "[" * _DEPTH + "]" * _DEPTH,
    "deep objects": '{"title": ' * _DEPTH + "1" + "}" * _DEPTH,
    "many": json.dumps([{"id": n, "title": "wards"} for n in range(2_000)]),
}
Path = tuple[str | int, ...]


def each_value(document: Any, at: Path = ()) -> Iterator[Path]:
    """Yield where each value of a document is: in `{"a": [1]}` at `("a",)` and at `("a", 0)`."""
    members: Any = ()
    if isinstance(document, dict):
        members = document.items()
    elif isinstance(document, list):
        members = enumerate(document)
    for key, value in members:
        yield (*at, key)
        yield from each_value(value, (*at, key))


def with_value(document: Any, at: Path, written: str) -> bytes:
    """Return a document as JSON in which the value at a place is replaced by written JSON."""
    changed, parent = _copy(document, at)
    parent[at[-1]] = _RAW
    return json.dumps(changed).replace(json.dumps(_RAW), written, 1).encode()


def without(document: Any, at: Path) -> bytes:
    """Return a document as JSON without the member at a place."""
    changed, parent = _copy(document, at)
    del parent[at[-1]]
    return json.dumps(changed).encode()


def _copy(document: Any, at: Path) -> tuple[Any, Any]:
    """Return a copy of a document, and the object or array of the copy that has a place."""
    copied = json.loads(json.dumps(document))  # where a part is used twice, each is its own
    return copied, reduce(getitem, at[:-1], copied)
