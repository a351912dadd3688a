"""Text that is cut from a page is kept, by the rule that cut it."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import Unreadable
from crawler.extraction.page import extract, learn
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.extraction.set_aside import (
    MAX_BLOCK_LENGTH,
    MAX_BLOCKS,
    MAX_CHARACTERS,
    divide_text,
    limit_asides,
    lines_set_aside,
)
from storage.model import AsideBlock, PageText
from storage.rules.aside_rules import RULES, block_key
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

TITLE = "Porters of Saltmarsh move four wards"
BODY = (
    "Porters moved four wards of the hospital over the weekend, and nobody was late for lunch.",
    "The head porter said that it had taken eleven trolleys, two lifts and a lot of patience.",
    "Patients were told on Friday, and most of them slept through the whole of it in their beds.",
    "The wards will move back in spring when the roof over the west wing has been mended at last.",
)
NAME = "Zorbiq"


def read(around: str = "", *, inside: str = "") -> PageText:
    """The article of a page with something around its text, and something amid it."""
    first, *rest = (f"<p>{one}</p>" for one in BODY)
    html = (
        f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>"
        f"<div>{first}{inside}{''.join(rest)}</div></article>{around}</body></html>"
    )
    return extract(a_fetched_page(html))


def cut(text: PageText) -> list[AsideBlock]:
    return [block for block in text.asides if NAME in block.text]


@pytest.mark.parametrize(
    ("html", "rule", "tells"),
    [
        (f"<aside><p>Presented with {NAME}, who help wards to rest.</p></aside>", "sidebar", True),
        (f'<div class="related-posts"><p>{NAME} prices rise again.</p></div>', "box", True),
        (f'<div class="newsletter"><p>Letters about {NAME} by mail.</p></div>', "box", True),
        (f"<footer><p>This site is paid for by {NAME} of Thornby.</p></footer>", "footer", True),
        (f"<form><p>Ask {NAME} to call you back today.</p></form>", "form", True),
        (f'<div hidden><p>Shown to some: {NAME} is hiring.</p></div>', "hidden", True),
        (f'<div style="display:none"><p>Later: {NAME} is hiring.</p></div>', "hidden", True),
        (f"<figure><img src=a><figcaption>{NAME}</figcaption></figure>", "caption", True),
        (f'<p class="photo-credit">Picture: {NAME}</p>', "caption", True),
        (f"<nav><ul><li><a href=/z>About {NAME} and others</a></li></ul></nav>", "menu", False),
        (f"<div role=navigation><a href=/z>All about {NAME} and beds</a></div>", "menu", False),
        (
            "<ul class=k><li><a href=/a>Home</a></li><li><a href=/b>Wards</a></li>"
            f"<li><a href=/z>{NAME}</a></li></ul>",
            "menu",
            False,
        ),
        (
            f'<div class="comments"><div class="comment"><p>I like {NAME} a lot.</p></div></div>',
            None,
            None,
        ),
        (
            f'<div class="user-comments-box"><p>{NAME} is what they should have bought.</p></div>',
            "comments",
            False,
        ),
        (f'<aside><a href="/x">{NAME} wins each and every ward</a></aside>', "sidebar", True),
    ],
)  # fmt: skip
def test_what_stands_around_an_article_is_kept_by_its_rule(
    html: str, rule: str | None, tells: bool | None
) -> None:
    text = read(html)
    assert NAME not in text.text
    found = cut(text)
    assert [(block.rule, block.tells) for block in found] == (
        [] if rule is None else [(rule, tells)]
    )
    if rule is None:
        assert NAME in text.comments


def test_lines_that_are_cut_by_their_wording_are_kept() -> None:
    line = f"Sign up to our newsletter about {NAME} and beds."
    text = read(inside=f"<p>{line}</p>")
    assert line not in text.text
    assert [(block.rule, block.text) for block in cut(text)] == [("house-line", line)]


def test_the_box_is_named() -> None:
    [block] = cut(read(f'<div id="promo" class="widget"><p>{NAME} for every ward.</p></div>'))
    assert block.detail == "class=widget"


def test_nothing_of_the_article_and_nothing_twice_is_kept() -> None:
    text = read("<aside><p>One thing only, said in a box.</p></aside>" * 3)
    texts = [block.text for block in text.asides]
    assert texts.count("One thing only, said in a box.") == 1
    assert not any(one in said for one in (*BODY, TITLE) for said in texts)


def a_page(number: int, html: str) -> tuple[str, str]:
    title = f"{TITLE}, part {number} of many"
    body = "".join(f"<p>{one[:-1]}, as was said {number} times.</p>" for one in BODY)
    return f"<html><body><h1>{title}</h1><div>{body}</div>{html}</body></html>", title


def read_site(html: str, *, headings: tuple[str, ...] = ()) -> list[PageText]:
    """Five pages of a site that all have something around their texts."""
    memory = SiteMemory()
    memory.record_headings(headings)
    pages = [a_page(number, html) for number in range(5)]
    fetched = [
        (a_fetched_page(page, f"https://outlet.example/{at}"), an_entry(title=title, summary=""))
        for at, (page, title) in enumerate(pages)
    ]
    for page, entry in fetched:
        learn(page, entry=entry, site=memory)
    return [extract(page, entry=entry, site=memory) for page, entry in fetched]


def test_what_recurs_on_a_site_is_kept_with_each_item() -> None:
    for text in read_site(f"<div><p>Our wards are written about with help of {NAME}.</p></div>"):
        assert NAME not in text.text
        assert [(block.rule, block.tells) for block in cut(text)] == [("recurring", True)]


def test_a_link_to_an_article_that_was_listed_is_an_item_itself_and_not_told() -> None:
    headline = f"How {NAME} came to write the rota"
    html = f'<div class="x"><p><a href="/z">{headline}</a></p></div>'
    for text in read_site(html, headings=(headline,)):
        assert [block.tells for block in cut(text)] == [False]


def test_numbers_case_and_signs_make_no_other_block() -> None:
    assert block_key("Zorbiq: 12 beds!") == block_key("zorbiq 9 BEDS")
    assert block_key("Zorbiq has beds") != block_key("Zorbiq has wards")


@given(st.lists(st.integers(0, 3 * MAX_BLOCK_LENGTH), max_size=60), st.data())
def test_what_is_kept_is_bounded_and_says_what_is_missing(
    lengths: list[int], data: st.DataObject
) -> None:
    blocks = [
        AsideBlock(rule="box", text="x" * length, tells=data.draw(st.booleans()))
        for length in lengths
    ]
    kept = limit_asides(blocks)
    named = [block for block in kept if block.rule == "over-limit"]
    held = [block for block in kept if block.rule != "over-limit"]
    assert sum(len(block.text) for block in held) <= MAX_CHARACTERS
    assert len(held) <= MAX_BLOCKS
    assert len(named) == (len(held) < len(blocks))
    if named:
        assert named[0].detail.startswith(f"{len(blocks) - len(held)} blocks")


def test_so_many_small_blocks_are_kept_and_the_others_counted() -> None:
    blocks = [AsideBlock(rule="box", text="x", tells=True)] * (MAX_BLOCKS + 30)
    *kept, last = limit_asides(blocks)
    assert (len(kept), last.detail) == (MAX_BLOCKS, "30 blocks, 30 characters")


@given(st.text(alphabet="ab \n", max_size=3 * MAX_BLOCK_LENGTH))
def test_a_long_block_is_divided_without_loss(text: str) -> None:
    parts = list(divide_text(text))
    assert all(0 < len(part) <= MAX_BLOCK_LENGTH for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_blocks_that_are_told_are_kept_first() -> None:
    menus = [AsideBlock(rule="menu", text=f"Menu {n}", tells=False) for n in range(MAX_BLOCKS)]
    kept = limit_asides([*menus, AsideBlock(rule="sidebar", text=NAME)])
    assert [block.text for block in kept if block.tells] == [NAME]


def test_a_text_that_is_junk_is_kept_line_by_line() -> None:
    kept = lines_set_aside(f"Accept what {NAME} does.\n\nAccept what {NAME} does.\nNo", "junk")
    assert [(block.text, block.tells) for block in kept] == [
        (f"Accept what {NAME} does.", True),
        ("No", False),
    ]


def test_every_rule_is_said_in_words() -> None:
    assert all(words and not words[0].isupper() for words in RULES.values())


def test_a_plea_behind_a_teaser_is_kept_as_such() -> None:
    plea = f"Subscribe to read the full story about {NAME}."
    rows = "".join(f"<p>{one}</p>" for one in (*BODY, plea))
    html = f"<html><body><h1>{TITLE}</h1><article>{rows}</article></body></html>"
    text = extract(a_fetched_page(html))
    assert plea not in text.text
    assert [(block.rule in ("plea", "house-line"), block.tells) for block in cut(text)] == [
        (True, True)
    ]


def test_what_stands_on_a_page_without_an_article_is_kept() -> None:
    html = f"<html><body><h1>{TITLE}</h1><div><p>More on {NAME} soon.</p></div></body></html>"
    with pytest.raises(Unreadable) as refused:
        extract(a_fetched_page(html), entry=an_entry(title=TITLE))
    again = pickle.loads(pickle.dumps(refused.value))  # as readers send it
    assert [block.text for block in again.asides if NAME in block.text] == [f"More on {NAME} soon."]


def test_a_column_beside_an_article_is_kept() -> None:
    prose = "".join(f"<p>{one}</p>" for one in (*BODY, *BODY))
    html = (
        f"<html><body><table><tr><td><p>In short</p><p>Presented with {NAME} of Thornby.</p></td>"
        f"<td><h1>{TITLE}</h1>{prose}</td></tr></table></body></html>"
    )
    text = extract(a_fetched_page(html))
    assert NAME not in text.text
    assert [(block.rule, block.tells) for block in cut(text)] == [("column", True)]


def test_links_that_stand_in_a_row_without_blanks_are_told_apart() -> None:
    links = f"<a>Porters look for a lift</a><a>{NAME} of Thornby is hiring</a>"
    [block] = cut(read(f'<div class="related">{links}<p>More news.</p></div>'))
    assert f"lift {NAME}" in block.text


def test_a_word_in_several_elements_stays_one() -> None:
    name = f"<b>{NAME[0]}</b>{NAME[1:3]}<i>{NAME[3:]}</i>"
    [block] = cut(read(f'<div class="related">Prices of {name} rise.<p>More news.</p></div>'))
    assert f"of {NAME} rise" in block.text
