"""Reads the JSON in scripts of web pages, including damaged JSON. Pure.

Real damage: comments of JavaScript and HTML, CDATA sections, trailing commas and semicolons,
missing and double commas, missing brackets at the end, several values one after another, line
breaks and quotation marks in strings that are not escaped, strings in apostrophes or typographic
quotation marks, unfilled template fields, a script that ends within a value, a whole script in HTML
entities, an assignment around the value, blanks that JSON does not allow.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from crawler.text.tolerant_json import STRING, repair_json

MAX_VALUES = 50  # of one script

_MARKER = r"(?:/[/*]\s*+)?(?:<!\[CDATA\[|\]\]>)(?:\s*+\*/)?"  # also in a comment of JavaScript
_COMMENT = (
    r"<!--(?:[^{}<>-]++|-(?!->))*+-->|(?://\s*+)?(?:<!--|-->)"
    r"|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|//[^\r\n]*+"
)
# in the position of a value or name; an apostrophe within is not followed by what ends a string
_APOSTROPHES = (
    r"(?P<before>[{\[,:]\s*+)'(?P<inner>(?:[^'\\]++|\\.|'(?!\s*+(?:[,:}\]]|\Z)))*+)(?:'|\\?\Z)"
)
# no-break and other blanks and invisible characters that JSON does not allow between values
_BLANK = r"[^\S \t\r\n]|[\u200b-\u200f\u2060\ufeff]"
_WRAPPING = re.compile(
    f"(?P<string>{STRING})|{_APOSTROPHES}|{_MARKER}|{_COMMENT}|{_BLANK}", re.DOTALL
)
# a quotation mark ends a string only if it is followed by valid JSON
_QUOTED = re.compile(
    r'"((?:[^"\\]++|\\.|"(?!\s*+(?:[}\]:]|,\s*+["{\[\d}\]tfn-]|\Z)))*+)(?:"|\\?\Z)', re.DOTALL
)
_BARE_QUOTE = re.compile(r'(?P<escape>\\["\\/bfnrtu])|\\|(?P<quote>")')
# a value is matched as a whole, whether or not a name follows it, so that it is scanned once
_NO_COMMA = re.compile(
    rf'(?P<value>{STRING}|[}}\]])(?:(?=\s*+"(?:[^"\\]++|\\.)*+"\s*+:)(?P<missing>))?+', re.DOTALL
)
# a name of JavaScript before a colon; strings are passed as a whole
_BARE_NAME = re.compile(
    rf"(?P<string>{STRING})|(?P<before>[{{,]\s*+)(?P<name>[A-Za-z_$][\w$]*+)(?=\s*+:)", re.DOTALL
)
_TYPOGRAPHIC = dict.fromkeys(map(ord, "“”„‟"), '"')
_UNFILLED = re.compile(
    rf"(?P<string>{STRING})|\{{\{{[^{{}}\"]*+\}}\}}|\{{%[^{{}}%\"]*+%\}}", re.DOTALL
)
_BRACKET = re.compile(rf"{STRING}|[{{}}\[\]]", re.DOTALL)
_STRING_OR_COMMA = re.compile(rf"{STRING}|,", re.DOTALL)
_WHOLE_ENDS = ("}", "]", '"')  # of a text whose last value may be complete
_MAX_OPEN = 50  # brackets that are closed at the end of a script
_START = re.compile(r"[{\[]")


def read_script_values(text: str) -> list[Any]:
    """Return the objects and arrays in a script, at most `MAX_VALUES`; may be empty."""
    text = text.strip("\ufeff \t\r\n;")
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        pass
    if '"' not in text and "&quot;" in text.replace("&#34;", "&quot;"):
        text = html.unescape(text)
    if '"' not in text:
        text = text.translate(_TYPOGRAPHIC)
    text = _WRAPPING.sub(_drop_wrapping, text)
    if "{{" in text or "{%" in text:
        text = _UNFILLED.sub(lambda found: found["string"] or "null", text)
    text = _BARE_NAME.sub(_quote_name, text)
    best: list[Any] = []
    for repair in (str, repair_json, _repair_commas, _repair_all):
        values, is_whole = _decode_values(repair(text))
        if is_whole or len(values) > len(best):
            best = values
        if is_whole:
            break
    return best or _decode_values(_repair_truncated(text))[0]


def _drop_wrapping(found: re.Match[str]) -> str:
    """Remove a comment or blank; replace the apostrophes around a string by quotation marks."""
    if found["before"] is None:
        return found["string"] or " "
    inner = found["inner"].replace(r"\'", "'").replace(r"\"", '"').replace('"', r"\"")
    return f'{found["before"]}"{inner}"'


def _quote_name(found: re.Match[str]) -> str:
    return found["string"] or f'{found["before"]}"{found["name"]}"'


def _repair_commas(text: str) -> str:
    """Insert commas between a value and the name after it, then repair the rest."""
    return _close_brackets(repair_json(_NO_COMMA.sub(_put_comma, text)))


def _put_comma(found: re.Match[str]) -> str:
    return found["value"] + ("," if found["missing"] is not None else "")


def _close_brackets(text: str) -> str:
    """Close open brackets at the end of a text, unless the text ends within a value."""
    if not text.rstrip().endswith(_WHOLE_ENDS):
        return text
    return text + (_find_closing(text) or "")


def _find_closing(text: str) -> str | None:
    """Return the closing brackets that are missing at the end of a text.

    None if other brackets are wrong, too many are missing, or a string is truncated.
    """
    closing: list[str] = []
    for found in _BRACKET.finditer(text):
        part = found[0]
        if part in ("{", "["):
            closing.append("}" if part == "{" else "]")
        elif part in ("}", "]"):
            if not closing or closing.pop() != part:
                return None
        elif len(part) < 2 or not part.endswith('"'):
            return None  # a string without an end
    return "".join(reversed(closing)) if len(closing) <= _MAX_OPEN else None


def _repair_truncated(text: str) -> str:
    """Remove the text after the last comma of a truncated script, then close its brackets."""
    comma = None
    for found in _STRING_OR_COMMA.finditer(text):
        if found[0] == ",":
            comma = found
    whole = "" if comma is None else text[: comma.start()]
    closing = _find_closing(whole)
    return repair_json(whole + closing) if closing else text


def _repair_all(text: str) -> str:
    """Escape quotation marks within strings, drop invalid escapes, then repair the rest."""
    repaired = repair_json(_QUOTED.sub(_escape_quotes, text))
    return _close_brackets(repaired) if text.rstrip().endswith(_WHOLE_ENDS) else repaired


def _escape_quotes(found: re.Match[str]) -> str:
    inner = _BARE_QUOTE.sub(lambda one: one["escape"] or (one["quote"] and r"\"") or "", found[1])
    return f'"{inner}"'


def _decode_values(text: str) -> tuple[list[Any], bool]:
    """Decode consecutive values; return them, and whether none of them is damaged."""
    decoder, at = json.JSONDecoder(strict=False), 0
    values: list[Any] = []
    for _ in range(MAX_VALUES):
        start = _START.search(text, at)
        if start is None:
            break
        try:
            value, at = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            return values, False
        values.append(value)
    return values, True
