"""Precision of naive watches before and after accepted proposals, at no loss of recall."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from alerts.proposals.measuring import propose
from alerts.proposals.model import JudgedItem, Judgement, ProposalSubject
from alerts.query import Document, Query, compile_query
from tests.quality.acronym_sentences import QUERIES, LabelledSentence, read_sentences

MARKED = 10  # sentences that the reader marks as not relevant
STARRED = 6
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    relevant_found: int
    relevant: int
    found: int

    @property
    def precision(self) -> float:
        return self.relevant_found / self.found

    @property
    def recall(self) -> float:
        return self.relevant_found / self.relevant


def measure(query: Query, sentences: list[LabelledSentence]) -> Measured:
    found = [each for each in sentences if query.matches_at_all(Document(body=each.text))]
    return Measured(
        sum(each.relevant for each in found), sum(s.relevant for s in sentences), len(found)
    )


def judge(sentences: list[LabelledSentence], query: Query) -> list[JudgedItem]:
    """Mark as a reader does who has looked at the first of them."""
    items = []
    marked = starred = 0
    for number, each in enumerate(sentences, start=1):
        hit = query.matches(Document(body=each.text))
        if hit is None:
            continue
        judgement: Judgement = "unmarked"
        if each.relevant and starred < STARRED:
            judgement, starred = "kept", starred + 1
        elif not each.relevant and marked < MARKED:
            judgement, marked = "unwanted", marked + 1
        items.append(
            JudgedItem(
                item_id=number,
                story_id=number,
                title=each.text,
                source_key="gazette",
                document=Document(body=each.text),
                spans=hit.spans,
                judgement=judgement,
            )
        )
    return sorted(items, key=lambda item: item.judgement == "unmarked")


def improve(name: str) -> tuple[Query, list[str]]:
    """Accept what drops nothing relevant, as a reader does who looks at what is shown."""
    learning = read_sentences(name, measuring=False)
    relevant = {each.text for each in learning if each.relevant}
    query = compile_query(QUERIES[name])
    accepted = []
    for _ in range(ROUNDS):
        subject = ProposalSubject(
            watch_key=name, query=query, suppliers={}, names={}, muted_sources={}
        )
        result = propose(subject, judge(learning, query), seconds=60.0)
        assert result.complete
        good = [p for p in result.proposals if not relevant & {d.title for d in p.dropped}]
        if not good:
            break
        query = good[0].candidate.query
        accepted.append(good[0].candidate.change)
    return query, accepted


@pytest.mark.parametrize("name", QUERIES)
def test_accepted_proposals_lose_nothing_relevant_of_the_other_half(name: str) -> None:
    measuring = read_sentences(name, measuring=True)
    query, _ = improve(name)
    assert measure(query, measuring).recall == 1.0


def test_accepted_proposals_raise_precision_on_the_other_half() -> None:
    before, after = (measure_all(improved=improved) for improved in (False, True))
    assert before.relevant == 104
    assert before.precision == 0.5
    assert after.precision >= 0.65


def test_half_of_the_sentences_are_kept_for_measuring() -> None:
    learning, measuring = (
        {each.text for name in QUERIES for each in read_sentences(name, measuring=half)}
        for half in (False, True)
    )
    assert (len(learning), len(measuring)) == (208, 208)
    assert not learning & measuring


def measure_all(*, improved: bool) -> Measured:
    each = [
        measure(
            improve(name)[0] if improved else compile_query(QUERIES[name]),
            read_sentences(name, measuring=True),
        )
        for name in QUERIES
    ]
    return Measured(
        sum(one.relevant_found for one in each),
        sum(one.relevant for one in each),
        sum(one.found for one in each),
    )


def report() -> None:
    """Print the figures of docs/proposals.md."""
    for name in QUERIES:
        measuring = read_sentences(name, measuring=True)
        query, accepted = improve(name)
        before, after = measure(compile_query(QUERIES[name]), measuring), measure(query, measuring)
        figures = f"{before.precision:.2f} {after.precision:.2f} {after.recall:.2f}"
        print(f"{name:9} {figures}  {'; '.join(accepted)}")
    for improved in (False, True):
        one = measure_all(improved=improved)
        print(f"{'after' if improved else 'before':9} {one.precision:.3f} {one.recall:.3f}")


if __name__ == "__main__":
    report()
