"""What an edit is called, and how its words are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest.changes import MAX_SENTENCE, change_between, describe_change
from alerts.messages.render import diffed
from alerts.text.sanitize import line
from alerts.text.word_diff import MAX_WORDS, DiffPiece, format_diff, word_diff
from storage.model import ItemRevision
from tests.support.builders import NOW, a_stored_item
from tests.support.measuring.growth import growth

FIRST = "Wexmere has paused its move to the shared record, the trust told staff on Monday."
SECOND = "The contract is worth £3.2 million over four years, board papers show."
THIRD = "“We will work through every concern,” Halcyon Health said on Tuesday evening."
BODY = "\n".join((FIRST, SECOND, THIRD))
NOTE = "Correction: an earlier version said that the contract had been signed in March."


def before(body: str = BODY, title: str = "Trust pauses move") -> ItemRevision:
    return ItemRevision(
        item_id=1,
        number=1,
        title=title,
        summary="",
        body=body,
        content_hash="first",
        fetched_at=NOW,
    )


def after(body: str = BODY, title: str = "Trust pauses move", **changes: object) -> object:
    return a_stored_item(body=body, title=title, revision=2, **changes)


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (BODY.replace("£3.2", "£4.2"), ("figure",)),
        (BODY.replace("concern", "question"), ("quote",)),
        (BODY.replace("paused", "stopped"), ("wording",)),
        (BODY.replace(SECOND + "\n", ""), ("removed",)),
        (f"{BODY}\nNo ward of the trust was ever asked about it.", ("added",)),
        (f"{BODY}\n{NOTE}", ("correction", "added")),
        (f"{FIRST}\n{NOTE}", ("correction", "removed", "added")),
        (BODY, ("wording",)),
    ],
)
def test_edits_are_told_apart(body: str, kinds: tuple[str, ...]) -> None:
    assert change_between(before(), after(body)).kinds == kinds  # type: ignore[arg-type]


def test_a_new_headline_is_named_with_the_old_one() -> None:
    change = change_between(before(), after(title="Trust drops move"))  # type: ignore[arg-type]
    assert (change.kinds, change.old_title) == (("headline",), "Trust pauses move")


def test_an_article_that_was_withdrawn_says_so_first() -> None:
    gone = after(retracted_at=NOW, content_hash=None)
    assert change_between(before(), gone).kinds == ("withdrawn",)  # type: ignore[arg-type]


def test_an_article_that_came_back_says_so() -> None:
    gone = replace(before(), number=2, content_hash=None)
    assert change_between(gone, after()).kinds == ("back",)  # type: ignore[arg-type]


def test_a_teaser_that_changes_twice_was_never_withdrawn() -> None:
    second = replace(before("", "Trust pauses move"), number=2, content_hash=None)
    third = after("", "Trust drops move", content_hash=None)
    assert change_between(second, third).kinds == ("headline",)  # type: ignore[arg-type]


def test_words_that_changed_are_marked_and_what_stayed_is_cut() -> None:
    long = "The board " + "of the trust and its many committees " * 4 + "pays £3.2 million a year."
    change = change_between(before(long), after(long.replace("£3.2", "£4.2")))  # type: ignore[arg-type]
    [(_, what), (_, reads)] = describe_change(change)
    assert what == "a figure changed"
    assert reads.endswith("[-£3.2-] {+£4.2+} million a year.")
    assert "…" in reads


def test_what_is_not_shown_is_counted() -> None:
    body = "\n".join(f"The ward of number {n} was asked about it last year." for n in range(5))
    change = change_between(before(""), after(body))  # type: ignore[arg-type]
    assert (len(change.added), change.more) == (2, 3)
    assert describe_change(change)[-1] == ("And", "3 more changed sentences")


def test_a_difference_in_html_marks_words_and_escapes_the_rest() -> None:
    html = str(diffed("a [-<b>-] {+c & d+}"))
    assert html == ('a <del class="gone">&lt;b&gt;</del> <ins class="come">c &amp; d</ins>')


@given(old=st.text(max_size=60), new=st.text(max_size=60))
def test_both_texts_can_be_read_from_their_difference(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    was = " ".join(piece.text for piece in pieces if piece.what != "come")
    now = " ".join(piece.text for piece in pieces if piece.what != "gone")
    assert (was.split(), now.split()) == (old.split(), new.split())


def test_a_difference_is_written_in_plain_text() -> None:
    pieces = (DiffPiece("It costs", "same"), DiffPiece("3", "gone"), DiffPiece("4", "come"))
    assert format_diff(pieces) == "It costs [-3-] {+4+}"


def swapped(words: int) -> object:
    """The change of a paragraph of so many words without a sentence end, whose words swap."""
    return change_between(before("ab ba " * (words // 2)), after("ba ab " * (words // 2)))  # type: ignore[arg-type]


@pytest.mark.slow
def test_an_edit_of_a_paragraph_without_end_is_told_in_linear_time() -> None:
    assert growth(swapped, 80_000, 160_000) < 3.1


def test_beyond_the_bound_a_paragraph_is_shown_as_rewritten() -> None:
    change = swapped(4 * MAX_WORDS)
    (pieces,) = change.rewritten  # type: ignore[attr-defined]
    assert [piece.what for piece in pieces] == ["gone", "come"]
    assert all(len(piece.text) <= MAX_SENTENCE for piece in pieces)


def test_one_word_of_a_long_paragraph_is_shown_alone() -> None:
    words = [f"word{n}" for n in range(20 * MAX_WORDS)]
    old = " ".join(words)
    pieces = word_diff(old, old.replace("word900 ", "other "))
    assert [piece.text for piece in pieces if piece.what != "same"] == ["word900", "other"]


@pytest.mark.slow
def test_many_sentences_are_paired_in_bounded_time() -> None:
    def compare(sentences: int) -> object:
        def text(sign: str) -> str:
            return " ".join(f"The {sign} {n} " + "of the " * 300 + "end." for n in range(sentences))

        return change_between(before(text("old")), after(text("new")))  # type: ignore[arg-type]

    assert growth(compare, 200, 400) < 3.1


def test_combining_marks_are_sorted_in_linear_time() -> None:
    assert growth(line, "a" + "\u05b0\u0591" * 50_000, "a" + "\u05b0\u0591" * 100_000) < 3.1
