from __future__ import annotations

from storage.rules.events.features import read_features
from storage.rules.events.grouping import EventGrouping, choose_neighbours
from storage.rules.events.linkage import link
from storage.rules.events.rarity import MAX_FEATURES, select_features
from tests.quality.event_reports import REPORTS


def group(texts: list[tuple[str, float | None]]) -> list[int]:
    grouping = EventGrouping()
    numbers = [grouping.add("", text, hours) for text, hours in texts]
    return [grouping.event(number) for number in numbers]


def test_an_event_is_known_by_its_first_report() -> None:
    first, second, _ = REPORTS["c1"]
    other = REPORTS["b1"][0]

    assert group([(other, None), (first, None), (second, None)]) == [0, 1, 1]


def test_the_same_words_days_later_are_another_event() -> None:
    first, second, _ = REPORTS["c1"]

    assert group([(first, 0.0), (second, 2.0)]) == [0, 0]
    assert group([(first, 0.0), (second, 24.0 * 9)]) == [0, 1]


def test_names_amounts_and_dates_count_more_than_words() -> None:
    found = read_features("", "On Monday staff of Oxbow left with £310,000 by 21 September.")

    kinds = {name: kind for name, (_, kind) in found.items()}
    assert kinds["oxbow"] == "name"
    assert kinds["310000"] == "number"
    assert kinds["21 september"] == "date"
    assert kinds["staff"] == "word"
    assert found["oxbow"][0] > found["310000"][0] > found["staff"][0]


def test_capitals_of_a_headline_in_title_case_are_no_names() -> None:
    found = read_features("Trust Signs New Record System", "")

    assert {kind for _, kind in found.values()} == {"word"}


def test_a_long_text_has_no_more_features_than_its_bound() -> None:
    words = " ".join(f"word{number:05}x" for number in range(5_000))
    weights = {name: weight for name, (weight, _) in read_features("", words).items()}

    assert len(weights) <= 250
    assert len(select_features(weights, {}, 1)) == MAX_FEATURES


def test_what_is_to_stay_apart_is_in_no_group_however_alike() -> None:
    import numpy as np

    alike = np.ones((3, 3))

    assert link(alike, [1.0] * 3) == [0, 0, 0]
    assert len(set(link(alike, [1.0] * 3, apart=[(0, 1)]))) == 2


def test_a_settled_event_is_not_taken_apart() -> None:
    import numpy as np

    unlike = np.eye(3)

    assert link(unlike, [1.0] * 3) == [0, 1, 2]
    assert link(unlike, [1.0] * 3, settled=[[0, 2]]) == [0, 1, 0]


def test_a_neighbourhood_is_bounded() -> None:
    events = [list(range(at, at + 1_000)) for at in range(0, 20_000, 1_000)]

    pool, settled = choose_neighbours(99_999, events)

    assert len(pool) <= 48
    assert all(len(each) == 12 for each in settled)


def test_numbers_that_strangers_write_strangely_are_read_without_an_error() -> None:
    found = read_features("", "On May 3a and May ² or ² May, 9 9 May 1/2/3 and ٣ May they met.")

    assert "9 may" in found
