"""What holds of proposals whatever was marked: they narrow, keep what is kept, and count truly."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.proposals.measuring import MAX_PROPOSALS, propose
from alerts.proposals.model import JudgedItem, Judgement
from alerts.query import Document, compile_query, compile_suppliers
from config.model import Supplier, Where
from tests.alerts.proposals.judged_items import make_subject
from tests.quality.acronym_sentences import read_sentences
from tests.support.sizes import examples

WHERE = Where(file="suppliers.toml", line=1)
SUPPLIERS = compile_suppliers(
    [Supplier(key="rio", names=("Rio", "System C"), query="epic", where=WHERE)]
)
QUERIES = {
    name: [compile_query(written, suppliers=SUPPLIERS) for written in forms]
    for name, forms in {
        "ice": [
            "ice",
            'plural("ICE" OR "rink")',
            "title:ice OR (ice AND NOT cream)",
            "ice^3 OR nhs",
        ],
        "rio": ["rio", "@rio", "rio OR\n  tinto", "(rio OR dengue) -carnival"],
        "epic": ["Epic", "@rio OR epic", '"epic" NOT film'],
        "system_c": ['"system c"', "@rio", "system AND c"],
    }.items()
}
TEXTS = {
    name: [each.text for half in (False, True) for each in read_sentences(name, measuring=half)]
    for name in QUERIES
}
JUDGEMENTS: list[Judgement] = ["unwanted", "unwanted", "unmarked", "kept"]
SOURCES = ["gazette", "ward-and-wire", 'odd "name', "and"]


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, int, list[tuple[str, int, Judgement, str]]]:
    """A watch, and items that it may find: text, story, what people said of the story, source."""
    name = draw(st.sampled_from(sorted(QUERIES)))
    which = draw(st.integers(0, len(QUERIES[name]) - 1))
    texts = draw(st.lists(st.sampled_from(TEXTS[name]), min_size=3, max_size=30, unique=True))
    said = {number: draw(st.sampled_from(JUDGEMENTS)) for number in range(len(texts))}
    items = []
    for number, text in enumerate(texts):
        story = draw(st.integers(0, number))
        items.append((text, story, said[story], draw(st.sampled_from(SOURCES))))
    return name, which, items


@settings(max_examples=examples(60), deadline=None)
@given(marked())
def test_proposals_narrow_and_keep_and_count(
    given_: tuple[str, int, list[tuple[str, int, Judgement, str]]],
) -> None:
    name, which, stored = given_
    query = QUERIES[name][which]
    items = []
    for number, (text, story, judgement, source) in enumerate(stored):
        document = Document(title=text[:20], body=text, source=source, source_name=source)
        hit = query.matches(document)
        if hit is not None:
            items.append(
                JudgedItem(
                    item_id=number,
                    story_id=story,
                    title=text,
                    source_key=source,
                    document=document,
                    spans=hit.spans,
                    judgement=judgement,
                )
            )
    items.sort(key=lambda each: each.judgement == "unmarked")
    subject = make_subject(query, suppliers=SUPPLIERS, muted={"gazette": 1, "and": 2})

    result = propose(subject, items, seconds=60.0)

    assert result == propose(subject, items, seconds=60.0)
    assert len(result.proposals) <= MAX_PROPOSALS
    assert result.unwanted + result.kept + result.unmarked == len({i.story_id for i in items})
    for each in result.proposals:
        new = compile_query(each.candidate.query.text, suppliers=SUPPLIERS)
        assert new.fingerprint == each.candidate.query.fingerprint != query.fingerprint
        found = {i.story_id for i in items if new.matches_at_all(i.document)}
        dropped = {i.story_id: i.judgement for i in items if i.story_id not in found}
        counts = [list(dropped.values()).count(j) for j in ("unwanted", "unmarked", "kept")]
        effect = each.effect
        assert counts == [effect.dropped_unwanted, effect.dropped_unmarked, 0]
        assert effect.dropped_kept == 0
        assert 0 < effect.dropped < effect.found
        for text in stored:  # also of what it does not find now, it finds nothing more
            document = Document(title=text[0][:20], body=text[0], source=text[3])
            assert query.matches_at_all(document) or not new.matches_at_all(document)
