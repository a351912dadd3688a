"""APIs, sitemaps and feeds whose answers are hostile, beside innocent outlets and readers."""

from __future__ import annotations

import pytest

from tests.attack.apis.hostile_apis import PARTIES
from tests.attack.party import Party, each_of
from tests.attack.trials import Trials, assert_unnoticed

pytestmark = pytest.mark.attack
each_party = each_of(PARTIES)


@each_party
def test_the_innocent_notice_nothing(trials: Trials, party: Party) -> None:
    assert_unnoticed(trials.round_of(party))
