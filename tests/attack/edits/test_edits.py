"""Edits of what was told, beside innocent outlets and readers: nobody else notices."""

from __future__ import annotations

import pytest

from tests.attack.edits.hostile_edits import PARTIES
from tests.attack.party import Party, each_of
from tests.attack.trials import Trials, assert_accounted_for, assert_unnoticed

pytestmark = pytest.mark.attack
each_party = each_of(PARTIES)


@each_party
def test_the_innocent_notice_nothing(trials: Trials, party: Party) -> None:
    assert_unnoticed(trials.round_of(party))


@each_party
def test_the_party_is_accounted_for(trials: Trials, party: Party) -> None:
    assert_accounted_for(trials.fate_of(party))
