"""Which items are one matter, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.threads.clues import Clue, ClueKind, clues_of
from alerts.threads.joining import MAX_GAP, MAX_PROCESSES, CluedItem, join_items
from alerts.threads.proper_names import find_names
from tests.support.builders import NOW


def clue(kind: ClueKind, value: str, *, weak: bool = False, own: bool = False) -> Clue:
    return Clue(kind, value, value, weak, own)


def clued(item_id: int, *clues: Clue, later: timedelta = timedelta()) -> CluedItem:
    return CluedItem(item_id=item_id, story_id=item_id, at=NOW + later, clues=clues)


def matters(*items: CluedItem) -> list[tuple[int, ...]]:
    return [ids for ids, _ in join_items(items)]


BODY = clue("body", "millbrook hospitals")
PROGRAMME = clue("programme", "shared data platform")
AMOUNT = clue("amount", "GBP 4000000")


@pytest.mark.parametrize("kind", ["process", "notice"])
def test_items_that_share_a_number_are_one_matter(kind: ClueKind) -> None:
    assert matters(clued(1, clue(kind, "a")), clued(2, clue(kind, "a"))) == [(1, 2)]
    assert matters(clued(1, clue(kind, "a")), clued(2, clue(kind, "b"))) == [(1,), (2,)]


@pytest.mark.parametrize("kind", ["question", "link"])
def test_who_quotes_a_number_or_address_joins_its_owner_and_nobody_else(kind: ClueKind) -> None:
    quoted = clue(kind, "a")
    assert matters(clued(1, quoted), clued(2, quoted)) == [(1,), (2,)]
    owner = clued(3, clue(kind, "a", own=True), later=timedelta(days=1))
    assert matters(clued(1, quoted), owner) == [(1, 3)]


def test_a_question_of_another_session_is_another_question() -> None:
    owner = clued(1, clue("question", "54321", own=True))
    assert matters(owner, clued(2, clue("question", "54321"), later=2 * MAX_GAP)) == [
        (1,),
        (2,),
    ]


def test_two_kinds_that_agree_join_and_say_both() -> None:
    [(ids, [join])] = join_items([clued(1, BODY, PROGRAMME), clued(2, BODY, PROGRAMME)])
    assert ids == (1, 2)
    assert join.reasons == ("both name millbrook hospitals", "both name shared data platform")


@pytest.mark.parametrize(
    "clues",
    [
        (BODY,),
        (BODY, clue("body", "corvid council")),
        (clue("body", "nhs england", weak=True), clue("programme", "epr system", weak=True)),
    ],
    ids=["one", "two-of-a-kind", "two-that-are-common"],
)
def test_what_says_too_little_does_not_join(clues: tuple[Clue, ...]) -> None:
    assert matters(clued(1, *clues), clued(2, *clues)) == [(1,), (2,)]


def test_what_agrees_years_apart_does_not_join() -> None:
    later = MAX_GAP + timedelta(days=1)
    assert matters(clued(1, BODY, AMOUNT), clued(2, BODY, AMOUNT, later=later)) == [(1,), (2,)]


def test_two_processes_of_one_buyer_stay_two_matters_and_a_report_joins_the_better() -> None:
    first = clued(1, clue("process", "ocds-a"), BODY, AMOUNT)
    second = clued(2, clue("process", "ocds-b"), BODY, AMOUNT, PROGRAMME)
    report = clued(3, BODY, PROGRAMME, AMOUNT, later=timedelta(days=3))
    assert matters(first, second, report) == [(1,), (2, 3)]


def test_a_list_of_contracts_makes_no_matter_of_them_all() -> None:
    each = [clued(n, clue("process", f"ocds-{n}")) for n in range(MAX_PROCESSES + 1)]
    listing = clued(99, *(clue("process", f"ocds-{n}") for n in range(MAX_PROCESSES + 1)))
    assert len(matters(*each, listing)) == len(each) + 1


def test_three_thousand_alike_are_one_matter() -> None:
    items = [clued(n, BODY, PROGRAMME, AMOUNT, later=timedelta(minutes=n)) for n in range(3000)]
    [found] = matters(*items)
    assert len(found) == 3000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("work at Millbrook Hospitals NHS Foundation Trust began", ["millbrook hospitals"]),
        ("The Shared Data Platform is late", ["shared data platform"]),
        (
            "Millbrook Hospitals and the Shared Data Platform",
            ["millbrook hospitals"],
        ),
        ("the Department of Health and Social Care", ["department of health and social care"]),
        ("nothing of that kind, Ruth Amery said", []),
    ],
)
def test_names_of_bodies_and_programmes_are_found(text: str, found: list[str]) -> None:
    assert [each.folded for each in find_names(text)] == found


def test_names_in_hostile_texts_are_found_in_linear_work() -> None:
    for text in ("Aa " * 100_000, "A" * 300_000, "Aa of " * 60_000, "A&" * 100_000):
        list(find_names(text))


def test_clues_of_an_item_are_bounded_and_leave_the_supplier_out() -> None:
    from tests.alerts.threads.test_thread import stored

    text = "Halcyon Health Platform. " + " ".join(f"£{n},000,000" for n in range(1, 500))
    own = frozenset({" halcyon health "})
    found = clues_of(stored(1, body=text), (text,), own_names=own)
    assert not [each for each in found if each.kind == "programme"]
    assert len([each for each in found if each.kind == "amount"]) == 30
