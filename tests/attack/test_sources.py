"""Hostile pages, listings, servers and edits beside innocent outlets and readers.

Issue by issue: what one party does may cost itself, and nobody else: the innocents' articles are
read and told within twice the usual time, none is lost or told twice, memory stays within what is
declared, and what was not read of the party says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.attack import hostile_edits, hostile_feeds, hostile_pages
from tests.attack.party import Party
from tests.attack.trials import MEMORY_MB, OVER, Trials

pytestmark = pytest.mark.attack

SETS = {
    "edits": hostile_edits.PARTIES,
    "pages": hostile_pages.PARTIES,
    "feeds": hostile_feeds.PARTIES,
}
PARTIES = [(name, party) for name, parties in SETS.items() for party in parties]
each_party = pytest.mark.parametrize(
    ("kind", "party"), PARTIES, ids=[party.key for _, party in PARTIES]
)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Trials]]:
    folder = tmp_path_factory.mktemp("trials")
    with ExitStack() as stack:
        yield {
            name: Trials(folder=folder / name, parties=parties, stack=stack)
            for name, parties in SETS.items()
        }


@each_party
def test_the_innocent_notice_nothing(trials: dict[str, Trials], kind: str, party: Party) -> None:
    found = trials[kind].round_of(party)
    assert found.untold == frozenset()
    assert found.twice == frozenset()
    assert found.seconds <= found.allowed
    assert found.peak_mb <= MEMORY_MB * OVER


@each_party
def test_the_party_is_accounted_for(trials: dict[str, Trials], kind: str, party: Party) -> None:
    fate = trials[kind].fate_of(party)
    assert fate.is_accounted_for, fate.account
    assert fate.named or not fate.is_set_aside, fate.account
