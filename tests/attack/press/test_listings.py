"""Hostile listings and servers beside innocent outlets and readers: nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack.party import Party
from tests.attack.press.hostile_feeds import PARTIES
from tests.attack.trials import Trials, assert_accounted_for, assert_unnoticed, held_trials

pytestmark = pytest.mark.attack
each_party = pytest.mark.parametrize("party", PARTIES, ids=[party.key for party in PARTIES])


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with held_trials(tmp_path_factory.mktemp("trials"), PARTIES) as made:
        yield made


@each_party
def test_the_innocent_notice_nothing(trials: Trials, party: Party) -> None:
    assert_unnoticed(trials.round_of(party))


@each_party
def test_the_party_is_accounted_for(trials: Trials, party: Party) -> None:
    assert_accounted_for(trials.fate_of(party))
