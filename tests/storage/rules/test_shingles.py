"""What counts as a copy of a text, and what does not."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.rules.shingles import MAX_CARRIERS, Grouping, are_copies, covered_share, fingerprint
from tests.support.sizes import examples

WORDS = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in ("n", "rt", "sk", "vel")]


def prose(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))


def syndicated(random: Random, text: str, *, replaced: float, kept: float = 0.4) -> str:
    """A copy as papers print it: words replaced at random, cut, with a lead of its own."""
    words = [w if random.random() >= replaced else random.choice(WORDS) for w in text.split()]
    words = words[: int(len(words) * kept)]
    return f"{prose(random, 30)} {' '.join(words[min(30, len(words) // 5) :])}"


def test_case_and_signs_make_no_difference() -> None:
    one = fingerprint("The trust has paused its roll-out, it said.")

    assert one == fingerprint("THE TRUST has paused its roll out — it said")


def test_a_copy_that_is_cut_and_headed_anew_is_a_copy() -> None:
    random = Random(1)
    found = 0
    for _ in range(60):
        text = prose(random, 450)
        found += are_copies(fingerprint(text), fingerprint(syndicated(random, text, replaced=0.2)))
    assert found >= 57  # 95 in 100


def test_texts_that_share_no_more_than_a_closing_note_are_no_copies() -> None:
    random = Random(2)
    note = prose(random, 200)  # who we are, and whom to call

    one = fingerprint(f"{prose(random, 350)} {note}")
    other = fingerprint(f"{prose(random, 300)} {note}")

    assert covered_share(other, one.as_set) > 0.35
    assert not are_copies(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "Halden outage halts theatre lists in Northmoor",
            "Halden outage halts theatre lists",
            True,
        ),
        ("Halden outage halts theatre lists in Northmoor", "Halden wins theatre deal", False),
        ("Trust pauses roll-out after pharmacists object", "Trust resumes roll-out at last", False),
        ("", "", False),
        ("one", "one", True),
    ],
)
def test_short_texts_must_agree_as_wholes(one: str, other: str, same: bool) -> None:
    assert are_copies(fingerprint(one), fingerprint(other)) is same
    assert are_copies(fingerprint(other), fingerprint(one)) is same


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(seed: int, order: Random) -> None:
    random = Random(seed)
    texts = []
    for _ in range(4):
        text = prose(random, 200)
        texts += [text, syndicated(random, text, replaced=0.1), f"{prose(random, 40)} {text}"]
    arrival = list(range(len(texts)))
    order.shuffle(arrival)

    def stories(numbers: list[int]) -> set[frozenset[int]]:
        grouping = Grouping()
        by_story: dict[int, set[int]] = {}
        added = [(number, grouping.add(texts[number])) for number in numbers]
        for number, at in added:
            by_story.setdefault(grouping.story(at), set()).add(number)
        return {frozenset(story) for story in by_story.values()}

    assert stories(arrival) == stories(list(range(len(texts))))


def test_a_lead_of_its_own_makes_no_copy_another_text() -> None:
    random = Random(9)
    found = 0
    for _ in range(60):
        text = prose(random, 400)
        copy = syndicated(random, text, replaced=0.25)
        found += are_copies(fingerprint(text), fingerprint(copy))
    assert found >= 51


def test_copies_are_known_whichever_comes_first() -> None:
    random = Random(10)
    for _ in range(60):
        text = prose(random, 300)
        one, other = fingerprint(text), fingerprint(syndicated(random, text, replaced=0.3))
        assert are_copies(one, other) is are_copies(other, one)


def test_what_everybody_writes_connects_nothing_and_is_noted_of_a_few_items() -> None:
    random = Random(11)
    grouping = Grouping()
    closing = "for more see our web site at the address below"

    for _ in range(3 * MAX_CARRIERS):
        grouping.add(f"{prose(random, 100)} {closing}")

    assert len({grouping.story(number) for number in range(3 * MAX_CARRIERS)}) == 192


def test_a_story_of_very_many_outlets_is_one() -> None:
    random = Random(12)
    text = prose(random, 300)
    grouping = Grouping()

    for _ in range(3 * MAX_CARRIERS):
        grouping.add(syndicated(random, text, replaced=0.05, kept=0.9))

    assert {grouping.story(number) for number in range(3 * MAX_CARRIERS)} == {0}
