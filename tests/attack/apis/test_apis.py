"""APIs, sitemaps and feeds whose answers are hostile, beside innocent outlets and readers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack.apis.hostile_apis import PARTIES
from tests.attack.party import Party
from tests.attack.trials import Trials, assert_unnoticed, held_trials

pytestmark = pytest.mark.attack
each_party = pytest.mark.parametrize("party", PARTIES, ids=[party.key for party in PARTIES])


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with held_trials(tmp_path_factory.mktemp("trials"), PARTIES) as made:
        yield made


@each_party
def test_the_innocent_notice_nothing(trials: Trials, party: Party) -> None:
    assert_unnoticed(trials.round_of(party))
