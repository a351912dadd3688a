"""Narrows a search by facets: each is a clause that is added to the query. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from alerts.query.syntax.filters import KINDS

MAX_CHARACTERS = 200  # of a value
_PLAIN = re.compile(r"[\w.:-]+")
_LANGUAGE = re.compile(r"[A-Za-z-]{2,12}")
_HOST = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """The facets chosen in a search; empty for none. `first` and `last` are days, inclusive."""

    supplier: str = ""
    source: str = ""
    kind: str = ""
    site: str = ""
    lang: str = ""
    first: date | None = None
    last: date | None = None

    def query(self, text: str, *, dates: bool = True) -> str:
        """Return the query `text` with a clause for each facet; without the dates for a watch."""
        clauses = [f"({text})"] if text else []
        clauses += [f"@{self.supplier}"] if self.supplier else []
        clauses += [f'source:"{self.source}"'] if self.source else []
        clauses += [f"type:{self.kind}"] if self.kind else []
        clauses += [f"site:{self.site}"] if self.site else []
        clauses += [f"lang:{self.lang}"] if self.lang else []
        if dates and self.first is not None:
            clauses.append(f"date>={self.first.isoformat()}")
        if dates and self.last is not None:
            clauses.append(f"date<={self.last.isoformat()}")
        return text if text and len(clauses) == 1 else " AND ".join(clauses)

    def without(self, *names: str) -> Narrowing:
        """Return it without some facets."""
        blank: Mapping[str, str | None] = {
            name: None if name in ("first", "last") else "" for name in names
        }
        return replace(self, **blank)  # type: ignore[arg-type]

    def parameters(self) -> dict[str, str]:
        """Return the same as parameters of an address."""
        names = {"first": "from", "last": "to"}
        made = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value:
                made[names.get(each.name, each.name)] = str(value)
        return made


NOTHING = Narrowing()


def read_narrowing(
    values: Mapping[str, str], suppliers: Mapping[str, object], sources: Mapping[str, object]
) -> Narrowing:
    """Read the facets of an address; what is unknown or malformed is left out.

    Args:
        values: the parameters.
        suppliers: by key, those that are declared.
        sources: by key, those that are declared.
    """

    def given(name: str) -> str:
        return values.get(name, "").strip()[:MAX_CHARACTERS]

    source = given("source")
    return Narrowing(
        supplier=given("supplier") if given("supplier") in suppliers else "",
        source=source if source in sources or _PLAIN.fullmatch(source) else "",
        kind=given("kind") if given("kind") in KINDS else "",
        site=given("site") if _HOST.fullmatch(given("site")) else "",
        lang=given("lang") if _LANGUAGE.fullmatch(given("lang")) else "",
        first=_read_day(given("from")),
        last=_read_day(given("to")),
    )


def build_address(path: str, parameters: Mapping[str, str | int | None]) -> str:
    """Return the address of a page with the parameters that are not empty."""
    kept = {name: value for name, value in parameters.items() if value not in ("", None)}
    return path + (f"?{urlencode(kept)}" if kept else "")


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
