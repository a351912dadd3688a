"""The facets of a search as links that narrow it, and its histogram as bars. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.search.facets import DateBar, Facets, FacetValue
from supplierwatch.desk.page import Visit
from supplierwatch.desk.reading.narrowing import Narrowing, address_of

_KINDS = {
    "news": "news",
    "release": "press releases",
    "tender": "procurement notices",
    "question": "questions in Parliament",
    "hansard": "Hansard",
    "boardpaper": "board papers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownValue:
    """A value of a facet with the address that narrows the search to it, or widens it again."""

    label: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFacet:
    """A facet with a heading. `more`: how many values are left out."""

    title: str
    values: tuple[ShownValue, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBar:
    """A bar of the histogram, 0 to 100 high, with the address that narrows the search to it."""

    bar: DateBar
    height: float
    address: str


def show_facets(
    visit: Visit, parameters: Mapping[str, str], narrowing: Narrowing, facets: Facets
) -> list[ShownFacet]:
    """Return the facets that tell something, each value with its address."""
    context = visit.source.context

    def show(
        title: str, name: str, values: Sequence[FacetValue], labels: Mapping[str, str], more: int
    ) -> ShownFacet:
        present = getattr(narrowing, name)
        return ShownFacet(
            title=title,
            more=more,
            values=tuple(
                ShownValue(
                    label=labels.get(each.value, each.value),
                    count=each.count,
                    chosen=each.value == present,
                    address=address_of(
                        "/search",
                        dict(parameters) | {name: "" if each.value == present else each.value},
                    ),
                )
                for each in values
            ),
        )

    names = {each.value: context.names.source(each.value) for each in facets.sources}
    more = facets.more
    every = [
        show("Supplier", "supplier", facets.suppliers, context.supplier_names, more["suppliers"]),
        show("Source", "source", facets.sources, names, more["sources"]),
        show("Kind", "kind", facets.kinds, _KINDS, more["kinds"]),
        show("Outlet", "site", facets.sites, {}, more["sites"]),
        show("Language", "lang", facets.languages, {}, more["languages"]),
    ]
    return [each for each in every if each.values]


def show_bars(parameters: Mapping[str, str], bars: Sequence[DateBar]) -> list[ShownBar]:
    """Return the bars of a histogram with their heights and addresses."""
    most = max((bar.count for bar in bars), default=1)
    return [
        ShownBar(
            bar=bar,
            # a bar of one among thousands is seen, too
            height=max(3.0, round(100 * bar.count / most, 1)) if bar.count else 0.0,
            address=address_of(
                "/search",
                dict(parameters) | {"from": bar.first.isoformat(), "to": bar.last.isoformat()},
            ),
        )
        for bar in bars
    ]
