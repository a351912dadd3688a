"""Puts parties on trial: several at a time, and each by itself where a group was too much.

A group that nobody notices clears each of its parties. Where a group is noticed, every party of it
is tried alone, beside the innocent and nobody else, so that the one to blame is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.attack.newsroom import Newsroom, Round, a_newsroom
from tests.attack.party import Party
from tests.attack.work_clock import eventually

GROUP = 8
MEMORY_MB = 512  # the default of [crawl] memory_limit_mb, the newsroom does not declare another
OVER = 1.1  # what is declared is kept to within ten per cent
SETTLED_WITHIN = 90.0  # seconds: two answers that hang are waited for, and what goes on slowly

Account = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What is stored of a party in the end, and where an operator is told its name."""

    account: Account
    named: str

    @property
    def is_accounted_for(self) -> bool:
        """Whether each of its items was read or says why not, or its source says why.

        A host that answers two requests in a row with silence is asked nothing more by that poll:
        then its other pages wait, each with its time, and those two say why.
        """
        [(_, failures, error)] = self.account["source"] or [(None, 0, None)]
        unread = [row for row in self.account["items"] if row[1] != "full" and row[2] is None]
        silent = any(row[2] == "timeout" for row in self.account["items"])
        waiting = silent and all(row[5] is not None for row in unread)
        return not unread or waiting or bool(failures) or error is not None

    @property
    def is_set_aside(self) -> bool:
        """Whether its work was ended by a bound: then its name is to be told."""
        [(_, failures, _)] = self.account["source"] or [(None, 0, None)]
        ended = [row for row in self.account["items"] if "reading it" in (row[2] or "")]
        return bool(failures) or bool(ended) or bool(self.account["set aside"])


@dataclass(slots=True)
class Trials:
    """The trials of some parties, each held once."""

    folder: Path
    parties: Sequence[Party]
    stack: ExitStack
    rounds: dict[str, Round] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    _room: Newsroom | None = None
    _struck: list[Party] = field(default_factory=list)
    _begun: int = 0

    def round_of(self, party: Party) -> Round:
        """What became of the innocents beside a party."""
        if party.key not in self.rounds:
            self._try_group(self._group_of(party))
        return self.rounds[party.key]

    def fate_of(self, party: Party) -> Fate:
        """What became of a party."""
        self.round_of(party)
        if party.key not in self.fates:
            self._settle()
        return self.fates[party.key]

    def _group_of(self, party: Party) -> Sequence[Party]:
        place = self.parties.index(party) // GROUP * GROUP
        return self.parties[place : place + GROUP]

    def _try_group(self, group: Sequence[Party]) -> None:
        for _ in range(2):  # the machine may have been busy: again, with its usual time of now
            room = self._shared_room()
            self._struck += group
            if (found := _struck_by(room, group)) is not None and _is_sound(found):
                self.rounds |= dict.fromkeys((party.key for party in group), found)
                return
            print(f"noticed: {[party.key for party in group]}: {found}")
            self._settle(group)
            self._room = None
            room.kill()
        for party in group:
            self._try_alone(party)

    def _try_alone(self, party: Party) -> None:
        with a_newsroom(self.folder / f"alone-{party.key}", [party]) as room:
            for _ in range(2):  # a busy machine gets a second try, with its own usual time
                room.renew()
                self.rounds[party.key] = _struck_by(room, [party]) or NOT_TOLD_AT_FIRST
                if _is_sound(self.rounds[party.key]):
                    break
            self.fates[party.key] = _fate(room, party)

    def _shared_room(self) -> Newsroom:
        if self._room is None:
            self._begun += 1
            folder = self.folder / f"shared-{self._begun}"
            self._room = self.stack.enter_context(a_newsroom(folder, self.parties))
            self._room.renew()
        return self._room

    def _settle(self, without: Sequence[Party] = ()) -> None:
        """Take down what became of the parties that struck in the shared room."""
        room = self._room
        if room is None:
            return
        keys = {party.key for party in without}
        settled = [party for party in self._struck if party.key not in keys]
        eventually(
            lambda: all(_fate(room, party).is_accounted_for for party in settled),
            within=SETTLED_WITHIN,
            every=2.0,
        )
        self.fates |= {party.key: _fate(room, party) for party in settled}
        self._struck = []


@contextmanager
def held_trials(folder: Path, parties: Sequence[Party]) -> Iterator[Trials]:
    """Trials of these parties, whose services end with the block."""
    with ExitStack() as stack:
        yield Trials(folder=folder, parties=parties, stack=stack)


def assert_unnoticed(found: Round) -> None:
    """The innocents' articles were told within what is allowed, each once; memory was kept to."""
    assert found.untold == frozenset()
    assert found.twice == frozenset()
    assert found.seconds <= found.allowed
    assert found.peak_mb <= MEMORY_MB * OVER


def assert_accounted_for(fate: Fate) -> None:
    """What was not read of a party says why, and what was ended by a bound is named."""
    assert fate.is_accounted_for, fate.account
    assert fate.named or not fate.is_set_aside, fate.account


NOT_TOLD_AT_FIRST = Round(
    seconds=0, allowed=0, untold=frozenset({("the party's own first text", "")}),
    twice=frozenset(), peak_mb=0,
)  # fmt: skip


def _struck_by(room: Newsroom, group: Sequence[Party]) -> Round | None:
    if showing := [party for party in group if party.before]:
        try:
            room.show(showing)
        except RuntimeError as error:
            print(error)  # pytest shows it with the test that fails
            return None
    return room.round(*group)


def _is_sound(found: Round) -> bool:
    return found.held and found.peak_mb <= MEMORY_MB * OVER


def _fate(room: Newsroom, party: Party) -> Fate:
    return Fate(account=room.account(party), named=room.names(party))
