"""Reports written independently of one event are one event; of another of its kind they are not."""

from __future__ import annotations

from itertools import chain
from random import Random

import pytest

from bench.adapters import events
from tests.quality.event_reports import REPORTS


@pytest.mark.parametrize("seed", range(4))
def test_reports_of_made_up_events_are_grouped_in_any_order(seed: int) -> None:
    reports = [
        {"id": f"{event}-{at}", "text": text}
        for event, texts in REPORTS.items()
        for at, text in enumerate(texts)
    ]
    Random(seed).shuffle(reports)

    found = {row["id"]: row["cluster"] for row in events(reports)}

    ours = pairs(found)
    gold = pairs({name: name.split("-")[0] for name in found})
    assert len(ours & gold) / len(ours) >= 0.95
    assert len(ours & gold) / len(gold) >= 0.65


def pairs(groups: dict[str, object]) -> set[tuple[str, str]]:
    names = sorted(groups)
    return set(
        chain.from_iterable(
            ((one, other) for other in names if one < other and groups[one] == groups[other])
            for one in names
        )
    )
