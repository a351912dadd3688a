"""Parses JSON with invalid numbers, as procurement services publish it. Pure.

Real examples: `1e9999`, `NaN`, `000`, `1, 000` (a thousands separator), a missing value. An invalid
number is read as None, and so is what is nested too deeply; the rest of the document is kept.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_MAX_DIGITS = 300  # beyond that a float is infinite anyway
# a JSON string; one without an end matches the rest, or each quote would be scanned to the end
STRING = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
# after a colon within an object, digits that follow a comma can only be thousands
_THOUSANDS = r"(?P<lead>:\s*+)(?P<number>-?\d{1,3}(?:\s*+,\s*+\d{3})+)(?=\s*+[,}])"
_MISSING = r"(?P<colon>:)(?=\s*+[,}\]])"
_SUPERFLUOUS = r",(?P<comma>)(?=\s*+[}\],])"
_BARE = r'(?P<bare>[^\s\[\]{}:,"]++(?:[ \t]++[^\s\[\]{}:,"]++)*+)'
_TOKEN = re.compile("|".join((STRING, _THOUSANDS, _MISSING, _SUPERFLUOUS, _BARE)), re.DOTALL)
# strings, so that brackets in them do not count, and brackets
_STRUCTURE = re.compile(rf"{STRING}|[\[\]{{}}]", re.DOTALL)
_MAX_DEPTH = 100  # of a document that Python's parser refuses for its depth
_VALID = re.compile(r"(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\Z")


def loads(text: str) -> Any:
    """Parse a JSON text; invalid numbers, and those beyond a float, become None.

    Raises:
        ValueError: the text is not JSON even after repair.
    """
    text = text.lstrip("\ufeff \t\r\n")
    try:
        return _decode(text)
    except RecursionError:
        text = cut_deep_values(text)
    try:
        return _decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _decode(text: str) -> Any:
    try:
        return _make_decoder().decode(text)
    except json.JSONDecodeError:
        if not text.startswith(("{", "[")):
            raise
    return _make_decoder().decode(repair_json(text))


def cut_deep_values(text: str) -> str:
    """Replace arrays and objects within a hundred others by `null`."""
    kept, depth, start = [], 0, 0
    for found in _STRUCTURE.finditer(text):
        if found[0] in ("[", "{"):
            depth += 1
            if depth == _MAX_DEPTH + 1:
                kept += [text[start : found.start()], "null"]
        elif found[0] in ("]", "}"):
            if depth == _MAX_DEPTH + 1:
                start = found.end()
            depth = max(depth - 1, 0)
    if depth <= _MAX_DEPTH:
        kept.append(text[start:])
    return "".join(kept)


def read_complete_members(text: str, name: str) -> list[Any]:
    """Return the complete members of the array `name` in truncated or damaged JSON."""
    text = cut_deep_values(repair_json(text))
    found = re.search(rf'"{re.escape(name)}"\s*+:\s*+\[', text)
    members: list[Any] = []
    decoder, at = _make_decoder(), found.end() if found else len(text)
    while at < len(text):
        at = _skip_space(text, at)
        try:
            member, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        members.append(member)
        at = _skip_space(text, at)
        if text[at : at + 1] != ",":
            break
        at += 1
    return members


def repair_json(text: str) -> str:
    """Replace bare words that are not JSON by `null`; strings are left unchanged."""
    return _TOKEN.sub(_repair_token, text)


def _repair_token(found: re.Match[str]) -> str:
    if found["number"] is not None:
        return found["lead"] + re.sub(r"[\s,]", "", found["number"]).lstrip("0").rjust(1, "0")
    if found["colon"] is not None:
        return ": null"
    if found["comma"] is not None:
        return ""
    bare = found["bare"]
    if bare is None:
        return found[0]
    return bare if _VALID.match(bare) else "null"


def _make_decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        strict=False,
        parse_constant=lambda _: None,
        parse_float=_parse_float,
        parse_int=lambda digits: int(digits) if len(digits) <= _MAX_DIGITS else None,
    )


def _parse_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _skip_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at
