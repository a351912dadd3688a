"""A paragraph amid an article's own stays, unless it stands on pages of other subjects too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import pytest

from crawler.extraction.page import extract, learn
from crawler.extraction.recurring import site_memory as module
from crawler.extraction.recurring.site_memory import SiteMemory
from storage.model import PageText
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

PAGES = 14
CAMPAIGN = (
    "The shared record stopped for {n} hours at Saltmarsh.",
    "Campaigners asked for the contract to be published in full.",
    "Patients were told that their data would be moved within {n} weeks.",
    "A spokesman for the board declined to say what the platform had cost.",
    "The group will hand in a petition with {n} thousand names.",
    "Doctors wrote to the trust about letters that never came.",
    "Refusals rose by {n} per cent after the leaflet went out.",
    "Lawyers for the group said that consent had not been asked for.",
    "The minutes show that the pilot was signed off by {n} people.",
    "Ward staff described screens that froze during rounds.",
)
ELSEWHERE = (
    "The match ended {n} to one after a late goal by Ferris.",
    "Bakers in the old town sold {n} kinds of bread at the fair.",
    "The bypass closes for {n} nights while the bridge is painted.",
    "A choir of {n} voices sang in the market hall.",
    "Swimmers crossed the bay in {n} minutes despite the tide.",
    "The library adds {n} chairs and stays open late.",
)
NAMED = (
    "Zorbiq, which runs the platform under a contract worth £330 million, has been asked by the "
    "board to explain how patient data is shared."
)
SHORT = "They have seen neither the contract nor the data."
PLEA = "Sign up below to get our letter about everything that happens here, once in a while."
Rows = Callable[[Sequence[str]], str]


def plain(paragraphs: Sequence[str]) -> str:
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def wrapped(paragraphs: Sequence[str]) -> str:
    return "".join(f'<div class="para"><p>{one}</p></div>' for one in paragraphs)


def broken(paragraphs: Sequence[str]) -> str:
    return "<br><br>".join(paragraphs)


def interrupted(paragraphs: Sequence[str]) -> str:
    advert = '<div class="slot"></div>'
    return f"{plain(paragraphs[:1])}{advert}{plain(paragraphs[1:])}"


def read(
    paragraph: str,
    *,
    rows: Rows = plain,
    at: int = 2,
    elsewhere: int = 0,
    box: str = "",
    title: str = "of many",
) -> list[PageText]:
    """The texts of an outlet's pages, as polls read them; the first are about other things."""
    memory, texts = SiteMemory(), []
    pages = []
    for number in range(PAGES):
        random = Random(number)
        pool = ELSEWHERE if number < elsewhere else CAMPAIGN
        own = [
            " ".join(one.format(n=random.randint(2, 99)) for one in random.sample(pool, 2))
            for _ in range(4)
        ]
        own.insert(at, paragraph)
        headline = f"Number {number} {title}"
        html = (
            f"<html><body><h1>{headline}</h1><article><div>{rows(own)}</div></article>{box}"
            "</body></html>"
        )
        page = a_fetched_page(html, f"https://outlet.example/{number}")
        pages.append((page, an_entry(title=headline, summary="")))
    for start in range(0, PAGES, 4):
        some = pages[start : start + 4]
        for page, entry in some:
            learn(page, entry=entry, site=memory)
        texts += [extract(page, entry=entry, site=memory) for page, entry in some]
    return texts


@pytest.mark.parametrize("rows", [plain, wrapped, broken, interrupted])
def test_a_campaign_may_repeat_a_paragraph_in_each_article(rows: Rows) -> None:
    assert [NAMED in text.text for text in read(NAMED, rows=rows)] == [True] * PAGES


def test_a_short_sentence_may_be_repeated_as_well() -> None:
    assert [SHORT in text.text for text in read(SHORT, title="on contract and data")] == [
        True
    ] * PAGES


