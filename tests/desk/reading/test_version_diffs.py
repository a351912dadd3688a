"""What changed between versions, drawn word by word within bounds."""

from __future__ import annotations

from dataclasses import replace

from alerts.text.word_diff import DiffPiece
from storage.model import ItemRevision, StoredItem
from supplierwatch.desk.reading.version_diffs import (
    CONTEXT,
    MAX_CHARACTERS,
    MAX_VERSIONS,
    diff_versions,
    fold_unchanged,
)
from tests.support.builders import NOW, a_stored_item


def a_version(number: int, body: str, title: str = "Halcyon wins") -> ItemRevision:
    return ItemRevision(
        item_id=1,
        number=number,
        title=title,
        summary="",
        body=body,
        content_hash="x",
        fetched_at=NOW,
    )


def an_item(body: str, title: str = "Halcyon wins") -> StoredItem:
    return replace(a_stored_item(), title=title, body=body, revised_at=NOW)


def test_a_changed_word_is_drawn_beside_what_stays() -> None:
    [only] = diff_versions(
        an_item("It costs nine pounds."), [a_version(1, "It costs four pounds.")]
    )
    assert [(piece.what, piece.text) for piece in only.text] == [
        ("same", "It costs"),
        ("gone", "four"),
        ("come", "nine"),
        ("same", "pounds."),
    ]
    assert (only.number, only.title, only.cut) == (2, None, False)


def test_a_new_headline_is_drawn_too() -> None:
    [only] = diff_versions(an_item("Same.", "Halcyon loses"), [a_version(1, "Same.")])
    assert only.title is not None
    assert [piece.text for piece in only.title if piece.what == "come"] == ["loses"]
    assert only.text == ()


def test_the_newest_versions_come_first_and_are_bounded() -> None:
    earlier = [a_version(n, f"Text {n}.") for n in range(1, MAX_VERSIONS + 10)]
    found = diff_versions(an_item("Text last."), earlier)
    assert len(found) == MAX_VERSIONS
    assert [each.number for each in found[:2]] == [len(earlier) + 1, len(earlier)]


def test_one_version_has_nothing_to_compare() -> None:
    assert diff_versions(an_item("Text."), []) == ()


def test_long_passages_that_stay_are_folded() -> None:
    words = " ".join(f"w{n}" for n in range(1000))
    folded = fold_unchanged([DiffPiece(words, "same"), DiffPiece("new", "come")])
    assert len(folded[0].text.split()) == CONTEXT + 1
    assert folded[0].text.startswith("…")


def test_a_text_that_was_replaced_is_cut() -> None:
    old, new = ("".join(f"{letter}{n} " for n in range(20_000)) for letter in "ab")
    [only] = diff_versions(an_item(new), [a_version(1, old)])
    assert only.cut
    assert sum(len(piece.text) for piece in only.text) <= MAX_CHARACTERS + 1
