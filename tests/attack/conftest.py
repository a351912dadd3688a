"""The trials of the parties of a test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack.trials import Trials, held_trials


@pytest.fixture(scope="module")
def trials(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trials]:
    """The trials of `PARTIES` of the test file."""
    with held_trials(tmp_path_factory.mktemp("trials"), request.module.PARTIES) as made:
        yield made
