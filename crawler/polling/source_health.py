"""Diagnoses problems of a source, with a hint for its operator. Pure.

A source that answers but lists nothing new is distinguished from one that cannot be read: it is
easily overlooked, because no poll fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.polling.poll_interval import has_moved
from storage.model import SourceState
from storage.rules.local_time import day_text

SourceProblemKind = Literal[
    "gone", "blocked", "changed", "failed", "unfinished", "empty", "silent", "thin", "moved"
]

FAILURES_BEFORE_ALARM = 3  # polls in a row, so that a short outage raises no alarm
UNFINISHED = 2  # polls: one in a batch, where another source may have ended it, and one alone
EMPTY_FOR = timedelta(days=1)
NEVER_LISTED_FOR = timedelta(days=3)
MIN_SILENCE = timedelta(days=3)  # longer than a weekend
LONGEST_GAP_FACTOR = 2
USUAL_GAP_FACTOR = 6
THIN_PAGES = 5
THIN_FOR = timedelta(hours=6)
_BY_WINDOW = frozenset({"tenders", "parliament", "sitemap"})  # these list only new entries


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """One problem of a source. `text` describes it for an operator, with a hint."""

    kind: SourceProblemKind
    text: str

    @property
    def is_blindness(self) -> bool:
        """Return whether the source cannot be read at all."""
        return self.kind in ("gone", "blocked", "changed", "failed", "unfinished")


def find_problems(state: SourceState, now: datetime) -> tuple[SourceProblem, ...]:
    """Return the problems of a source, the worst first; empty if there are none.

    A source that cannot be read has only that problem.
    """
    if unread := _check_unfinished(state) or _check_unread(state, now):
        return (unread,)
    found = (
        _check_empty(state, now) or _check_silent(state, now),
        _check_thin(state, now),
        _check_moved(state, now),
    )
    return tuple(problem for problem in found if problem is not None)


def _check_unfinished(state: SourceState) -> SourceProblem | None:
    """Check for a source that ends its crawl process, in a batch and alone."""
    if state.unfinished_polls < UNFINISHED or state.failures == 0:
        return None
    return SourceProblem(
        kind="unfinished",
        text=f"source {state.key} ({state.url}) ends the process that polls it "
        f"({state.last_error}): {state.unfinished_polls} polls in a row did not end; it is polled "
        "in a batch of its own, at growing intervals",
    )


def _check_unread(state: SourceState, now: datetime) -> SourceProblem | None:
    see = f"`supplierwatch doctor {state.key}` shows it step by step"
    if state.http_status == 410:
        return SourceProblem(
            kind="gone",
            text=f"source {state.key} is gone for good (HTTP 410): it is polled once a week; "
            "write its new address into sources.toml, or remove it",
        )
    if state.failures < FAILURES_BEFORE_ALARM:
        return None
    if state.outcome == "blocked":
        return SourceProblem(
            kind="blocked", text=f"source {state.key} refuses access ({state.last_error}): {see}"
        )
    if state.outcome == "not-a-feed":
        return SourceProblem(
            kind="changed",
            text=f"source {state.key} no longer returns a listing that can be read: {see}",
        )
    read_at = state.last_success_at
    since = "ever" if read_at is None else f"since {day_text(read_at, now)} {read_at:%H:%M}"
    return SourceProblem(
        kind="failed",
        text=f"source {state.key} has not been read {since} UTC ({state.last_error}): {see}",
    )


def _check_empty(state: SourceState, now: datetime) -> SourceProblem | None:
    if state.empty_since is None or state.kind in _BY_WINDOW:
        return None
    threshold = EMPTY_FOR if state.item_count else NEVER_LISTED_FOR
    if now - state.empty_since < threshold:
        return None
    before = "it listed articles before" if state.item_count else "it has never listed any"
    return SourceProblem(
        kind="empty",
        text=f"source {state.key} answers, and its listing has been empty since "
        f"{day_text(state.empty_since, now)}; {before}: look at {state.url} in a browser",
    )


def _check_silent(state: SourceState, now: datetime) -> SourceProblem | None:
    threshold = silence_threshold(state)
    if state.newest_at is None or threshold is None or state.baseline_done_at is None:
        return None
    # for a new source, silence begins with its first poll
    if now - max(state.newest_at, state.baseline_done_at) < threshold:
        return None
    usual, longest = format_gap(state.usual_gap), format_gap(state.longest_gap)
    return SourceProblem(
        kind="silent",
        text=f"source {state.key} answers, but has listed nothing new since "
        f"{day_text(state.newest_at, now)}; it usually does every {usual}, and its longest gap "
        f"was {longest}: look at {state.url} in a browser, its address may have changed",
    )


def silence_threshold(state: SourceState) -> timedelta | None:
    """Return how long a source may list nothing new before it counts as silent.

    None while its usual gap between items is unknown.
    """
    if state.usual_gap is None or state.longest_gap is None:
        return None
    return max(
        MIN_SILENCE, state.longest_gap * LONGEST_GAP_FACTOR, state.usual_gap * USUAL_GAP_FACTOR
    )


def _check_thin(state: SourceState, now: datetime) -> SourceProblem | None:
    if state.thin_since is None or state.thin_pages < THIN_PAGES:
        return None
    if now - state.thin_since < THIN_FOR:
        return None
    return SourceProblem(
        kind="thin",
        text=f"no article of source {state.key} could be read since "
        f"{day_text(state.thin_since, now)} ({state.thin_pages} pages): watches see only headlines "
        f"and teasers; its layout may have changed: `supplierwatch doctor {state.key}` reads one "
        "step by step",
    )


def _check_moved(state: SourceState, now: datetime) -> SourceProblem | None:
    if not has_moved(state, now):
        return None
    return SourceProblem(
        kind="moved",
        text=f"source {state.key} has moved for good to {state.moved_to} and is polled there: "
        "write that address into sources.toml",
    )


def format_gap(gap: timedelta | None) -> str:
    """Format a duration roughly: "40 minutes", "5 hours", "3 days"."""
    if gap is None:
        return "unknown"
    minutes = max(1, round(gap.total_seconds() / 60))
    if minutes < 90:
        return "minute" if minutes == 1 else f"{minutes} minutes"
    if minutes < 36 * 60:
        return f"{round(minutes / 60)} hours"
    return f"{round(minutes / 60 / 24)} days"
