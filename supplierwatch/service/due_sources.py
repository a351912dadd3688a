"""Decides which sources are polled next, and in which batches. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.model import Source
from crawler.jobs.batches import host_of, make_batches
from storage.crawling.sources import is_free, is_poll_due
from storage.model import SourceState

BATCH_SIZE = 20  # sources that share the fixed cost of a batch: a process and two readers
# their services demand 11 seconds between two requests: a poll takes up to three minutes
SLOW_KINDS = frozenset({"tenders"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSources:
    """Due sources, those first that have waited longest.

    `suspects`: keys of sources whose last poll did not finish; each is polled in a batch of its
    own, since one of them may be the cause.
    `slow`: keys of sources of slow kinds, and of others of the same hosts.
    """

    sources: tuple[Source, ...]
    suspects: frozenset[str]
    slow: frozenset[str] = frozenset()


def is_slow(source: Source) -> bool:
    """Return whether a poll of a source takes minutes, for the waits that its service demands."""
    return source.kind in SLOW_KINDS


def busy_hosts(sources: Iterable[Source]) -> frozenset[str]:
    """Return the hosts of sources that are being polled."""
    return frozenset(host_of(source.url) for source in sources)


def find_due(
    declared: Sequence[Source],
    states: Mapping[str, SourceState],
    busy: Collection[str],
    now: datetime,
    *,
    keys: Collection[str] | None = None,
    even_if_not_due: bool = False,
) -> DueSources:
    """Find the sources to poll.

    Args:
        declared: the sources of the configuration.
        states: of the active sources, by key.
        busy: hosts that are being polled: another process would not keep their download delay.
        now: the time.
        keys: only these sources.
        even_if_not_due: also sources that are not due.
    """
    suspects = frozenset(
        key
        for key, state in states.items()
        if state.unfinished_polls and (state.lease_until is None or state.lease_until <= now)
    )
    due = []
    for source in declared:
        state = states.get(source.key)
        if state is None or (keys is not None and source.key not in keys):
            continue
        if host_of(source.url) in busy:
            continue
        if is_free(state, now) and (even_if_not_due or is_poll_due(state, now)):
            due.append((state.next_at, source))
    ordered = sorted(due, key=lambda pair: (pair[0], pair[1].key))
    sources = tuple(source for _, source in ordered)
    slow_hosts = busy_hosts(source for source in sources if is_slow(source))
    slow = frozenset(source.key for source in sources if host_of(source.url) in slow_hosts)
    return DueSources(sources=sources, suspects=suspects, slow=slow)


def build_batches(
    due: DueSources,
    *,
    size: int = BATCH_SIZE,
    suspect_runs: bool = False,
    slow_room: int | None = None,
) -> list[tuple[Source, ...]]:
    """Group due sources into batches; a source whose last poll did not finish gets its own.

    One such batch runs at a time, and not while another batch requests from its host. Sources of
    slow kinds share batches with each other only, so that a batch of other sources ends soon.

    Args:
        due: as `find_due` returns them.
        size: the most sources of a batch, except those of one host.
        suspect_runs: whether a batch of a suspect is running.
        slow_room: how many batches of slow sources or of a suspect may be started now, so that
            they never hold all slots; None: any number.
    """
    batches = _group(due, size=size, suspect_runs=suspect_runs)
    if slow_room is None:
        return batches
    lasting = [batch for batch in batches if _may_last(batch, due)]
    held_back = lasting[max(0, slow_room) :]
    return [batch for batch in batches if batch not in held_back]


def _may_last(batch: Sequence[Source], due: DueSources) -> bool:
    """Return whether a batch may hold its slot for minutes."""
    return any(source.key in due.slow or source.key in due.suspects for source in batch)


def _group(due: DueSources, *, size: int, suspect_runs: bool) -> list[tuple[Source, ...]]:
    waiting = due.sources
    usual = [source for source in waiting if source.key not in due.suspects]
    quick = make_batches([one for one in usual if one.key not in due.slow], size=size)
    slow = make_batches([one for one in usual if one.key in due.slow], size=size)
    place = {source.key: number for number, source in enumerate(waiting)}
    grouped = sorted([*quick, *slow], key=lambda batch: place[batch[0].key])
    suspects = [source for source in waiting if source.key in due.suspects]
    if suspect_runs or not suspects:
        return grouped
    alone = suspects[0]
    same_host = host_of(alone.url)
    others = [batch for batch in grouped if same_host not in {host_of(each.url) for each in batch}]
    if len(others) < len(grouped) and waiting[0] != alone:
        return grouped  # a source of the same host has waited longer
    # if it has waited longest it goes first: with one batch at a time it would never run
    return [(alone,), *others] if waiting[0] == alone else [*grouped[:1], (alone,), *grouped[1:]]
