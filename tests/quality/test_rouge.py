"""ROUGE, by which summaries are measured."""

from __future__ import annotations

import pytest

from bench.rouge import RougeScores, mean_scores, rouge


def test_the_scores_are_those_of_an_example_worked_by_hand() -> None:
    # 5 of 6 words, 3 of 5 pairs; the longest common subsequence is "the cat on the mat"
    found = rouge("The cat sat on the mat.", "the cat lay on the mat")

    assert found.one == pytest.approx(5 / 6)
    assert found.two == pytest.approx(3 / 5)
    assert found.longest == pytest.approx(5 / 6)


def test_a_text_that_shares_nothing_has_no_score_and_itself_has_all() -> None:
    assert rouge("", "the cat") == rouge("dog", "the cat") == RougeScores(one=0, two=0, longest=0)
    assert rouge("the cat", "The cat!") == RougeScores(one=1, two=1, longest=1)


def test_a_word_counts_as_often_as_both_have_it() -> None:
    assert rouge("the the the the", "the cat the mat").one == pytest.approx(0.5)


def test_means_are_taken_of_each_score() -> None:
    scores = [RougeScores(one=0, two=0.2, longest=0), RougeScores(one=1, two=0.4, longest=0)]

    assert mean_scores(scores) == RougeScores(one=0.5, two=pytest.approx(0.3), longest=0)
