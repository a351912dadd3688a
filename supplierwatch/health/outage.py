"""Distinguishes failures of sources from an outage of our own network; notifies the operator.

A notice for each problem of a source (`crawler.polling.source_health`) opens once, is sent to the
operator once, and closes when the source works again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from crawler.jobs.batches import host_of
from crawler.polling.source_health import FAILURES_BEFORE_ALARM, SourceProblem, find_problems
from storage.model import SourceState
from storage.store import Store, Unit
from supplierwatch.health.heavy_pages import close_page_notices

log = logging.getLogger(__name__)

NETWORK = "network"
PREFIX = "source:"
NO_ANSWER = timedelta(minutes=5)  # from any host; a single slow host times out within two
RESUME = timedelta(minutes=1)
OUT = (
    "this machine reaches no host on the network: sources are polled again every minute, "
    "and none counts as failing"
)
_FEWEST = 3  # hosts: two may well be down at once


def find_outage(states: Sequence[SourceState], now: datetime) -> tuple[SourceState, ...]:
    """Return the sources that failed because of an outage of our own network; empty if none.

    It is an outage when at least three hosts and a quarter of all, which failed only recently,
    gave no response of any kind, and no other host has responded since.
    """
    active = [state for state in states if state.active]
    # responses dated in the future, by a clock that was ahead, would hide every outage
    answers = [at for state in active if (at := _find_last_answer(state)) is not None and at <= now]
    last = max(answers, default=None)
    silent = tuple(
        state
        for state in active
        if _had_no_answer(state)
        and state.last_polled_at is not None
        and (last is None or state.last_polled_at > last)
    )
    hosts = {host_of(state.url) for state in active}
    recent = {host_of(state.url) for state in silent if state.failures < FAILURES_BEFORE_ALARM}
    began = last or min((s.last_polled_at for s in silent if s.last_polled_at), default=now)
    if len(recent) < max(_FEWEST, len(hosts) / 4) or (last is not None and now - began < NO_ANSWER):
        return ()
    return silent


def _had_no_answer(state: SourceState) -> bool:
    return state.outcome == "failed" and state.http_status is None


def _find_last_answer(state: SourceState) -> datetime | None:
    """Return when the host of a source last gave any response, an error included."""
    if state.last_polled_at is None or _had_no_answer(state):
        return state.last_success_at
    return state.last_polled_at


def update_source_notices(store: Store, context: TellingContext, now: datetime) -> None:
    """Open and close notices by the state of the sources; write to the operator about new ones.

    In an outage of our own network, failures of sources are reset and all are polled again soon.
    """
    with store.transaction() as unit:
        news = _update_notices(unit, now)
    if news:
        operator_message(
            store,
            context,
            key=f"sources:{now:%Y%m%dT%H%M%S.%f}",
            subject=_build_subject(news),
            lines=news,
            now=now,
        )


def _build_subject(news: Sequence[str]) -> str:
    if len(news) > 1:
        return f"{len(news)} sources need attention"
    first = news[0].partition(":")[0].partition("(")[0].strip()
    return first[0].upper() + first[1:]


def _update_notices(unit: Unit, now: datetime) -> tuple[str, ...]:
    """Update notices; returns the texts of new ones."""
    close_page_notices(unit, now)
    states = unit.sources.all()
    before = {notice.key for notice in unit.notices.open()}
    silent = find_outage(states, now)
    if silent:
        # a source that was reset before is due within RESUME: no failure is reset twice
        late = [state.key for state in silent if state.next_at > now + RESUME]
        unit.sources.undo_failure(late, next_at=now + RESUME)
        if unit.notices.raise_(NETWORK, OUT, now):
            log.error("network.out sources=%d", len(silent))
            return (OUT,)
        return ()
    if NETWORK in before and unit.notices.clear(NETWORK, now):
        log.info("network.back")
    found = {
        _build_notice_key(state, one): one.text
        for state in states
        if state.active
        for one in find_problems(state, now)
    }
    for key in before - found.keys():
        if key.startswith(PREFIX):
            unit.notices.clear(key, now)
    news = tuple(text for key, text in found.items() if unit.notices.raise_(key, text, now))
    for text in news:
        log.warning("source.odd %s", text)
    return news


def _build_notice_key(state: SourceState, problem: SourceProblem) -> str:
    """Return the key of a notice; all problems by which a source yields nothing share one."""
    return PREFIX + state.key + ("" if problem.is_blindness else f":{problem.kind}")
