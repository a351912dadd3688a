"""Reads OCDS 1.1 release packages: what stands in them, not what it means. Pure.

https://standard.open-contracting.org/1.1/en/schema/release_package/
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.errors import NotAFeed
from crawler.text.plain_text import one_line, plain_text
from crawler.text.tolerant_json import loads, whole_members

_BEGUN = re.compile(r'\s*\{.{0,5000}?"releases"\s*:\s*\[', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The releases of one answer, and the address of the next one.

    `damage` says what could not be read. `whole`: no release is missing at the end.
    """

    releases: tuple[Mapping[str, Any], ...]
    next_link: str | None = None
    damage: str | None = None
    whole: bool = True


def read_package(body: bytes) -> Package:
    """The package in an answer's body, as far as it can be read.

    Raises:
        NotAFeed: it is no release package.
    """
    text = decoded(body)
    try:
        said = loads(text)
    except ValueError as error:
        kept = releases_of(whole_members(text, "releases"))
        if not kept and not _BEGUN.match(text):
            raise NotAFeed(f"no JSON that can be read: {error}") from error
        damage = f"the JSON breaks off or goes wrong after {len(kept)} releases: {error}"
        return Package(releases=kept, damage=damage, whole=False)
    package = record(said)
    if "releases" not in package:
        if not package.get("ocid"):
            raise NotAFeed("JSON, but no OCDS release package: it has no releases")
        package = {"releases": [package]}  # a release by itself
    listed = many(package["releases"])
    kept = releases_of(listed)
    lost = len(listed) - len(kept)
    return Package(
        releases=kept,
        next_link=words(record(package.get("links")).get("next")) or None,
        damage=f"{lost} of {len(listed)} releases have no ocid" if lost else None,
    )


def releases_of(listed: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
    """The members of a list that are releases: objects that name their contracting process."""
    return tuple(one for one in map(record, listed) if words(one.get("ocid")))


def decoded(body: bytes) -> str:
    """UTF-8, or else Windows-1252, of which ISO-8859-1 is the part that people write."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("iso-8859-1")


# fields of any type: services leave out what they do not know and mistype what they do


def record(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def many(value: object) -> list[Any]:
    """`value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def records(value: object) -> list[Mapping[str, Any]]:
    """The objects in an array."""
    return [one for one in many(value) if isinstance(one, dict)]


def words(value: object) -> str:
    """A string or a number on one line, without markup."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value))


def prose(value: object) -> str:
    """A string with its lines, without markup."""
    return plain_text(value.replace("\r\n", "\n")) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A number, also one that was written as a string; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        said = float(value)
    except (ValueError, OverflowError):
        return None
    return said if math.isfinite(said) else None
