"""Days as trusts write them in headings, links and file names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.text.uk_dates import choose_uk_date, find_uk_date

THE_DAY = datetime(2026, 3, 26, tzinfo=UTC)
THE_MONTH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Trust board, 26 March 2026",
        "Thursday 26th March, 2026 at 9.30am",
        "25 and 26 Mar 2026",
        "March 26, 2026",
        "Board papers 26/03/2026",
        "Board papers 26.3.26",
        "board-pack-26-03-2026.pdf",
        "2026-03-26 Public board",
        "TB_20260326_final",
        "public-board-26th-march-2026",
        "26March2026",
        "Public Board 26 Mar 26",
        "the 26th of March 2026",
    ],
)
def test_a_day_is_found(text: str) -> None:
    found = find_uk_date(text)
    assert found is not None
    assert (found.day, found.is_month_only) == (THE_DAY, False)


@pytest.mark.parametrize("text", ["March 2026 papers", "board-papers-mar-2026", "2026 March"])
def test_a_month_is_its_first_day(text: str) -> None:
    found = find_uk_date(text)
    assert found is not None
    assert (found.day, found.is_month_only) == (THE_MONTH, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Annual report 2025-26",
        "Version 2.1.26.4",
        "call 020 7946 0123",
        "Item 99/99/2026",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert find_uk_date(text) is None


def test_days_come_first_in_britain() -> None:
    found = find_uk_date("03/04/2026")
    assert found is not None
    assert found.day == datetime(2026, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("own", "around", "day"),
    [
        pytest.param("Agenda", ["March 2026", "26 March 2026"], THE_DAY, id="day-before-month"),
        pytest.param("March 2026", ["2 May 2026", "26.03.26"], THE_DAY, id="day-of-own-month"),
        pytest.param("March 2026", ["2 May 2026"], THE_MONTH, id="own-month-before-other-days"),
        pytest.param("26 March 2026", ["2 May 2026"], THE_DAY, id="own-day"),
        pytest.param("Agenda", ["26 March", "2026"], THE_DAY, id="together"),
        pytest.param("Agenda", ["March 2026"], THE_MONTH, id="month"),
        pytest.param("Agenda", ["Papers"], None, id="none"),
    ],
)
def test_the_best_day_is_the_nearest_that_agrees(
    own: str, around: list[str], day: datetime | None
) -> None:
    best = choose_uk_date(own, around)
    assert (best and best.day) == day
