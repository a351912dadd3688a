"""Finds the line on which a key or table of a TOML file stands, which tomllib does not tell. Pure.

The text must be valid TOML: tomllib decides that first. Quotes, comments and brackets inside
strings are passed over, so that no value can pass for a key.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

KeyPath = tuple[str | int, ...]

_BLANKS = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACES = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")


class Lines:
    """Where each key, table and array element of one file stands; lines count from 1."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._offsets: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}
        self._ends = [found.start() for found in re.finditer("\n", self._text)]
        self._read()

    def line(self, *path: str | int) -> int:
        """The line of `path`, or of the nearest thing around it that is there; 1 at the least."""
        while path and path not in self._offsets:
            path = path[:-1]
        return bisect_left(self._ends, self._offsets.get(path, 0)) + 1

    def paths(self) -> frozenset[KeyPath]:
        """Everything that was found."""
        return frozenset(self._offsets)

    def _read(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANKS) < len(self._text):
            start = self._at
            if self._text.startswith("[[", start):
                self._at += 2
                table = self._element(self._key_parts(), start)
                self._at += 2
            elif self._text.startswith("[", start):
                self._at += 1
                table = self._resolved((), self._key_parts())
                self._note(table, start)
                self._at += 1
            else:
                self._pair(table)

    def _element(self, parts: list[str], start: int) -> KeyPath:
        """Begin another element of an array of tables."""
        array = (*self._resolved((), parts[:-1]), parts[-1])
        number = self._counts.get(array, 0)
        self._counts[array] = number + 1
        self._note(array, start)
        self._offsets[*array, number] = start
        return (*array, number)

    def _resolved(self, base: KeyPath, parts: list[str]) -> KeyPath:
        """The path of dotted `parts`; an array of tables on the way means its last element."""
        path = base
        for part in parts:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, base: KeyPath) -> None:
        start = self._at
        path = (*base, *self._key_parts())
        self._skip(_SPACES)
        self._at += 1  # the equals sign
        self._note(path, start, since=len(base))
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACES)
        opening = self._text[self._at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif opening in "\"'":
            self._skip(_STRING)
        else:
            self._skip(_BARE_VALUE)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while self._text[self._skip(_BLANKS)] != "]":
            self._offsets[*path, number] = self._at
            self._value((*path, number))
            number += 1
            if self._text[self._skip(_BLANKS)] == ",":
                self._at += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._text[self._skip(_BLANKS)] != "}":
            self._pair(path)
            if self._text[self._skip(_BLANKS)] == ",":
                self._at += 1
        self._at += 1

    def _key_parts(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACES)
            if self._text[self._at] in "\"'":
                start = self._at
                quoted = self._text[start : self._skip(_STRING)]
                parts.append(tomllib.loads(f"key = {quoted}")["key"])
            else:
                start = self._at
                parts.append(self._text[start : self._skip(_BARE_KEY)])
            self._skip(_SPACES)
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _note(self, path: KeyPath, start: int, *, since: int = 0) -> None:
        """Remember where `path` and what it implies first stood."""
        for length in range(since + 1, len(path) + 1):
            self._offsets.setdefault(path[:length], start)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return self._at
