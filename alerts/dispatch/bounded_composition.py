"""Composes messages within bounds, and finds the items that keep one from being composed.

A message is tried in full. The third attempt that fails looks for the items to blame: those that
cannot be composed by themselves are set aside (task `show`) and told by headline and link, here and
in every later message, until they are tried again by command.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from alerts.attempts import Attempt, end_well, note_failure, said_of
from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.composition import Composed, Cut, Group, compose
from alerts.errors import MessageError
from alerts.time_limit import TimeLimit, TimeLimitExceeded, run_within
from storage.errors import StorageError
from storage.store import Store, Unit
from storage.telling.quarantine import DID_NOT_END, MOST_ATTEMPTS

log = logging.getLogger(__name__)

TASK, SHOW_TASK = "tell", "show"
# a message usually takes some hundredths of a second, one of a thousand stories some seconds
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)
TRIAL_LIMIT = TimeLimit(processor=5.0, elapsed=60.0)
# in the search for what cannot be shown; what is left undecided then is told in brief
MOST_TRIALS = 40
MOST_TIMEOUTS = 6
# three in full, the third of which goes on in brief; two more where that did not end
MOST_TELLING_ATTEMPTS = MOST_ATTEMPTS + 2
NO_END = 1_000_000  # attempts: a fault of the configuration or the database is mended some day


class Trials:
    """Composes the messages of one pass.

    Args:
        store: what is pending.
        context: the configuration in force.
        voices: what is known of the suppliers in items.
        now: the time.
        notices: the keys of those that are open.
    """

    def __init__(
        self,
        store: Store,
        context: TellingContext,
        voices: SupplierIndex,
        now: datetime,
        *,
        notices: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._context = context
        self._voices = voices
        self._now = now
        self._notices = notices
        self._attempts: dict[str, int] = {}
        self._bare: set[str] = set()

    def compose(self, group: Group) -> Composed:
        """Make the message of a group.

        Raises:
            MessageError: the address is none, or there is no such channel.
            TimeLimitExceeded: it takes too long.
            Exception: whatever a defect of ours, or a damaged row, brings about.
        """
        with self._store.reading() as unit:
            trouble = unit.quarantine.get(TASK, group.subject)
            known = self._known_culprits(unit)
        attempts = 1 if trouble is None else trouble.attempts
        self._attempts[group.subject] = attempts
        cause: Exception | None = None
        if attempts <= MOST_ATTEMPTS:
            try:
                return self.try_cut(group, Cut(brief=known))
            except MessageError:
                raise
            except Exception as error:
                # one that only burns time is not tried thrice: all others wait while it does
                burns = isinstance(error, TimeLimitExceeded) and error.processor
                if attempts < MOST_ATTEMPTS and not burns:
                    raise
                log.exception("telling.in-brief recipient=%s", group.recipient)
                cause = error
        return self._compose_in_brief(group, known, cause)

    def note_failure(self, unit: Unit, group: Group, error: Exception) -> None:
        """Record that the message of a group could not be made; what is pending for it waits."""
        mendable = isinstance(error, MessageError | StorageError)
        most = NO_END if mendable else MOST_TELLING_ATTEMPTS
        if self._attempts.get(group.subject, 0) >= MOST_ATTEMPTS and most != NO_END:
            most = MOST_ATTEMPTS  # not even in brief
        note_failure(unit, self._attempt(group), said_of(error), self._now, most=most)

    def end_well(self, unit: Unit, group: Group) -> None:
        """Forget the attempts at a message that was made."""
        if self._attempts.get(group.subject, 1) > 1:
            end_well(unit, self._attempt(group), self._now)
        else:
            unit.quarantine.succeed(TASK, [group.subject])
        if group.subject not in self._bare and _bare_key(group) in self._notices:
            unit.notices.clear(_bare_key(group), self._now)

    def _attempt(self, group: Group) -> Attempt:
        return Attempt(task=TASK, subject=group.subject, about="what is pending waits")

    def _known_culprits(self, unit: Unit) -> dict[int, str]:
        troubles = unit.quarantine.troubles(SHOW_TASK)
        return {
            int(subject): one.cause or DID_NOT_END
            for subject, one in troubles.items()
            if one.quarantined_at is not None and subject.isdecimal()
        }

    def try_cut(self, group: Group, cut: Cut, limit: TimeLimit | None = None) -> Composed:
        """Make the message of a group in one way, within `limit` or the usual one.

        Raises as `compose` does.
        """

        def work() -> Composed:
            with self._store.reading() as unit:
                return compose(unit, self._context, group, self._now, self._voices, cut)

        return run_within(limit or LIMIT, work)

    def _compose_in_brief(
        self, group: Group, known: Mapping[int, str], cause: Exception | None
    ) -> Composed:
        """Tell what cannot be shown by headline and link, the rest in full.

        Where the cause is in no item, but in what the message says beside them, that is left out.
        """
        with self._store.reading() as unit:
            pending = unit.subscribers.pending(group.ids)
        items = sorted({one.item.item_id for one in pending} - known.keys())
        search = _Search(self, group, dict(known))
        culprits = search.find(items)
        brief = dict(known) | culprits
        ways = [Cut(brief=brief, bare=True)]
        if culprits:
            ways.insert(0, Cut(brief=brief))
        for way in ways:
            try:
                composed = self.try_cut(group, way)
                break
            except MessageError:
                raise
            except Exception as error:
                log.exception("telling.brief-failed recipient=%s", group.recipient)
                cause = error
        else:
            # together they take too long, or the fault lies in their headlines
            last = Cut(brief=dict.fromkeys((*items, *known), ""), bare=True)
            composed = self.try_cut(group, last)
        said = DID_NOT_END if cause is None else said_of(cause)
        self._note_culprits(group, culprits, said)
        return composed

    def _note_culprits(self, group: Group, culprits: Mapping[int, str], said: str) -> None:
        """Set the items aside, so that nobody's message tries to show them again."""
        with self._store.transaction() as unit:
            for item_id, cause in culprits.items():
                url = unit.items.address(item_id) or "no address"
                attempt = Attempt(task=SHOW_TASK, subject=str(item_id), about=url)
                unit.quarantine.begin(SHOW_TASK, str(item_id), self._now)
                note_failure(unit, attempt, cause or said, self._now, most=1)
            if not culprits:
                self._bare.add(group.subject)
                unit.notices.raise_(
                    _bare_key(group),
                    f"the {group.subject} was sent without volume and coverage, which could not "
                    f"be made: {said}",
                    self._now,
                )


def _bare_key(group: Group) -> str:
    return f"in-brief:{group.subject}"


class _Search:
    """Finds the items that cannot be composed, by halving; within a number of trials."""

    def __init__(self, trials: Trials, group: Group, known: dict[int, str]) -> None:
        self._trials = trials
        self._group = group
        self._known = known
        self._left = MOST_TRIALS
        self._timeouts = MOST_TIMEOUTS

    def find(self, items: list[int]) -> dict[int, str]:
        """Item id -> why it cannot be shown; all of those that could not be decided on too."""
        if not items:
            return {}
        cause = self._cause(items)
        if cause is None:
            return {}
        if len(items) == 1:
            return {items[0]: cause}
        if self._left <= 0 or self._timeouts <= 0:
            return dict.fromkeys(items, cause)
        half = len(items) // 2
        return self.find(items[:half]) | self.find(items[half:])

    def _cause(self, items: list[int]) -> str | None:
        self._left -= 1
        cut = Cut(brief=self._known, bare=True, only=frozenset(items))
        try:
            self._trials.try_cut(self._group, cut, TRIAL_LIMIT)
        except Exception as error:
            self._timeouts -= isinstance(error, TimeLimitExceeded)
            return said_of(error)
        return None