@pytest.mark.parametrize("elsewhere", [5, 9, PAGES])
def test_what_stands_on_pages_of_other_subjects_too_is_set_aside(elsewhere: int) -> None:
    for text in read(NAMED, elsewhere=elsewhere)[4:]:
        assert NAMED not in text.text
        assert [block.rule for block in text.asides if NAMED in block.text] == ["recurring"]


def test_one_page_about_something_else_takes_nothing_from_the_others() -> None:
    assert [NAMED in text.text for text in read(NAMED, elsewhere=1)] == [True] * PAGES


def test_a_plea_amid_the_text_is_set_aside() -> None:
    texts = read(PLEA)[4:]  # of fewer pages it is not sure
    assert [PLEA in text.text for text in texts] == [False] * (PAGES - 4)


@pytest.mark.parametrize("rows", [plain, wrapped, broken])
@pytest.mark.parametrize("at", [0, 4], ids=["before", "behind"])
def test_a_campaign_may_begin_or_end_each_article_with_a_paragraph(at: int, rows: Rows) -> None:
    assert [NAMED in text.text for text in read(NAMED, at=at, rows=rows)] == [True] * PAGES


@pytest.mark.parametrize("at", [0, 4], ids=["before", "behind"])
@pytest.mark.parametrize(
    "note",
    [
        "Reporting on the platform, its contract and the board is supported by Zorbiq, which "
        "sells software to wards.",
        "Our coverage of the platform and the contract for patient data is paid for by Zorbiq, "
        "a firm that works for the board.",
        "About Zorbiq: the firm runs the platform under a contract with the board, and explains "
        "how patient data is shared.",
        "Corinna Vale is a correspondent who covers the platform, the contract and the board of "
        "the trust, and patient data.",
        "Zorbiq runs the platform under a contract with the board; for more information on patient "
        "data see www.zorbiq.example.",
    ],
    ids=["sponsor", "of the outlet", "about a firm", "of a writer", "for more"],
)
def test_a_note_before_or_behind_the_text_is_set_aside_and_kept(at: int, note: str) -> None:
    for text in read(note, at=at)[4:]:
        assert note not in text.text
        assert [block.tells for block in text.asides if note in block.text] == [True]


@pytest.mark.parametrize("elsewhere", [4, PAGES])
def test_behind_texts_of_other_subjects_a_paragraph_is_set_aside(elsewhere: int) -> None:
    for text in read(NAMED, at=4, elsewhere=elsewhere)[4:]:
        assert NAMED not in text.text


def test_a_paragraph_below_a_heading_behind_the_text_is_none_of_it() -> None:
    def headed(paragraphs: Sequence[str]) -> str:
        *own, named = paragraphs
        return f"{plain(own)}<h3>Zorbiq in short</h3>{plain([named])}"

    for text in read(NAMED, rows=headed, at=4)[4:]:
        assert NAMED not in text.text


def test_a_box_between_paragraphs_is_none_of_them() -> None:
    def boxed(paragraphs: Sequence[str]) -> str:
        first, second, named, *rest = paragraphs
        return f'{plain([first, second])}<div class="k1"><p>{named}</p></div>{plain(rest)}'

    for text in read(NAMED, rows=boxed):
        assert NAMED not in text.text


def test_a_sidebar_stays_out_whatever_the_outlet_is_about() -> None:
    for text in read(CAMPAIGN[1], box=f"<div><p>{NAMED}</p></div>"):
        assert NAMED not in text.text


def test_a_memory_of_the_release_before_is_read() -> None:
    memory = SiteMemory()
    memory.learn("One", [1, 2])
    packed = memory.to_bytes()
    head = module._HEAD.unpack_from(packed)
    keys = packed[module._HEAD.size : module._HEAD.size + 8 * (head[2] + head[3])]
    blocks = [module._BLOCK_BEFORE.pack(key, 1, 1, 1) for key in (1, 2)]
    before = module._HEAD.pack(1, *head[1:]) + keys + b"".join(blocks)
    assert SiteMemory.from_bytes(before).to_bytes() == packed
