"""What is read for the summaries of events: texts of several outlets, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.digest.entry import Names
from alerts.digest.events.event_summaries import MAX_READ, read_reports
from alerts.summaries.extract import MAX_REPORTS
from storage.model import StoredItem, TextState
from tests.support.builders import a_stored_item

NAMES = Names(watches={}, sources={"ward-ledger": "The Ward Ledger"})
BODY = "Corvid Health won the contract at Brackenfold on Monday."


def an_item(number: int, source: str = "", **changes: object) -> StoredItem:
    return a_stored_item(
        item_id=number, source_key=source or f"outlet-{number}", body=BODY, **changes
    )


def test_reports_are_read_with_the_names_of_their_outlets() -> None:
    read = read_reports([an_item(1, "ward-ledger"), an_item(2)], {1: 1, 2: 1}, NAMES)

    assert {number: each.report.outlet for number, each in read.items()} == {
        1: "The Ward Ledger",
        2: "outlet-2",
    }


@pytest.mark.parametrize(
    "other",
    [
        an_item(2, text_state=TextState.THIN),
        an_item(2, retracted_at=datetime(2026, 3, 2, tzinfo=UTC)),
        an_item(2, "outlet-1"),
        an_item(3),
    ],
    ids=["thin", "withdrawn", "of the same outlet", "of another event"],
)
def test_one_outlet_with_a_text_is_not_enough(other: StoredItem) -> None:
    assert read_reports([an_item(1), other], {1: 1, 2: 1, 3: 3}, NAMES) == {}


def test_so_many_reports_of_a_message_are_read() -> None:
    items = [an_item(number) for number in range(1, 1_001)]

    of_one_event = read_reports(items, dict.fromkeys(range(1, 1_001), 1), NAMES)
    of_many = read_reports(items, {number: number // 2 for number in range(1, 1_001)}, NAMES)

    assert len(of_one_event) == MAX_REPORTS
    assert len(of_many) == MAX_READ
