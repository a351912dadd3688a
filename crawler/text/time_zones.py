"""Reads the time zone of a date: an offset, an abbreviation or a place. Pure.

Abbreviations are read literally: BST is an hour ahead of UTC in winter too. For ambiguous ones the
language decides: IST is the time of Ireland, India or Israel.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSETS = {
    0: "z utc ut gmt wet",
    1: "bst west cet met mez wat",
    2: "cest mest mesz eet cat sast",
    3: "eest msk trt eat",
    4: "gst",
    5: "pkt",
    7: "wib ict",
    8: "awst sgt hkt wita",
    9: "jst kst wit",
    10: "aest",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
    -3: "adt brt art",
    -4: "edt ast",
    -5: "est cdt",
    -6: "cst mdt",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst",
    -10: "hst",
    5.5: "ist",
    9.5: "acst",
    10.5: "acdt",
    -2.5: "ndt",
    -3.5: "nst",
}
_ABBREVIATIONS: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for hours, names in _OFFSETS.items()
    for name in names.split()
}
# zones that change with the season, and spelt ones
_PLACES = {
    "uk": "Europe/London",
    "uk time": "Europe/London",
    "london": "Europe/London",
    "london time": "Europe/London",
    "irish time": "Europe/Dublin",
    "et": "America/New_York",
    "eastern": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
}
_SPELT = {
    "british summer time": "bst",
    "greenwich mean time": "gmt",
    "coordinated universal time": "utc",
    "western european time": "wet",
    "western european summer time": "west",
    "central european time": "cet",
    "central european summer time": "cest",
    "eastern european time": "eet",
    "eastern european summer time": "eest",
    "eastern standard time": "est",
    "eastern daylight time": "edt",
}
_AMERICAN = frozenset(
    {"est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "akst", "akdt", "hst"}
    | {"et", "ct", "mt", "pt", "eastern", "pacific"}
)
_ALSO_LOWER = frozenset(("z", "utc", "gmt", "bst", "cet", "cest"))
_IST = {"ie": "Europe/Dublin", "ga": "Europe/Dublin", "he": "Asia/Jerusalem"}
_WORDS = "|".join(sorted((*_SPELT, *_PLACES), key=len, reverse=True)).replace(" ", r"\s")
_ZONE = re.compile(
    rf"""[\s(\[]{{0,4}}+(?:
      (?P<utc>(?:gmt|utc?|z)(?=\s?[+-]\d))?\s?(?P<sign>[+-]{{1,2}}+)(?P<hours>\d\d?)
        (?::(?P<minutes>\d\d?)|['’]?(?P<close>\d\d))?'?(?![\d:])
      |(?P<place>[A-Z][A-Za-z]{{1,20}}+/[A-Z][A-Za-z_]{{1,30}}+)
      |(?P<words>{_WORDS})(?![^\W_])
      |(?P<name>[A-Z]{{1,5}}+)(?![^\W_])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
MAX_HOURS = 14  # of an offset: the zone of Kiritimati


def read_zone(text: str, at: int, language: str | None) -> tuple[tzinfo | None, int]:
    """Return the zone that begins at position `at` of a text, and its end.

    None and `at` if there is none.
    """
    found = _ZONE.match(text, at)
    zone = None if found is None else _build_zone(found, language)
    return (None, at) if found is None or zone is None else (zone, found.end())


def _build_zone(found: re.Match[str], language: str | None) -> tzinfo | None:
    if found["hours"]:
        return _build_offset(found)
    if found["place"]:
        return _find_zone(found["place"])
    name = (found["words"] or found["name"]).lower()
    if found["name"] and not found["name"].isupper() and name not in _ALSO_LOWER:
        return None  # a word such as "et" or "est"
    if place := _PLACES.get(name):
        return ZoneInfo(place)
    if name == "ist" and language and (place := _IST.get(_get_region(language))):
        return ZoneInfo(place)
    return _ABBREVIATIONS.get(_SPELT.get(name, name))


def is_american(text: str, at: int) -> bool:
    """Return whether a zone of the United States, where months come first, begins at `at`."""
    found = _ZONE.match(text, at)
    if found is None:
        return False
    return (found["name"] or found["words"] or "").lower() in _AMERICAN


def _get_region(language: str) -> str:
    language = language.lower().replace("_", "-")
    return "ie" if language.endswith("-ie") else language.partition("-")[0]


def _build_offset(found: re.Match[str]) -> tzinfo | None:
    hours = int(found["hours"])
    minutes = int(found["minutes"] or found["close"] or 0)
    if hours > MAX_HOURS or minutes > 59:
        return None
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if "-" in found["sign"] else away)


@lru_cache(maxsize=256)
def _find_zone(place: str) -> tzinfo | None:
    name = _map_known_places().get(place.lower())
    return ZoneInfo(name) if name is not None else None


@lru_cache(maxsize=1)
def _map_known_places() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
