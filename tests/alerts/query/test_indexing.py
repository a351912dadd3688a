"""How an item is spelled in the index. Another spelling takes another number."""

from __future__ import annotations

from datetime import date

from alerts.query import Document
from alerts.query.index.archive_words import SPELLING, spelled, words_of

DOCUMENT = Document(
    title="N.H.S. picks Palantír’s e-prescribing",
    summary="The ICE system, O'Brien said: 3.5m",
    body="Straße 中文. State-of-the-art health care, health care and don't: health care",
    comments="A reader's AT&T",
    authors=("Ruth Amery",),
    url="https://www.nhs.example/ice",
    source="ward-ledger",
    language="en-GB",
    kind="tender",
    value=12_500.0,
    date=date(2026, 3, 9),
    pages=(),
)
WORDS = {
    3: """
        nhs picks palantir e prescribing eprescribing _j:eprescribing
        the ice system o brien said 3.2e.5m obrien _j:obrien
        strasse .4e2d. .6587. state of the art health care health care and dont health care
        _k:-n-h-s _k:-palantir _k:-the _k:-i-c-e _k:-o _k:-brien _k:-strasse _k:-state
        _n:health _n:care
        _j:stateof _j:stateofthe _j:stateoftheart _j:ofthe _j:oftheart _j:theart
        stateof stateofthe stateoftheart ofthe oftheart theart
        _t:nhs _t:picks _t:palantir _t:e _t:prescribing _t:eprescribing _tj:eprescribing
        _c:a _c:reader _c:at _c:t _a:ruth _a:amery
        _u:https _u:www _u:nhs _u:example _u:ice
        _type:tender _lang:en _lang:en.2d.gb _src:ward.2d.ledger
        _site:www.2e.nhs.2e.example _site:nhs.2e.example _site:example
        _v:5 _m:2026.3 _y:2026 _d:202 _h:20
    """
}


def test_a_text_has_the_words_that_this_spelling_gives_it() -> None:
    # if this fails, archives hold words that are not asked for any more: raise SPELLING by one and
    # write its words here
    assert set(words_of(DOCUMENT).split()) == set(WORDS[SPELLING].split())


def test_words_stand_in_the_order_of_the_text() -> None:
    words = words_of(DOCUMENT).split()
    at = words.index("state")
    assert words[at : at + 6] == ["state", "of", "the", "art", "health", "care"]


def test_long_words_are_cut_alike() -> None:
    assert spelled("x" * 400) == spelled("x" * 300)
    assert len(spelled("x" * 400)) < 60


def test_no_two_short_words_are_spelled_alike() -> None:
    words = ["ice", "ICE", "i-c-e", "i.c.e", "é", "e", "-e", "E", ".e9.", "中", "_t:ice"]
    assert len({spelled(word) for word in words}) == len(words)
