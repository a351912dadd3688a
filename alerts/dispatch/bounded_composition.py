"""Composes messages within a time limit, and finds the items that make composition fail.

A message is composed in full. When the third attempt fails, the items that fail by themselves are
quarantined (task `show`) and shown by headline and link, here and in every later message, until
they are retried by command.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from alerts.attempts import Attempt, describe_error, record_failure, record_success
from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.composition import Composed, Cut, Group, compose
from alerts.errors import MessageError
from alerts.time_limit import TimeLimit, TimeLimitExceeded, run_within
from storage.errors import StorageError
from storage.store import Store, Unit
from storage.telling.quarantine import DID_NOT_FINISH, MAX_ATTEMPTS, parse_item_id

log = logging.getLogger(__name__)

TASK, SHOW_TASK = "tell", "show"
# a message usually takes some hundredths of a second, one of a thousand stories some seconds
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)
TRIAL_LIMIT = TimeLimit(processor=5.0, elapsed=60.0)
# limits of the search for items that fail; undecided items are shown in brief
MAX_TRIALS = 40
MAX_TIMEOUTS = 6
# three in full, the third falls back to brief; two more if the process was killed meanwhile
MAX_TELLING_ATTEMPTS = MAX_ATTEMPTS + 2
UNLIMITED = 1_000_000  # attempts, for faults of the configuration or the database


class BoundedComposer:
    """Composes the messages of one pass.

    Args:
        store: the database.
        context: the configuration in force.
        supplier_index: the cache of suppliers in items.
        now: the time.
        notices: the keys of the open notices.
    """

    def __init__(
        self,
        store: Store,
        context: TellingContext,
        supplier_index: SupplierIndex,
        now: datetime,
        *,
        notices: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._context = context
        self._supplier_index = supplier_index
        self._now = now
        self._notices = notices
        self._attempts: dict[str, int] = {}
        self._bare: set[str] = set()

    def compose(self, group: Group) -> Composed:
        """Compose the message of a group, in brief if it failed too often in full.

        Raises:
            MessageError: the address is invalid, or the channel is not declared.
            TimeLimitExceeded: it takes too long.
            Exception: a defect of the code, or a damaged row.
        """
        with self._store.reading() as unit:
            failed_task = unit.quarantine.get(TASK, group.subject)
            known = self._read_failing_items(unit)
        attempts = 1 if failed_task is None else failed_task.attempts
        self._attempts[group.subject] = attempts
        cause: Exception | None = None
        if attempts <= MAX_ATTEMPTS:
            try:
                return self.compose_cut(group, Cut(brief=known))
            except MessageError:
                raise
            except Exception as error:
                # not repeated after a processor time limit: the other messages wait meanwhile
                too_slow = isinstance(error, TimeLimitExceeded) and error.processor
                if attempts < MAX_ATTEMPTS and not too_slow:
                    raise
                log.exception("telling.in-brief recipient=%s", group.recipient)
                cause = error
        return self._compose_in_brief(group, known, cause)

    def record_failure(self, unit: Unit, group: Group, error: Exception) -> None:
        """Record that the message of a group failed; its tellings stay pending."""
        fixable = isinstance(error, MessageError | StorageError)
        most = UNLIMITED if fixable else MAX_TELLING_ATTEMPTS
        if self._attempts.get(group.subject, 0) >= MAX_ATTEMPTS and most != UNLIMITED:
            most = MAX_ATTEMPTS  # it failed in brief too
        record_failure(
            unit, self._build_attempt(group), describe_error(error), self._now, most=most
        )

    def record_success(self, unit: Unit, group: Group) -> None:
        """Delete the attempts of a message that was composed, and clear its notices."""
        if self._attempts.get(group.subject, 1) > 1:
            record_success(unit, self._build_attempt(group), self._now)
        else:
            unit.quarantine.succeed(TASK, [group.subject])
        if group.subject not in self._bare and _bare_notice_key(group) in self._notices:
            unit.notices.clear(_bare_notice_key(group), self._now)

    def _build_attempt(self, group: Group) -> Attempt:
        return Attempt(task=TASK, subject=group.subject, about="what is pending waits")

    def _read_failing_items(self, unit: Unit) -> dict[int, str]:
        failed_tasks = unit.quarantine.failed_tasks(SHOW_TASK)
        return {
            item_id: failed_task.cause or DID_NOT_FINISH
            for subject, failed_task in failed_tasks.items()
            if failed_task.quarantined_at is not None
            and (item_id := parse_item_id(subject)) is not None
        }

    def compose_cut(self, group: Group, cut: Cut, limit: TimeLimit | None = None) -> Composed:
        """Compose the message of a group as `cut` says, within `limit` (`LIMIT` if None).

        Raises what `compose` raises.
        """

        def work() -> Composed:
            with self._store.reading() as unit:
                return compose(unit, self._context, group, self._now, self._supplier_index, cut)

        return run_within(limit or LIMIT, work)

    def _compose_in_brief(
        self, group: Group, known: Mapping[int, str], cause: Exception | None
    ) -> Composed:
        """Compose with failing items by headline and link, and the others in full.

        If no item fails, volume, coverage and thread are left out.
        """
        with self._store.reading() as unit:
            pending = unit.tellings.pending(group.ids)
        items = sorted({telling.item.item_id for telling in pending} - known.keys())
        search = _FailingItemSearch(self, group, dict(known))
        failing = search.find(items)
        brief = dict(known) | failing
        cuts = [Cut(brief=brief, bare=True)]
        if failing:
            cuts.insert(0, Cut(brief=brief))
        for cut in cuts:
            try:
                composed = self.compose_cut(group, cut)
                break
            except MessageError:
                raise
            except Exception as error:
                log.exception("telling.brief-failed recipient=%s", group.recipient)
                cause = error
        else:
            # together they take too long, or a headline fails
            last = Cut(brief=dict.fromkeys((*items, *known), ""), bare=True)
            composed = self.compose_cut(group, last)
        cause_text = DID_NOT_FINISH if cause is None else describe_error(cause)
        self._quarantine_items(group, failing, cause_text)
        return composed

    def _quarantine_items(
        self, group: Group, failing: Mapping[int, str], message_cause: str
    ) -> None:
        """Quarantine the items, so that no message shows them in full again."""
        with self._store.transaction() as unit:
            for item_id, cause in failing.items():
                url = unit.items.url_of(item_id) or "no address"
                attempt = Attempt(task=SHOW_TASK, subject=str(item_id), about=url)
                unit.quarantine.begin(SHOW_TASK, str(item_id), self._now)
                record_failure(unit, attempt, cause or message_cause, self._now, most=1)
            if not failing:
                self._bare.add(group.subject)
                unit.notices.raise_(
                    _bare_notice_key(group),
                    f"the {group.subject} was sent without volume and coverage, which could not "
                    f"be made: {message_cause}",
                    self._now,
                )


def _bare_notice_key(group: Group) -> str:
    return f"in-brief:{group.subject}"


class _FailingItemSearch:
    """Finds the items that make composition fail, by bisection, within a number of trials."""

    def __init__(self, composer: BoundedComposer, group: Group, known: dict[int, str]) -> None:
        self._composer = composer
        self._group = group
        self._known = known
        self._trials_left = MAX_TRIALS
        self._timeouts_left = MAX_TIMEOUTS

    def find(self, items: list[int]) -> dict[int, str]:
        """Return item id -> why it fails; items that the limits leave undecided are included."""
        if not items:
            return {}
        cause = self._find_cause(items)
        if cause is None:
            return {}
        if len(items) == 1:
            return {items[0]: cause}
        if self._trials_left <= 0 or self._timeouts_left <= 0:
            return dict.fromkeys(items, cause)
        half = len(items) // 2
        return self.find(items[:half]) | self.find(items[half:])

    def _find_cause(self, items: list[int]) -> str | None:
        self._trials_left -= 1
        cut = Cut(brief=self._known, bare=True, only=frozenset(items))
        try:
            self._composer.compose_cut(self._group, cut, TRIAL_LIMIT)
        except Exception as error:
            self._timeouts_left -= isinstance(error, TimeLimitExceeded)
            return describe_error(error)
        return None
