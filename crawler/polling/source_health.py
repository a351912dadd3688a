"""What is odd about a source, told apart, with the mend. Pure.

A source that cannot be read is one thing; one that answers and brings nothing is another, and the
more dangerous one: nothing fails, and nothing comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.polling.poll_interval import has_moved
from storage.model import SourceState

Oddity = Literal[
    "gone", "blocked", "changed", "failed", "unfinished", "empty", "silent", "thin", "moved"
]

PATIENCE = 3  # polls in a row: one bad night of a publisher alarms nobody
UNFINISHED = 2  # polls: one in a batch with others, whose fault it may have been, and one alone
EMPTY_FOR = timedelta(days=1)
NEVER_LISTED_FOR = timedelta(days=3)
LEAST_SILENCE = timedelta(days=3)  # weekends
OF_THE_LONGEST = 2  # gaps: so long a silence there never was
OF_THE_USUAL = 6
THIN_PAGES = 5
THIN_FOR = timedelta(hours=6)
_BY_WINDOW = frozenset({"tenders", "parliament", "sitemap"})  # they list what is new alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is odd about a source. `text` is for its operator, with the mend."""

    oddity: Oddity
    text: str

    @property
    def is_blindness(self) -> bool:
        """Whether the source cannot be read at all."""
        return self.oddity in ("gone", "blocked", "changed", "failed", "unfinished")


def troubles(state: SourceState, now: datetime) -> tuple[Trouble, ...]:
    """What is odd about a source, the worst first; nothing where it is well.

    One that cannot be read is not called silent as well.
    """
    if unread := _unfinished(state) or _unread(state):
        return (unread,)
    found = (_empty(state, now) or _silent(state, now), _thin(state, now), _moved(state, now))
    return tuple(one for one in found if one is not None)


def _unfinished(state: SourceState) -> Trouble | None:
    """A source that ends its crawl: in a batch with others, then in one of its own."""
    if state.unfinished_polls < UNFINISHED or state.failures == 0:
        return None
    return Trouble(
        oddity="unfinished",
        text=f"source {state.key} ({state.url}) ends the process that polls it "
        f"({state.last_error}): {state.unfinished_polls} polls in a row did not end; it is polled "
        "apart from all others, less and less often",
    )


def _unread(state: SourceState) -> Trouble | None:
    see = f"`supplierwatch doctor {state.key}` shows it step by step"
    if state.http_status == 410:
        return Trouble(
            oddity="gone",
            text=f"source {state.key} is gone for good (HTTP 410): it is asked once a week; "
            "give its new address in sources.toml or remove it",
        )
    if state.failures < PATIENCE:
        return None
    if state.outcome == "blocked":
        return Trouble(
            oddity="blocked", text=f"source {state.key} refuses us ({state.last_error}): {see}"
        )
    if state.outcome == "not-a-feed":
        return Trouble(
            oddity="changed",
            text=f"source {state.key} no longer gives a listing that we can read: {see}",
        )
    since = (
        "ever" if state.last_success_at is None else f"since {state.last_success_at:%d %B %H:%M}"
    )
    return Trouble(
        oddity="failed",
        text=f"source {state.key} has not been read {since} UTC ({state.last_error}): {see}",
    )


def _empty(state: SourceState, now: datetime) -> Trouble | None:
    if state.empty_since is None or state.kind in _BY_WINDOW:
        return None
    patience = EMPTY_FOR if state.item_count else NEVER_LISTED_FOR
    if now - state.empty_since < patience:
        return None
    before = "it listed articles before" if state.item_count else "it has never listed any"
    return Trouble(
        oddity="empty",
        text=f"source {state.key} answers, and its listing has been empty since "
        f"{state.empty_since:%d %B}; {before}: look at {state.url} in a browser",
    )


def _silent(state: SourceState, now: datetime) -> Trouble | None:
    patience = patience_with(state)
    if state.newest_at is None or patience is None or state.baseline_done_at is None:
        return None
    # a source that was added yesterday has been silent since yesterday, as far as we know
    if now - max(state.newest_at, state.baseline_done_at) < patience:
        return None
    usual, longest = in_words(state.usual_gap), in_words(state.longest_gap)
    return Trouble(
        oddity="silent",
        text=f"source {state.key} answers, and has brought nothing new since "
        f"{state.newest_at:%d %B}; it usually does every {usual}, and its longest silence was "
        f"{longest}: look at {state.url} in a browser, its address may have changed",
    )


def patience_with(state: SourceState) -> timedelta | None:
    """The silence from which on a source is called silent; None while its rhythm is unknown."""
    if state.usual_gap is None or state.longest_gap is None:
        return None
    return max(LEAST_SILENCE, state.longest_gap * OF_THE_LONGEST, state.usual_gap * OF_THE_USUAL)


def _thin(state: SourceState, now: datetime) -> Trouble | None:
    if state.thin_since is None or state.thin_pages < THIN_PAGES:
        return None
    if now - state.thin_since < THIN_FOR:
        return None
    return Trouble(
        oddity="thin",
        text=f"no article of source {state.key} could be read since {state.thin_since:%d %B} "
        f"({state.thin_pages} pages): headlines and teasers match alone; its layout may have "
        f"changed: `supplierwatch doctor {state.key}` reads one step by step",
    )


def _moved(state: SourceState, now: datetime) -> Trouble | None:
    if not has_moved(state, now):
        return None
    return Trouble(
        oddity="moved",
        text=f"source {state.key} has moved for good to {state.moved_to} and is asked there: "
        "write that address into sources.toml",
    )


def in_words(gap: timedelta | None) -> str:
    """A span as people say it: "40 minutes", "5 hours", "3 days"."""
    if gap is None:
        return "unknown"
    minutes = max(1, round(gap.total_seconds() / 60))
    if minutes < 90:
        return "minute" if minutes == 1 else f"{minutes} minutes"
    if minutes < 36 * 60:
        return f"{round(minutes / 60)} hours"
    return f"{round(minutes / 60 / 24)} days"
