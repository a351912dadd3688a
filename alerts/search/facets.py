"""Counts what was found by supplier, source, kind, site, language and date. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alerts.query import Document
from storage.model import StoredItem

MAX_COUNTED = 2_000  # items that are counted; with more the counts are about right
MAX_VALUES = 12  # of one facet, the most frequent
MAX_BARS = 60  # of the histogram
LONGEST = 50 * 366  # days that the histogram spans, back from its newest; what is older is added
# days in a bar, about: a day, a week, a month, a quarter, a year
_STEPS = (1, 7, 30, 91, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value, and how many of the items have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBar:
    """How many items are dated `first` to `last`, both inclusive, in UTC."""

    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The counts of a search. `exact`: all that it found was counted.

    `more` maps the name of a facet to how many further values it has.
    """

    counted: int
    exact: bool
    suppliers: tuple[FacetValue, ...]
    sources: tuple[FacetValue, ...]
    kinds: tuple[FacetValue, ...]
    sites: tuple[FacetValue, ...]
    languages: tuple[FacetValue, ...]
    dates: tuple[DateBar, ...]
    more: Mapping[str, int]


def count_facets(
    items: Sequence[StoredItem], suppliers: Mapping[int, Sequence[str]], *, exact: bool
) -> Facets:
    """Count the items of a search.

    Args:
        items: those that are counted, at most `MAX_COUNTED`.
        suppliers: item id -> the keys of the suppliers that are named in it.
        exact: nothing else was found.
    """
    documents = [Document.of(item) for item in items]
    counts = {
        "suppliers": Counter(key for item in items for key in set(suppliers.get(item.item_id, ()))),
        "sources": Counter(item.source_key for item in items),
        "kinds": Counter(str(item.kind) for item in items),
        "sites": Counter(
            site for document in documents if (site := document.host.removeprefix("www."))
        ),
        "languages": Counter(item.language for item in items if item.language),
    }
    kept = {name: _order(count) for name, count in counts.items()}
    return Facets(
        counted=len(items),
        exact=exact,
        suppliers=kept["suppliers"],
        sources=kept["sources"],
        kinds=kept["kinds"],
        sites=kept["sites"],
        languages=kept["languages"],
        dates=count_by_date(document.date for document in documents if document.date),
        more={name: len(count) - len(kept[name]) for name, count in counts.items()},
    )


def count_by_date(dates: Iterable[date]) -> tuple[DateBar, ...]:
    """Return the bars of a histogram, from the oldest to the newest, without gaps.

    Bars are days, or as many days as make them at most `MAX_BARS`.
    """
    ordered = sorted(dates)
    if not ordered:
        return ()
    newest = ordered[-1]
    span = min((newest - ordered[0]).days, LONGEST)
    step = next((each for each in _STEPS if span < each * MAX_BARS), _STEPS[-1])
    bars = span // step + 1
    counts = Counter(min((newest - day).days // step, bars - 1) for day in ordered)
    made = []
    for number in reversed(range(bars)):
        last = newest - timedelta(days=number * step)
        first = last - timedelta(days=min(step - 1, (last - date.min).days))
        if number == bars - 1:
            first = min(first, ordered[0])
        made.append(DateBar(first=first, last=last, count=counts[number]))
    return tuple(made)


def _order(counts: Counter[str]) -> tuple[FacetValue, ...]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value=value, count=count) for value, count in ordered[:MAX_VALUES])
