"""The state of each declared source, those with problems first; for the terminal and the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.model import Source
from crawler.polling.source_health import SourceProblem, find_problems
from storage.crawling.source_history import PageCounts
from storage.model import SourceState
from supplierwatch.formatting.translation import format_number, ngettext
from supplierwatch.formatting.translation import gettext as _

RECENT_PERIOD = timedelta(days=30)  # period over which readings are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A declared source with its stored state, its problems and its recent readings."""

    source: Source
    state: SourceState | None
    problems: tuple[SourceProblem, ...] = ()
    recent: PageCounts = field(default_factory=PageCounts)

    @property
    def status(self) -> str:
        """`off`, `new` (never polled), `ok`, or the worst problem."""
        if not self.source.enabled:
            return "off"
        if self.state is None or self.state.last_polled_at is None:
            return "new"
        if self.state.failures:
            return str(self.state.outcome or "failed")
        return self.problems[0].kind if self.problems else "ok"

    @property
    def is_odd(self) -> bool:
        """Whether the operator should check it."""
        return self.status not in ("ok", "new", "off")


def rows(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    now: datetime,
    recent: Mapping[str, PageCounts] | None = None,
) -> list[SourceRow]:
    """Build a row for each source: those with problems first, disabled ones last.

    Args:
        recent: source key -> readings of the items of the last `RECENT_PERIOD`.
    """
    table_rows = []
    for source in sources:
        state = states.get(source.key)
        odd = () if state is None or not source.enabled else find_problems(state, now)
        readings = (recent or {}).get(source.key, PageCounts())
        table_rows.append(SourceRow(source=source, state=state, problems=odd, recent=readings))
    rank = {"ok": 1, "new": 1, "off": 2}
    return sorted(table_rows, key=lambda row: rank.get(row.status, 0))


def summarise(rows: Sequence[SourceRow]) -> str:
    """Return how many sources there are, and how many need attention."""
    bad = sum(1 for row in rows if row.state is not None and row.state.failures)
    odd = sum(1 for row in rows if row.is_odd) - bad
    new = sum(1 for row in rows if row.status == "new")
    n = len(rows)
    parts = [ngettext("%(n)s source", "%(n)s sources", n, n=format_number(n))]
    if bad:
        parts.append(_("%(n)s failing", n=bad))
    if odd:
        parts.append(_("%(n)s need attention", n=odd))
    if new:
        parts.append(_("%(n)s never polled", n=new))
    return ", ".join(parts) + "."
