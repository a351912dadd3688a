"""Long documents and queries of hundreds of terms mean what short ones do."""

from __future__ import annotations

from random import Random

import pytest

from alerts.query import Document, WatchIndex, compile_query
from tests.alerts.query.reference import reference
from tests.alerts.query.test_one_meaning import merged
from tests.support.sizes import size

pytestmark = pytest.mark.sized

PAIRS = size(4, 2)


def a_vocabulary(random: Random, count: int) -> list[str]:
    letters = "abcdefghijklmnoprstuvwyzéößж"
    return ["".join(random.choices(letters, k=random.randint(3, 9))) for _ in range(count)]


def a_long_text(random: Random, words: list[str], rare: list[str]) -> str:
    """Words of which a few are rare, with paragraphs, hyphens and possessives.

    Up to 240: the reference takes its time.
    """
    made = []
    for _ in range(random.randint(120, 240)):
        word = random.choice(rare) if random.random() < 0.02 else random.choice(words)
        sign = random.choices((" ", ", ", ". ", "-", "’s ", "\n\n"), (80, 4, 6, 3, 2, 2))[0]
        made.append((word.title() if random.random() < 0.1 else word) + sign)
    return "".join(made)


def a_long_query(random: Random, words: list[str], rare: list[str]) -> str:
    """A hundred and more names and of everyday words, put together in one of the usual ways."""
    names = " OR ".join([*random.sample(rare, 40), *a_vocabulary(random, 100)])
    usual = " OR ".join(random.sample(words, 60))
    phrases = " OR ".join(f'"{random.choice(rare)} {random.choice(words)}"' for _ in range(5))
    shape = random.choice(
        (
            "({names}) NEAR/{n} ({usual})",
            "({usual}) ONEAR/{n} ({names})",
            "({names}) SENTENCE ({usual})",
            "({names}) NOT NEAR/{n} ({usual})",
            "({names}) AND ({usual}) NOT ({phrases})",
            "atleast/3({names}) AND first/200({usual})",
            "({phrases}) OR ({names}) PARAGRAPH ({usual})",
        )
    )
    return shape.format(names=names, usual=usual, phrases=phrases, n=random.choice((0, 2, 10)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(size(2, 1)))
def test_engine_and_reference_agree_on_long_queries_over_long_texts(seed: int) -> None:
    random = Random(seed)
    words, rare = a_vocabulary(random, 150), a_vocabulary(random, 120)
    both = {True: 0, False: 0}
    for _ in range(PAIRS):
        query = compile_query(a_long_query(random, words, rare))
        document = Document(
            title=" ".join(random.sample([*words, *rare], 8)),
            body=a_long_text(random, words, rare),
        )
        expected = reference(query.node, document)
        hit = query.matches(document)
        assert (hit is not None) == (expected is not None), query.text[:200]
        if hit is not None and expected is not None:
            assert hit.spans == merged(expected)[:500]
        assert bool(WatchIndex({"w": query}).keys(document)) == (expected is not None)
        both[expected is not None] += 1
    assert both[True] > 0
