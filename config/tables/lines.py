"""Finds the line numbers of keys and tables in a TOML file, which tomllib does not report. Pure.

The text must be valid TOML: tomllib checks that first. Strings and comments are skipped, so that
nothing inside them is taken for a key.
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
    """Line numbers of each key, table and array element of one file, from 1."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._offsets: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}
        self._ends = [found.start() for found in re.finditer("\n", self._text)]
        self._scan()

    def line(self, *path: str | int) -> int:
        """Return the line of `path`, or of its nearest existing parent; 1 where there is none."""
        while path and path not in self._offsets:
            path = path[:-1]
        return bisect_left(self._ends, self._offsets.get(path, 0)) + 1

    def paths(self) -> frozenset[KeyPath]:
        """Return the paths of all keys, tables and array elements."""
        return frozenset(self._offsets)

    def _scan(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANKS) < len(self._text):
            start = self._at
            if self._text.startswith("[[", start):
                self._at += 2
                table = self._begin_element(self._read_key(), start)
                self._at += 2
            elif self._text.startswith("[", start):
                self._at += 1
                table = self._resolve((), self._read_key())
                self._record(table, start)
                self._at += 1
            else:
                self._read_pair(table)

    def _begin_element(self, parts: list[str], start: int) -> KeyPath:
        """Start the next element of an array of tables and return its path."""
        array = (*self._resolve((), parts[:-1]), parts[-1])
        number = self._counts.get(array, 0)
        self._counts[array] = number + 1
        self._record(array, start)
        self._offsets[*array, number] = start
        return (*array, number)

    def _resolve(self, base: KeyPath, parts: list[str]) -> KeyPath:
        """Return the path of dotted `parts`; an array of tables means its last element."""
        path = base
        for part in parts:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _read_pair(self, base: KeyPath) -> None:
        start = self._at
        path = (*base, *self._read_key())
        self._skip(_SPACES)
        self._at += 1  # the equals sign
        self._record(path, start, since=len(base))
        self._read_value(path)

    def _read_value(self, path: KeyPath) -> None:
        self._skip(_SPACES)
        opening = self._text[self._at]
        if opening == "[":
            self._read_array(path)
        elif opening == "{":
            self._read_inline_table(path)
        elif opening in "\"'":
            self._skip(_STRING)
        else:
            self._skip(_BARE_VALUE)

    def _read_array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while self._text[self._skip(_BLANKS)] != "]":
            self._offsets[*path, number] = self._at
            self._read_value((*path, number))
            number += 1
            if self._text[self._skip(_BLANKS)] == ",":
                self._at += 1
        self._at += 1

    def _read_inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._text[self._skip(_BLANKS)] != "}":
            self._read_pair(path)
            if self._text[self._skip(_BLANKS)] == ",":
                self._at += 1
        self._at += 1

    def _read_key(self) -> list[str]:
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

    def _record(self, path: KeyPath, start: int, *, since: int = 0) -> None:
        """Record the offset where `path` and its parents from depth `since` first occur."""
        for length in range(since + 1, len(path) + 1):
            self._offsets.setdefault(path[:length], start)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return self._at
