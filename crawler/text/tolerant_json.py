"""Reads JSON in which some numbers are none, as procurement services publish it. Pure.

Seen in the field: `1e9999`, `NaN`, `000`, `1, 000` (a thousands' comma), a value left out. A
number that cannot be meant is None; all that stands around it is kept.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_MOST_DIGITS = 300  # beyond that a float is infinite anyway
# one without an end takes all that follows: else each quotation mark would read on to the end
_STRING = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
# after a colon inside an object, figures that follow a comma can only be thousands
_THOUSANDS = r"(?P<lead>:\s*+)(?P<number>-?\d{1,3}(?:\s*+,\s*+\d{3})+)(?=\s*+[,}])"
_MISSING = r"(?P<colon>:)(?=\s*+[,}\]])"
_SUPERFLUOUS = r",(?P<comma>)(?=\s*+[}\]])"
_BARE = r'(?P<bare>[^\s\[\]{}:,"]++(?:[ \t]++[^\s\[\]{}:,"]++)*+)'
_TOKEN = re.compile("|".join((_STRING, _THOUSANDS, _MISSING, _SUPERFLUOUS, _BARE)), re.DOTALL)
_PROPER = re.compile(r"(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\Z")


def loads(text: str) -> Any:
    """The value of a JSON text; numbers that are none, or none that a float can hold, are None.

    Raises:
        ValueError: it is no JSON even so.
    """
    text = text.lstrip("\ufeff \t\r\n")
    try:
        try:
            return _decoder().decode(text)
        except json.JSONDecodeError:
            if not text.startswith(("{", "[")):
                raise
        return _decoder().decode(mended(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def whole_members(text: str, name: str) -> list[Any]:
    """The members of the array `name` that are whole, in a text that breaks off or goes wrong."""
    text = mended(text)
    found = re.search(rf'"{re.escape(name)}"\s*+:\s*+\[', text)
    members: list[Any] = []
    decoder, at = _decoder(), found.end() if found else len(text)
    while at < len(text):
        at = _past_space(text, at)
        try:
            member, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        members.append(member)
        at = _past_space(text, at)
        if text[at : at + 1] != ",":
            break
        at += 1
    return members


def mended(text: str) -> str:
    """`text` with `null` for each bare word that JSON does not know; strings are left alone."""
    return _TOKEN.sub(_mend, text)


def _mend(found: re.Match[str]) -> str:
    if found["number"] is not None:
        return found["lead"] + re.sub(r"[\s,]", "", found["number"]).lstrip("0").rjust(1, "0")
    if found["colon"] is not None:
        return ": null"
    if found["comma"] is not None:
        return ""
    bare = found["bare"]
    if bare is None:
        return found[0]
    return bare if _PROPER.match(bare) else "null"


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        strict=False,
        parse_constant=lambda _: None,
        parse_float=_float,
        parse_int=lambda digits: int(digits) if len(digits) <= _MOST_DIGITS else None,
    )


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _past_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at
