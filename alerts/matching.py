"""Matches pending items against all watches and records the mentions.

Items are matched in chunks, a transaction each. An item that fails or exceeds the time limit is
counted and its chunk is run again without it; it is retried alone later, and quarantined after
three attempts. The items of a chunk are recorded before it starts: if it never finishes (the
process was killed), each of them is tried alone, after all others.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.attempts import Attempt, describe_error, record_failure, record_success
from alerts.query import Document, WatchIndex
from alerts.query.text.document import PreparedDocument
from alerts.text.outlet_names import blank_outlet
from alerts.time_limit import TimeLimit, TimeLimitExceeded, run_within
from storage.archive.stories import SPAN
from storage.errors import DamagedRow
from storage.mentions.asides import AsideMatch
from storage.mentions.mentions import NEVER_OLD
from storage.model import Match, StoredItem, WatchVersion
from storage.rules.age import OldItems
from storage.rules.groups import NO_GROUPS, DeclaredGroups
from storage.store import Store, Unit
from storage.telling.quarantine import (
    DID_NOT_FINISH,
    MAX_ATTEMPTS,
    FailedTask,
    is_ready,
    parse_item_id,
)

log = logging.getLogger(__name__)

TASK, CHUNK_TASK = "match", "match-chunk"
# items in one transaction: other processes that store articles wait for it
CHUNK = 25
# a chunk usually takes a tenth of a second
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)


def match_pending(
    store: Store,
    index: WatchIndex,
    versions: Mapping[str, WatchVersion],
    audience: Mapping[str, Sequence[int]],
    source_names: Mapping[str, str],
    *,
    now: datetime,
    limit: int = 200,
    old_items: OldItems = NEVER_OLD,
    aside_audience: Mapping[str, Sequence[int]] | None = None,
    groups: DeclaredGroups = NO_GROUPS,
) -> int:
    """Match pending items and record their mentions; return how many items were matched.

    An item and its mentions are written in one transaction: a crash leaves it pending or matched.

    Args:
        store: the archive.
        index: the compiled queries of all watches.
        versions: the current version of each watch.
        audience: watch key -> ids of its subscribers.
        source_names: source key -> name, for `source:` in queries.
        now: the time of the mentions.
        limit: the maximum number of items.
        old_items: what counts as old, and who is told of it.
        aside_audience: watch key -> ids of the subscribers that are told where a watch matches
            only in text around an article; no such matches are looked for with other watches.
        groups: of watches and sources, which decide which watch may match which item.
    """
    matcher = _Matcher(
        store=store,
        index=index,
        versions=versions,
        audience=audience,
        source_names=source_names,
        now=now,
        old_items=old_items,
        aside_audience=aside_audience or {},
        groups=groups,
    )
    matcher.suspect_unfinished_chunks()
    done = matcher.match_chunks(limit)
    return done + matcher.match_suspects()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evaluated:
    """An item with its matches. `version` is of its text, see `Items.text_versions`."""

    item: StoredItem
    version: tuple[str, ...]
    matches: tuple[Match, ...]
    asides: tuple[AsideMatch, ...]


@dataclass(slots=True, kw_only=True)
class _Matcher:
    """One pass over the pending items. `current` is the id of the item being matched."""

    store: Store
    index: WatchIndex
    versions: Mapping[str, WatchVersion]
    audience: Mapping[str, Sequence[int]]
    source_names: Mapping[str, str]
    now: datetime
    old_items: OldItems
    aside_audience: Mapping[str, Sequence[int]]
    groups: DeclaredGroups
    current: int | None = None

    def suspect_unfinished_chunks(self) -> None:
        """Mark the items of chunks that started but never finished, so that each is tried alone."""
        with self.store.reading() as unit:
            unfinished = unit.quarantine.failed_tasks(CHUNK_TASK)
        if not unfinished:
            return
        with self.store.transaction() as unit:
            for subject, failed_task in unfinished.items():
                for item_id in (failed_task.cause or "").split():
                    unit.quarantine.suspect(TASK, item_id, self.now)
                unit.quarantine.succeed(CHUNK_TASK, [subject])
        log.warning("match.unfinished chunks=%d", len(unfinished))

    def match_chunks(self, limit: int) -> int:
        """Match up to `limit` items that have not failed before; return how many."""
        with self.store.reading() as unit:
            ids = unit.items.pending(now=self.now, limit=min(CHUNK, limit))
        if not ids:
            return 0
        with self.store.transaction() as unit:
            unit.stories.delete_sketches(self.now - SPAN)
            unit.events.delete_features(self.now - SPAN)
            self._mark_started(unit, ids)
        done = 0
        while ids:
            self.current = None
            most = limit - done
            try:
                matched, following = run_within(LIMIT, lambda: self._match_chunk(ids, most))  # noqa: B023
            except Exception as error:
                ids = self._exclude_failing_item(ids, error)
                continue
            done += matched
            ids = following
        return done

    def match_suspects(self) -> int:
        """Retry each item that failed or whose chunk never finished; return how many matched.

        The pass ends at the first that exceeds its time limit, because new items wait meanwhile.
        """
        with self.store.reading() as unit:
            failed_tasks = unit.quarantine.failed_tasks(TASK)
            changed = _find_refetched(unit, failed_tasks)
        done = 0
        for subject in sorted(failed_tasks, key=lambda each: (failed_tasks[each].attempts, each)):
            failed_task = failed_tasks[subject]
            if not is_ready(failed_task, self.now) and subject not in changed:
                continue
            if failed_task.attempts >= MAX_ATTEMPTS and subject not in changed:
                with self.store.transaction() as unit:
                    self._record_failure(unit, subject, failed_task.cause or DID_NOT_FINISH)
                continue
            try:
                done += self._match_suspect(subject, refetched=subject in changed)
            except TimeLimitExceeded:
                break
        return done

    def _mark_started(self, unit: Unit, ids: Sequence[int]) -> None:
        item_ids = " ".join(str(item_id) for item_id in ids)
        unit.quarantine.begin(CHUNK_TASK, _chunk_name(ids), self.now, cause=item_ids)

    def _match_chunk(self, ids: Sequence[int], most: int) -> tuple[int, tuple[int, ...]]:
        """Match a chunk and mark the next one as started; return (items matched, next ids).

        `most` is the number of items left to this pass, these included. Queries are evaluated
        before the transaction, so that processes that store articles do not wait for them. An
        item whose text changed meanwhile stays pending.
        """
        found, damaged = self._evaluate(ids)
        with self.store.transaction() as unit:
            pending = unit.items.pending(now=self.now, limit=len(ids), among=ids)
            versions = unit.items.text_versions(pending)
            done = 0
            for item_id in pending:
                if item_id in found and found[item_id].version == versions.get(item_id):
                    self._record(unit, found[item_id])
                    done += 1
                elif item_id in damaged:
                    unit.quarantine.begin(TASK, str(item_id), self.now)
                    self._record_failure(
                        unit, str(item_id), f"its row is damaged: {damaged[item_id]}"
                    )
                elif item_id not in versions:
                    _delete_mark(unit, item_id)
            unit.quarantine.succeed(CHUNK_TASK, [_chunk_name(ids)])
            following: tuple[int, ...] = ()
            if most > done:
                following = unit.items.pending(now=self.now, limit=min(CHUNK, most - done))
            if following:
                self._mark_started(unit, following)
        return done, following

    def _evaluate(self, ids: Sequence[int]) -> tuple[dict[int, _Evaluated], dict[int, str]]:
        """Evaluate all queries on items; return (id -> result, id of damaged row -> cause)."""
        with self.store.reading() as unit:
            items = unit.items.get_many(ids)
            versions = unit.items.text_versions(ids)
            damaged = {
                item_id: cause
                for (table, item_id), cause in unit.damage.rows.items()
                if table == "item"
            }
        found = {}
        for item in items:
            self.current = item.item_id
            matches, asides = match_item(
                item, self.index, self.versions, self.source_names, self.aside_audience, self.groups
            )
            found[item.item_id] = _Evaluated(
                item=item, version=versions[item.item_id], matches=matches, asides=asides
            )
        self.current = None
        return found, damaged

    def _record(self, unit: Unit, evaluated: _Evaluated) -> None:
        item = evaluated.item
        self.current = item.item_id
        unit.events.assign(item, unit.stories.assign(item))
        unit.mentions.record(
            item.item_id,
            evaluated.matches,
            matched_revision=item.revision,
            audience=self.audience,
            now=self.now,
            old_items=self.old_items,
        )
        unit.asides.record(
            item.item_id, evaluated.asides, audience=self.aside_audience, now=self.now
        )

    def _exclude_failing_item(self, ids: Sequence[int], error: Exception) -> tuple[int, ...]:
        """Count the failure of the item that was being matched; return the rest of the chunk.

        If the error came before or after all items, each of them is marked to be tried alone.
        """
        log.exception("match.failed item=%s", self.current, exc_info=error)
        rest = tuple(each for each in ids if each != self.current) if self.current in ids else ()
        with self.store.transaction() as unit:
            unit.quarantine.succeed(CHUNK_TASK, [_chunk_name(ids)])
            if self.current in ids:
                unit.quarantine.begin(TASK, str(self.current), self.now)
                self._record_failure(unit, str(self.current), describe_error(error))
            else:
                for item_id in ids:
                    unit.quarantine.suspect(
                        TASK, str(item_id), self.now, cause=describe_error(error)
                    )
            if not rest:
                rest = unit.items.pending(now=self.now, limit=CHUNK)
            if rest:
                self._mark_started(unit, rest)
        return rest

    def _match_suspect(self, subject: str, *, refetched: bool) -> int:
        with self.store.transaction() as unit:
            if refetched:
                unit.quarantine.retry(self.now, TASK, subject)
            unit.quarantine.begin(TASK, subject, self.now)
        try:
            return run_within(LIMIT, lambda: self._match_alone(subject))
        except Exception as error:
            log.exception("match.failed item=%s", subject)
            with self.store.transaction() as unit:
                self._record_failure(unit, subject, describe_error(error))
            if isinstance(error, TimeLimitExceeded):
                raise
            return 0

    def _match_alone(self, subject: str) -> int:
        item_id = parse_item_id(subject)
        if item_id is None:
            raise DamagedRow("its row is damaged: the subject is not the id of an item")
        found, damaged = self._evaluate([item_id])
        for cause in damaged.values():
            raise DamagedRow(f"its row is damaged: {cause}")
        with self.store.transaction() as unit:
            versions = unit.items.text_versions(list(found))
            for pending in unit.items.pending(now=self.now, limit=1, among=[item_id]):
                if pending in found and found[pending].version == versions.get(pending):
                    self._record(unit, found[pending])
                elif pending not in found:
                    _delete_mark(unit, pending)
            record_success(unit, Attempt(task=TASK, subject=subject), self.now)
        return 1

    def _record_failure(self, unit: Unit, subject: str, cause: str) -> None:
        item_id = parse_item_id(subject)
        url = None if item_id is None else unit.items.url_of(item_id)
        record_failure(
            unit, Attempt(task=TASK, subject=subject, about=url or "no address"), cause, self.now
        )


def _delete_mark(unit: Unit, item_id: int) -> None:
    # it would be pending for ever, and the pass would never end
    unit.items.delete_mark(item_id)
    log.error("match.no-such-item item=%s", item_id)


def match_item(
    item: StoredItem,
    index: WatchIndex,
    versions: Mapping[str, WatchVersion],
    source_names: Mapping[str, str],
    aside_keys: Container[str] = (),
    groups: DeclaredGroups = NO_GROUPS,
) -> tuple[tuple[Match, ...], tuple[AsideMatch, ...]]:
    """Match an item's newest text against all watches, and what was cut from its page.

    `aside_keys` are the watches that are tried on what was cut. A watch matches what sources of
    its group, or shared ones, have carried.
    """
    carried_by = {item.source_key, *(carrier.source_key for carrier in item.carriers)}

    def may_match(key: str) -> bool:
        return key in versions and groups.may_match(key, carried_by)

    name = source_names.get(item.source_key, item.source_key)
    prepared = PreparedDocument(Document.of(item, source_name=name))
    matches = tuple(
        Match(
            watch_key=hit.key,
            watch_version=versions[hit.key].version,
            item_id=item.item_id,
            revision=item.revision,
            spans=tuple(hit.spans),
        )
        for hit in index.match_prepared(prepared)
        if may_match(hit.key)
    )
    blocks = [block for block in item.asides if block.tells]
    if not blocks:
        return matches, ()
    # the outlet's own name around its articles says nothing about a supplier
    names = (name, item.source_key)
    texts = [blank_outlet(block.text, names, item.url) for block in blocks]
    asides = tuple(
        AsideMatch(
            watch_key=hit.key,
            watch_version=versions[hit.key].version,
            item_id=item.item_id,
            revision=item.revision,
            block=blocks[at],
            spans=tuple((span.start, span.end) for span in hit.spans if span.field == "aside"),
        )
        for at, hit in index.match_around(prepared, texts, aside_keys)
        if may_match(hit.key)
    )
    return matches, asides


def _chunk_name(ids: Sequence[int]) -> str:
    return f"{ids[0]}-{ids[-1]}"


def _find_refetched(unit: Unit, failed_tasks: Mapping[str, FailedTask]) -> frozenset[str]:
    """Return the quarantined items whose page was read again since: the text may have changed."""
    held = {
        item_id: last
        for key, last in failed_tasks.items()
        if last.quarantined_at is not None and (item_id := parse_item_id(key)) is not None
    }
    read = unit.items.fetch_times(list(held))
    return frozenset(
        last.subject
        for item_id, last in held.items()
        if (at := read.get(item_id)) and at > last.last_at
    )
