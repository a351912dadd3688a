"""Who carried a story, who was first, what is copied and what each outlet added."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest.syndication import StoryFacts, story_facts
from alerts.digest.syndication_text import story_lines
from alerts.messages.formats import clock
from storage.model import StoredItem, TextState
from tests.support.tellings import NOW, SOURCES, a_digest, a_finding, an_item

AGENCY = (
    "Millbrook Hospitals has paused its move to the shared data platform of Halcyon Health. "
    "The trust told its staff on Monday that two wards had lost their medicine charts. "
    "A review led by Dr Imani Okafor is to report before the board meets in January. "
    "The contract is worth four million pounds over three years, and two trusts watch it closely."
)
QUESTION = "Patients at Northmoor were moved to paper records while the system was restarted."
PRESS = {"halcyon-news": "Halcyon Health"}


def carried(source: str, body: str = AGENCY, *, minutes: int = 0, **changes: object) -> StoredItem:
    at = NOW + timedelta(minutes=minutes)
    times = {"published_at": at, "first_seen_at": at + timedelta(minutes=1)}
    return an_item(**{"source_key": source, "body": body, **times, **changes})


def facts_of(*items: StoredItem) -> StoryFacts:
    facts = story_facts(items, PRESS)
    assert facts is not None
    return facts


def test_a_story_that_one_item_tells_has_no_facts() -> None:
    one = carried("ward-ledger")

    assert story_facts([one], PRESS) is None
    assert story_facts([one, one], PRESS) is None


def test_the_first_publisher_is_the_earliest_by_its_own_date() -> None:
    late = carried("ward-ledger", minutes=30)
    early = carried("trolley", first_seen_at=NOW + timedelta(hours=5))

    assert facts_of(late, early).first.source_key == "trolley"


def test_a_date_without_a_time_does_not_make_an_outlet_the_first() -> None:
    midnight = NOW.replace(hour=0, minute=0)
    dated = carried("trolley", published_at=midnight, first_seen_at=NOW + timedelta(hours=1))
    timed = carried("ward-ledger")

    assert facts_of(dated, timed).first.source_key == "ward-ledger"


def test_a_date_in_the_future_is_not_believed() -> None:
    later = carried("ward-ledger", minutes=10)
    wrong = carried("trolley", published_at=NOW + timedelta(days=300), first_seen_at=NOW)

    first = facts_of(later, wrong).first

    assert (first.source_key, first.when_is, first.when) == ("trolley", "seen", NOW)


def test_copies_are_those_that_have_hardly_anything_of_their_own() -> None:
    words = AGENCY.split()
    cut = " ".join(words[: len(words) // 2])
    new = " ".join(f"word{number}" for number in range(60))

    facts = facts_of(
        carried("ward-ledger"),
        carried("trolley", cut, minutes=1),
        carried("systems-weekly", f"{new}. {cut}", minutes=2),
    )

    assert facts.copies == 1
    assert [each.is_copy for each in facts.outlet_items] == [False, True, False]


def test_what_only_one_outlet_has_is_told_and_what_was_reworded_is_not() -> None:
    reworded = AGENCY.replace("paused", "halted").replace("January", "spring")
    facts = facts_of(
        carried("ward-ledger"),
        carried("trolley", f"{reworded} {QUESTION} By our staff.", minutes=1),
    )

    assert facts.outlet_items[0].own == ()
    assert facts.outlet_items[1].own == (QUESTION,)


def test_an_outlet_that_tells_a_story_twice_still_added_what_it_added() -> None:
    once, again = (
        carried("trolley", f"{AGENCY} {QUESTION}", minutes=minutes) for minutes in (1, 2)
    )

    assert facts_of(carried("ward-ledger"), once, again).outlet_items[1].own == (QUESTION,)


def test_a_teaser_adds_nothing() -> None:
    thin = carried("trolley", QUESTION, minutes=1, text_state=TextState.THIN)

    assert facts_of(carried("ward-ledger"), thin).outlet_items[1].own == ()


def test_the_share_of_the_supplier_s_own_release_is_told_of_all_others() -> None:
    half = " ".join(f"own{number}" for number in range(len(AGENCY.split())))
    facts = facts_of(
        carried("halcyon-news", kind="release"),
        carried("ward-ledger", minutes=1),
        carried("trolley", f"{AGENCY} {half}", minutes=2),
    )

    assert facts.suppliers == ("Halcyon Health",)
    assert [each.release for each in facts.outlet_items] == [
        None,
        1.0,
        pytest.approx(0.5, abs=0.02),
    ]


def test_without_a_release_in_the_story_no_share_is_told() -> None:
    facts = facts_of(carried("ward-ledger"), carried("trolley", minutes=1))

    assert all(each.release is None for each in facts.outlet_items)


@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_the_order_in_which_items_are_given_makes_no_difference(random: Random, count: int) -> None:
    sentences = AGENCY.split(". ")
    items = [
        carried(
            random.choice([*SOURCES, *PRESS]),
            ". ".join([*random.choices(sentences, k=4), f"Only number {number} says this of it"]),
            minutes=random.randrange(3),
        )
        for number in range(count)
    ]
    shuffled = random.sample(items, count)

    assert story_facts(shuffled, PRESS) == story_facts(items, PRESS)


@given(st.lists(st.text(max_size=80), min_size=2, max_size=5))
def test_any_texts_have_shares_between_nothing_and_all(texts: list[str]) -> None:
    items = [
        carried(key, text, minutes=number)
        for number, (key, text) in enumerate(zip([*SOURCES, *PRESS], texts, strict=False))
    ]

    facts = story_facts(items, PRESS)

    assert facts is not None
    for each in facts.outlet_items:
        assert each.release is None or 0.0 <= each.release <= 1.0
        assert each.own_count >= len(each.own)


def test_the_lines_of_a_story_name_the_first_the_share_and_what_is_new() -> None:
    release = carried("halcyon-news", kind="release")
    union = "The nurses' union of the county asked why nobody had been told beforehand of it."
    ledger = carried("ward-ledger", f"{AGENCY} {QUESTION} {union}", minutes=9)
    trolley = carried("trolley", minutes=20)
    facts = facts_of(ledger, trolley, release)

    lines = story_lines(
        facts, ledger.item_id, lambda key: key, lambda at: clock(at, "Europe/London", NOW)
    )

    assert lines == (
        "First: halcyon-news, Tue 24 Nov, 07:30; 1 of the 2 others is a copy. "
        "69% of this text is from the press release of Halcyon Health.",
        f"Only here: “{QUESTION}” “{union}”",
    )


def test_a_digest_shows_outlets_that_the_watch_did_not_find() -> None:
    told = carried("ward-ledger", story_id=900)
    unfound = carried("trolley", f"{AGENCY} {QUESTION}", minutes=1, story_id=900)
    digest = a_digest(a_finding(told), members={900: (told, unfound)})

    [entry] = digest.entries

    assert [also.outlet for also in entry.also] == ["Trolley Times"]
    assert entry.also[0].adds == QUESTION
    assert entry.story is not None
    assert entry.outlets == 2


def test_an_item_that_two_watches_found_counts_once() -> None:
    one = carried("ward-ledger")

    facts = facts_of(one, replace(one), carried("trolley", minutes=1))

    assert len(facts.outlet_items) == 2
