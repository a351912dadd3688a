"""What is proposed for a watch, and what never is."""

from __future__ import annotations

from dataclasses import replace

from alerts.proposals.measuring import propose
from alerts.proposals.model import Judgement
from alerts.query import compile_query, compile_suppliers
from config.model import Supplier, Where
from tests.alerts.proposals.judged_items import make_items, make_subject, propose_for

WEATHER: dict[str, Judgement] = {
    "Gritters went out because of ice on the moor road": "unwanted",
    "The lake carries no ice this winter": "unwanted",
    "A lorry slid on ice near the bridge": "unwanted",
}
RESULTS: dict[str, Judgement] = {
    "Blood results will be read in ICE from Monday": "kept",
    "The laboratory switched ICE off for an hour": "unmarked",
}
RIVERS: dict[str, Judgement] = {
    "The ferry on the Rio Negro has stopped": "unwanted",
    "She drove a Kia Rio to the coast": "unwanted",
    "Miners of Rio Tinto went on strike": "unwanted",
}
RECORDS: dict[str, Judgement] = {
    "The trust will leave Rio after nine years": "kept",
    "Nurses type their notes into Rio": "unmarked",
}


def test_capitals_are_proposed_where_they_tell_the_senses_apart() -> None:
    best = propose_for("ice OR halcyon", WEATHER | RESULTS)[0]
    assert best.candidate.kind == "case"
    assert best.candidate.query.text == 'cs("ICE") OR halcyon'
    assert best.effect.dropped_unwanted == best.effect.unwanted == 3
    assert (best.effect.dropped_unmarked, best.effect.dropped_kept, best.effect.kept) == (0, 0, 1)
    assert {each.title for each in best.dropped} == set(WEATHER)


def test_other_names_that_a_word_is_part_of_are_proposed_as_exclusion() -> None:
    best = propose_for("rio", RIVERS | RECORDS)[0]
    assert best.candidate.kind == "exclusion"
    assert best.candidate.change == "rio NOT NEAR/0 (kia OR negro OR tinto)"


def test_a_context_is_proposed_where_all_that_is_kept_has_it() -> None:
    unwanted = {
        "Brewers pay under EPR by tonnage": "unwanted",
        "A reactor of the EPR type was shut down": "unwanted",
        "Spectra by EPR show a copper ion": "unwanted",
    }
    kept = {
        "The hospital will get its EPR in June": "kept",
        "Nurses at three hospitals dislike the EPR": "kept",
        "A hospital has lost letters in its EPR": "kept",
    }
    found = propose_for("epr", unwanted | kept)  # type: ignore[arg-type]  # of literals
    best = next(each for each in found if each.candidate.kind == "context")
    assert best.candidate.change == "epr NEAR/30 plural(hospital)"
    assert best.effect.dropped_unwanted == 3


def test_a_supplier_gets_an_exclusion_too() -> None:
    where = Where(file="suppliers.toml", line=1)
    known = compile_suppliers([Supplier(key="rio", names=("Rio",), query=None, where=where)])
    best = propose_for("@rio", RIVERS | RECORDS, suppliers=known)[0]
    assert best.candidate.query.text == "@rio NOT NEAR/0 (kia OR negro OR tinto)"


def test_nothing_that_drops_what_is_kept_is_proposed() -> None:
    kept: dict[str, Judgement] = {"Porters cleared ice from the ambulance bay": "kept"}
    assert propose_for("ice", WEATHER | RESULTS | kept) == ()


def test_two_marks_are_too_few() -> None:
    two = dict(list(WEATHER.items())[:2])
    assert propose_for("ice", two | RESULTS) == ()


def test_nothing_is_proposed_that_drops_all() -> None:
    assert propose_for("ice", WEATHER) == ()


def test_a_word_that_unmarked_stories_have_as_often_is_not_excluded() -> None:
    others = {text.replace("Rio", "Rio "): "unmarked" for text in RIVERS}
    texts = RIVERS | RECORDS | others
    assert [p for p in propose_for("rio", texts) if p.candidate.kind == "exclusion"] == []  # type: ignore[arg-type]


def test_copies_of_a_story_count_once() -> None:
    query = compile_query("ice")
    items = make_items(query, WEATHER | RESULTS)
    copies = [
        replace(each, item_id=each.item_id + 100, source_key="herald")
        for each in items
        if each.judgement == "unwanted"
    ]
    best = propose(make_subject(query), [*items, *copies], seconds=1.0).proposals[0]
    assert best.effect.dropped_unwanted == 3


def test_a_source_with_mostly_unwanted_stories_is_left_out() -> None:
    query = compile_query("rio OR nhs")
    items = [
        *make_items(query, {f"Carnival number {n} in Rio": "unwanted" for n in range(4)}),
        *make_items(query, RECORDS, source="ward-and-wire", first=50),
    ]
    proposals = propose(make_subject(query), items, seconds=1.0).proposals
    left_out = next(each for each in proposals if each.candidate.kind == "source")
    assert left_out.candidate.query.text == '(rio OR nhs) NOT source:"gazette"'


def test_a_muted_source_is_proposed_without_any_mark() -> None:
    query = compile_query("rio")
    items = [
        *make_items(query, {"Carnival begins in Rio": "unmarked"}),
        *make_items(query, RECORDS, source="ward-and-wire", first=50),
    ]
    muted = make_subject(query, muted={"gazette": 2})
    (only,) = propose(muted, items, seconds=1.0).proposals
    assert (only.candidate.target, only.muted_by, only.weight) == ("gazette", 2, 2)


def test_what_was_judged_is_measured_whatever_the_time_and_the_rest_while_there_is_time() -> None:
    query = compile_query("ice")
    more: dict[str, Judgement] = {f"Doctors read ICE number {n}": "unmarked" for n in range(9)}
    items = make_items(query, WEATHER | RESULTS | more)
    items.sort(key=lambda each: each.judgement == "unmarked")
    ticks = iter(range(100))
    result = propose(make_subject(query), items, seconds=4.0, clock=lambda: float(next(ticks)))
    assert (result.unwanted, result.kept, result.unmarked, result.complete) == (3, 1, 4, False)


def test_a_dismissed_proposal_comes_back_when_it_drops_more_of_what_was_marked() -> None:
    query = compile_query("rio")
    subject, items = make_subject(query), make_items(query, RIVERS | RECORDS)

    def offered(weight: int) -> tuple[int, int]:
        known = {("exclusion", "rio"): weight}
        result = propose(subject, items, seconds=1.0, dismissed=known)
        return len(result.proposals), result.dismissed

    assert offered(3) == (0, 1)
    assert offered(2) == (1, 0)


def test_the_same_marks_give_the_same_proposals() -> None:
    one, two = (propose_for("rio", dict(sorted((RIVERS | RECORDS).items()))) for _ in range(2))
    assert [each.proposal_id for each in one] == [each.proposal_id for each in two]
    assert len(one[0].proposal_id) == 10
