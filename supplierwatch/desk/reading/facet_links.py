"""The facets of a search as links that narrow it, and its histogram as bars. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.search.facets import DateBar, Facets, FacetValue
from supplierwatch.desk.page import PageRequest
from supplierwatch.desk.reading.narrowing import Narrowing, build_address
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

_KINDS = {
    "news": mark_text("news"),
    "release": mark_text("press releases"),
    "tender": mark_text("procurement notices"),
    "question": mark_text("questions in Parliament"),
    "hansard": mark_text("Hansard"),
    "boardpaper": mark_text("board papers"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLink:
    """A value of a facet with the address that narrows the search to it, or widens it again."""

    label: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetGroup:
    """A facet with a heading. `more`: how many values are left out."""

    title: str
    values: tuple[FacetLink, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBar:
    """A bar of the histogram, 0 to 100 high, with the address that narrows the search to it."""

    bar: DateBar
    height: float
    address: str


def show_facets(
    request: PageRequest, parameters: Mapping[str, str], narrowing: Narrowing, facets: Facets
) -> list[FacetGroup]:
    """Return the facets that have values, each value with its address."""
    context = request.source.context

    def show(
        title: str, name: str, values: Sequence[FacetValue], labels: Mapping[str, str], more: int
    ) -> FacetGroup:
        present = getattr(narrowing, name)
        return FacetGroup(
            title=title,
            more=more,
            values=tuple(
                FacetLink(
                    label=labels.get(each.value, each.value),
                    count=each.count,
                    chosen=each.value == present,
                    address=build_address(
                        "/search",
                        dict(parameters) | {name: "" if each.value == present else each.value},
                    ),
                )
                for each in values
            ),
        )

    names = {each.value: context.names.source(each.value) for each in facets.sources}
    kinds = {name: _(label) for name, label in _KINDS.items()}
    more = facets.more
    every = [
        show(
            _("Supplier"), "supplier", facets.suppliers, context.supplier_names, more["suppliers"]
        ),
        show(_("Source"), "source", facets.sources, names, more["sources"]),
        show(_("Kind"), "kind", facets.kinds, kinds, more["kinds"]),
        show(_("Outlet"), "site", facets.sites, {}, more["sites"]),
        show(_("Language"), "lang", facets.languages, {}, more["languages"]),
    ]
    return [each for each in every if each.values]


def show_bars(parameters: Mapping[str, str], bars: Sequence[DateBar]) -> list[HistogramBar]:
    """Return the bars of a histogram with their heights and addresses."""
    most = max((bar.count for bar in bars), default=1)
    return [
        HistogramBar(
            bar=bar,
            # a bar of one among thousands is visible too
            height=max(3.0, round(100 * bar.count / most, 1)) if bar.count else 0.0,
            address=build_address(
                "/search",
                dict(parameters) | {"from": bar.first.isoformat(), "to": bar.last.isoformat()},
            ),
        )
        for bar in bars
    ]
