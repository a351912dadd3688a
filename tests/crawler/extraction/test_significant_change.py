"""What is no edit of an article although its page reads differently, and what is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.significant_change import is_insignificant

FIRST = "Wexmere has paused its move to the shared record, the trust told staff on Monday."
SECOND = "The contract is worth £3.2 million over four years, papers of 12 May 2026 show."
THIRD = "Halcyon Health said that it would work through every concern before the winter."
TEXT = "\n".join((FIRST, SECOND, THIRD))


def differs(new: str, *, old: str = TEXT, around: tuple[str, ...] = ()) -> bool:
    return not is_insignificant(old, new, is_boilerplate=lambda line: line in around)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Published 2 hours ago", "Published 3 hours ago"),
        ("5 minutes ago", "an hour ago"),
        ("Updated at 10:14 on 12 May 2026", "Updated at 11:55 on 12 May 2026"),
        ("Last modified: 12 May", "Last modified: 13 May"),
        ("12 May 2026, 10:14 BST", "13 May 2026, 08:00 BST"),
        ("1,204 views", "1,377 views"),
        ("Comments (12)", "Comments (31)"),
        ("4 min read", "5 min read"),
        ("12 comments | 3k shares", "14 comments | 4k shares"),
        ("", "Last updated: Tuesday 3 March, 9.30am"),
    ],
)
def test_clocks_and_counters_are_no_edit(was: str, now: str) -> None:
    assert not differs(f"{TEXT}\n{now}", old=f"{TEXT}\n{was}".rstrip("\n"))


@pytest.mark.parametrize(
    "new",
    [
        TEXT.replace("£3.2 million", "£4.2 million"),
        TEXT.replace("12 May", "19 May"),
        TEXT.replace("Monday", "Tuesday"),
        TEXT.replace("paused", "resumed"),
        TEXT.replace(SECOND + "\n", ""),
        f"{TEXT}\nNo ward had been asked.",
        f"{TEXT}\nCorrection: the contract is worth less.",
        f"{TEXT}\nUpdated: the trust was never asked.",
        f"{TEXT}\nPublished in error.",
        TEXT.replace("four years", "4 years"),
    ],
)
def test_figures_words_and_passages_are_edits(new: str) -> None:
    assert differs(new)


def test_lines_that_surround_articles_of_the_site_are_no_edit() -> None:
    plea = "The Ledger lives by its readers: sixty pence a week keep our reporters on the wards."
    assert differs(f"{plea}\n{TEXT}")
    assert not differs(f"{plea}\n{TEXT}", around=(plea,))
    assert not differs(TEXT, old=f"{TEXT}\n{plea}", around=(plea,))


def test_signs_blanks_and_the_order_of_paragraphs_are_no_edit() -> None:
    assert not differs(TEXT.replace(" the", "  the").replace(",", ""))
    assert not differs("\n".join((SECOND, FIRST, THIRD)))


@given(text=st.text(max_size=200))
def test_a_text_is_never_an_edit_of_itself(text: str) -> None:
    assert not differs(text, old=text)


@given(old=st.text(max_size=80), new=st.text(max_size=80))
def test_what_is_an_edit_one_way_is_one_the_other_way(old: str, new: str) -> None:
    assert differs(new, old=old) == differs(old, old=new)
