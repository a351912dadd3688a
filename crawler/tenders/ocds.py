"""Parses OCDS 1.1 release packages, without interpreting the releases. Pure.

https://standard.open-contracting.org/1.1/en/schema/release_package/
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crawler.errors import NotAFeed
from crawler.text.plain_text import one_line, plain_text
from crawler.text.tolerant_json import loads, read_complete_members

MAX_RELEASES = 2_000  # of one response; the services give a hundred
MAX_RECORDS = 2_000  # of an array within a release: parties, lots, documents
_PACKAGE_START = re.compile(r'\s*\{.{0,5000}?"releases"\s*:\s*\[', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The releases of one response, and the URL of the next page.

    `damage`: what could not be read. `whole`: the response was not truncated.
    """

    releases: tuple[Mapping[str, Any], ...]
    next_link: str | None = None
    damage: str | None = None
    whole: bool = True


def read_package(body: bytes) -> Package:
    """Parse a release package; of a damaged one, the releases that are intact.

    Raises:
        NotAFeed: the body is not a release package.
    """
    text = decode_json(body)
    try:
        parsed = loads(text)
    except ValueError as error:
        releases = select_releases(read_complete_members(text, "releases"))
        if not releases and not _PACKAGE_START.match(text):
            raise NotAFeed(f"not valid JSON: {error}") from error
        damage = f"the JSON is truncated or invalid after {len(releases)} releases: {error}"
        return Package(releases=releases[:MAX_RELEASES], damage=damage, whole=False)
    package = record(parsed)
    if "releases" not in package:
        if not package.get("ocid"):
            raise NotAFeed("JSON, but not an OCDS release package: it has no releases")
        package = {"releases": [package]}  # a single release
    listed = array(package["releases"])
    releases = select_releases(listed)
    faults = []
    if missing := len(listed) - len(releases):
        faults.append(f"{missing} of {len(listed)} releases have no ocid")
    if len(releases) > MAX_RELEASES:
        faults.append(f"only {MAX_RELEASES} of {len(releases)} releases were read")
    return Package(
        releases=releases[:MAX_RELEASES],
        next_link=words(record(package.get("links")).get("next")) or None,
        damage="; ".join(faults) or None,
    )


def select_releases(listed: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the members of a list that are releases: objects with an `ocid`."""
    return tuple(one for one in map(record, listed) if words(one.get("ocid")))


def decode_json(body: bytes) -> str:
    """Decode as UTF-8, else as Windows-1252, else as ISO-8859-1."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("iso-8859-1")


# accessors for fields of any type: services omit fields and use wrong types


def record(value: object) -> Mapping[str, Any]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[Any]:
    """Return `value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def records(value: object) -> list[Mapping[str, Any]]:
    """Return the first `MAX_RECORDS` objects in an array; empty if `value` is not an array."""
    return list(islice((one for one in array(value) if isinstance(one, dict)), MAX_RECORDS))


def words(value: object) -> str:
    """Return a string or number as one line without markup; empty for other types."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value))


def prose(value: object) -> str:
    """Return a string without markup, lines kept; empty for other types."""
    return plain_text(value.replace("\r\n", "\n")) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """Return a finite number, also from a string; None for other values."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        parsed = float(value)
    except (ValueError, OverflowError):
        return None
    return parsed if math.isfinite(parsed) else None
