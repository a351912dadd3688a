"""Sentences and the one that shows why an item was found."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text.sentences import best_excerpt, mark, sentence_bounds, sentences, teaser
from storage.model import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("It cost £4.2m. It failed.", ["It cost £4.2m.", "It failed."]),
        ("Dr. Okafor met J. Smith of St. Anne's. They agreed.",
         ["Dr. Okafor met J. Smith of St. Anne's.", "They agreed."]),
        ("The U.S. firm left. It did.", ["The U.S. firm left.", "It did."]),
        ("See No. 10 and p. 4. He said no. They went.",
         ["See No. 10 and p. 4.", "He said no.", "They went."]),
        ("“We stop.” She left.", ["“We stop.”", "She left."]),
        ("A heading\nA sentence under it.", ["A heading", "A sentence under it."]),
        ("e.g. this one. And that.", ["e.g. this one.", "And that."]),
        ("終わり。始まり。", ["終わり。", "始まり。"]),
        ("", []),
        (" \n \n", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.text(alphabet="aB .!?\n\"'”é1", max_size=200))
def test_no_character_of_a_text_is_lost_between_sentences(text: str) -> None:
    bounds = list(sentence_bounds(text))

    covered = {at for start, end in bounds for at in range(start, end)}
    assert all(text[at].isspace() for at in range(len(text)) if at not in covered)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(bounds))


@pytest.mark.parametrize("unit", [".", ". ", '!"', " ", "a. ", "\n", "(", "… "])
def test_hostile_repetition_is_read_to_its_end(unit: str) -> None:
    # quadratic work on half a million characters would not come back within a test run
    text = unit * 250_000 + "End"

    assert list(sentence_bounds(text))[-1][1] == len(text)


BODY = (
    "Halcyon is a company. The trust chose Halcyon and Corvid for the platform. "
    "Nobody asked why. Halcyon is pleased."
)


def spans(text: str, *terms: str) -> list[Span]:
    found = []
    for term in terms:
        at = text.find(term)
        while at != -1:
            found.append(Span("body", at, at + len(term)))
            at = text.find(term, at + 1)
    return found


def test_the_sentence_with_the_most_different_hits_is_chosen() -> None:
    excerpt = best_excerpt("body", BODY, spans(BODY, "Halcyon", "Corvid"))

    assert excerpt is not None
    assert "".join(s.text for s in excerpt.segments) == (
        "The trust chose Halcyon and Corvid for the platform."
    )
    assert [s.text for s in excerpt.segments if s.hit] == ["Halcyon", "Corvid"]


def test_a_long_sentence_is_cut_around_its_hit_between_words() -> None:
    text = "word " * 200 + "Halcyon " + "word " * 200

    excerpt = best_excerpt("body", text, spans(text, "Halcyon"), limit=100)

    assert excerpt is not None
    shown = "".join(s.text for s in excerpt.segments)
    assert shown.startswith("… word")
    assert shown.endswith("word …")
    assert len(shown) <= 104
    assert [s.text for s in excerpt.segments if s.hit] == ["Halcyon"]


def test_spans_of_another_text_are_not_shown() -> None:
    assert best_excerpt("body", "Short.", [Span("body", 90, 97)]) is None
    assert best_excerpt("body", BODY, [Span("title", 0, 7)]) is None


def test_overlapping_hits_are_marked_once() -> None:
    segments = mark("Halcyon Health won", [(0, 7), (0, 14), (8, 14)], 0, 18)

    assert [(s.text, s.hit) for s in segments] == [("Halcyon Health", True), (" won", False)]


@given(
    text=st.text(max_size=80),
    cuts=st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6),
)
def test_marking_never_changes_the_text(text: str, cuts: list[tuple[int, int]]) -> None:
    from alerts.text.sanitize import fragment

    ordered = [(min(c), max(c)) for c in cuts]
    segments = mark(text, ordered, 0, len(text))

    blanks_folded = "".join("".join(s.text for s in segments).split())
    assert blanks_folded == "".join(fragment(text).split())


def test_a_teaser_is_whole_sentences_where_they_fit() -> None:
    text = "First sentence here. Second sentence here. " + "Third one is long. " * 20

    assert teaser(text, limit=60) == "First sentence here. Second sentence here."
    assert teaser("x " * 400, limit=60).endswith("…")
    assert teaser("") == ""
