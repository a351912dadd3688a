"""Articles that stand only in what a page holds for its scripts."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from crawler.errors import RecurringText, Unreadable
from crawler.extraction.page import extract
from crawler.extraction.recurring.site_memory import SiteMemory
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

HEADLINE = "Tarn clinics share one rota"
PARAGRAPHS = [
    "Clinics on the three islands of the Tarn group will fill their shifts from one list in May.",
    "The list is kept by Lindqvist Rota, a firm of nine people that won the work in the summer.",
    "Nurses may swap shifts by telephone until the masts on the outer island have been mended.",
]
OTHERS = [
    "Brightwell has closed the last of its offices in the north, where forty people had worked.",
    "The building is to become a school of navigation, which the council had long asked for.",
    "Nobody has said yet what is to become of the records that are stored in its cellar now.",
]
HTML = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
WORDS = "Lindqvist Rota"


def page(inside: str, *, title: str = HEADLINE, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{inside}</body></html>"


def read(markup: str, **entry: Any) -> str:
    listed = an_entry(**({"title": HEADLINE, "summary": "", "content": ""} | entry))
    return extract(a_fetched_page(markup), entry=listed).text


def next_data(article: object) -> str:
    data = {"props": {"pageProps": {"menu": ["News"], "article": article}}}
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'


def state(article: object, name: str = "window.__INITIAL_STATE__") -> str:
    related = [{"title": "Brightwell closes", "body": " ".join(OTHERS)}]
    data = {"related": related, "pages": {"byId": {"7": article}}}
    return f"<script>{name} = {json.dumps(data)};</script>"


def json_ld(**block: object) -> str:
    values = {"@type": "NewsArticle", "headline": HEADLINE} | block
    return f'<script type="application/ld+json">{json.dumps(values)}</script>'


TREE = [
    {"type": "paragraph", "children": [{"text": "Clinics of the "}, {"type": "link", "children": [
        {"text": "Tarn"}]}, {"text": " group will fill their shifts from one list in May."}]},
    {"type": "image", "caption": "A photograph of the ferry that nobody has to read about here"},
    *({"type": "paragraph", "children": [{"text": one}]} for one in PARAGRAPHS[1:]),
]  # fmt: skip
PACKED = json.dumps({"title": HEADLINE, "body": HTML})


def attribute(name: str, value: object, tag: str = "div") -> str:
    return f'<{tag} {name}="{html.escape(json.dumps(value))}"></{tag}>'


def json_script(value: object) -> str:
    return f'<script type="application/json">{json.dumps(value)}</script>'


def chunks(*rows: str) -> str:
    """The rows as React sends them, in chunks that end anywhere."""
    stream = "".join(rows)
    parts = [stream[at : at + 90] for at in range(0, len(stream), 90)]
    start = "<script>(self.__next_f=self.__next_f||[]).push([0])</script>"
    return start + "".join(
        f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>" for part in parts
    )


def row(key: str, value: object) -> str:
    return f"{key}:{json.dumps(value)}\n"


def text_row(key: str, text: str) -> str:
    return f"{key}:T{len(text.encode()):x},{text}"


ELEMENTS = ["$", "article", None, {"children": [
    ["$", "h1", None, {"children": HEADLINE}],
    *(["$", "p", None, {"children": [one[:20], ["$", "b", None, {"children": one[20:]}]]}]
      for one in PARAGRAPHS)]}]  # fmt: skip
FLAT = [["Reactive", 1], {"post": 2, "others": 5}, {"title": 3, "body": 4}, HEADLINE, HTML, [6],
        {"title": 7, "body": 8}, "Brightwell closes", " ".join(OTHERS)]  # fmt: skip
EMPTY = '<div id="app"></div>'


@pytest.mark.parametrize(
    "held",
    [
        json_ld(articleBody=" ".join(PARAGRAPHS)),
        json_ld(articleBody=PARAGRAPHS),
        json_ld(articleBody=HTML),
        json_ld(articleBody=" ".join(PARAGRAPHS), isAccessibleForFree=False),
        f'<script type="text/template"><article><h1>{HEADLINE}</h1>{HTML}</article></script>',
        f'<script type="text/x-handlebars-template"><h2>{HEADLINE}</h2>{HTML}</script>',
        f'<script type="text/html"><h1>{HEADLINE}</h1>{HTML}</script>',
        f"<template><h1>{HEADLINE}</h1>{HTML}</template>",
        f"<noscript><h1>{HEADLINE}</h1>{HTML}</noscript>",
        next_data({"headline": HEADLINE, "body": HTML}),
        next_data({"title": HEADLINE, "content": {"blocks": TREE}}),
        next_data({"headlines": {"basic": HEADLINE}, "content_elements": [
            {"type": "text", "content": one} for one in PARAGRAPHS]}),
        state({"title": {"rendered": HEADLINE}, "content": {"rendered": HTML}}),
        state({"title": HEADLINE, "paragraphs": PARAGRAPHS}, "window['__PRELOADED_STATE__']"),
        state({"title": HEADLINE, "articleBody": HTML}, "self.a=1;var data"),
        state({"title": HEADLINE, "body": HTML}).replace('"related"', '"a": undefined, "related"'),
        f"<script>window.__S__ = JSON.parse({json.dumps(PACKED)})</script>",
        "<script>window.__S__ = JSON.parse('"
        + json.dumps({"title": HEADLINE, "body": " ".join(PARAGRAPHS)}) + "')</script>",
        f'<script>window.__S__ = JSON.parse(decodeURIComponent("{quote(PACKED)}"))</script>',
        attribute("data-page", {"component": "Story", "props": {"story": {
            "title": HEADLINE, "body": HTML}}}),
        attribute("data-props", {"headline": HEADLINE, "paragraphs": PARAGRAPHS}),
        attribute(":post", {"title": HEADLINE, "content": {"blocks": TREE}}, "story-view"),
        attribute("props", {"post": [0, {"title": [0, HEADLINE], "paragraphs": [
            1, [[0, one] for one in PARAGRAPHS]]}]}, "astro-island"),
        chunks(row("0", {"P": None}), row("5", ELEMENTS)),
        chunks(row("3", ["$", "$L2", None, {"story": {"title": HEADLINE, "body": "$1a"}}]),
               text_row("1a", HTML.replace("May", "May\u00a0–")), row("4", {"a": 1})),
        json_script(FLAT),
        json_ld(articleBody=html.escape(HTML)),
        f'<script type="text/x-jquery-tmpl"><h1>{HEADLINE}</h1>{HTML}</script>',
        f'<textarea id="text" style="display:none"><h2>{HEADLINE}</h2>{HTML}</textarea>',
        f"<h1>{HEADLINE}</h1><textarea hidden>{html.escape(HTML)}</textarea>",
        f"<h1>{HEADLINE}</h1><xmp>{HTML}</xmp>",
        json_script({"status": 200, "body": PACKED}),
        "<script>window.__S__ = JSON.parse(atob('"
        + b64encode(PACKED.encode()).decode() + "'))</script>",
        f'<script>window.app = {{story: {{title: "{HEADLINE}", body: "{HTML}"}}, n: 1}}</script>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("shown", [EMPTY, "<p>We value your privacy. Accept cookies.</p>"])
def test_an_article_that_only_scripts_would_show_is_read(held: str, shown: str) -> None:
    text = read(page(shown + held))
    assert WORDS in text
    assert "masts on the outer island" in text
    assert "Brightwell" not in text


def test_links_within_paragraphs_of_a_tree_keep_their_words() -> None:
    text = read(page(EMPTY + next_data({"title": HEADLINE, "body": TREE})))
    assert "Clinics of the Tarn group will fill" in text
    assert "photograph" not in text


def test_a_teaser_on_the_page_gives_way_to_the_whole_text() -> None:
    text = read(page(f"<article><p>{PARAGRAPHS[0]}</p></article>" + json_ld(articleBody=HTML)))
    assert text.split("\n") == PARAGRAPHS


def test_the_text_of_the_page_stays_where_it_says_as_much() -> None:
    shown = "".join(f"<p>{one}</p>" for one in (*PARAGRAPHS, *OTHERS))
    assert "Brightwell" in read(page(f"<article>{shown}</article>" + json_ld(articleBody=HTML)))


def test_a_page_that_shows_an_article_at_length_is_not_searched_for_a_longer_one() -> None:
    shown = "".join(f"<p>{number}: {one}</p>" for number in range(16) for one in PARAGRAPHS)
    longer = json_ld(articleBody="".join(f"<p>{n}. {OTHERS[0]}</p>" for n in range(200)))
    assert "Brightwell" not in read(page(f"<article>{shown}</article>" + longer))


def test_a_page_of_a_frame_that_recurs_is_read_from_its_structured_data() -> None:
    site = SiteMemory()
    for number in range(8):
        held = json_ld(
            headline=f"{HEADLINE} {number}",
            articleBody=f"<p>{HEADLINE} in ward {number}, the board has said.</p>{HTML}",
        )
        frame = "".join(f"<p>{one}</p>" for one in OTHERS)
        fetched = a_fetched_page(page(frame + held), f"https://outlet.example/{number}")
        entry = an_entry(title=f"{HEADLINE} {number}", summary="", content="")
        text = ""
        with suppress(RecurringText):  # until the frame is known to recur
            text = extract(fetched, entry=entry, site=site).text
    assert text.startswith(f"{HEADLINE} in ward 7")
    assert "Brightwell" not in text


def test_a_text_that_begins_with_the_teaser_is_the_article_whatever_its_title() -> None:
    held = next_data({"title": "Rotas", "body": HTML})
    assert WORDS in read(page(EMPTY + held), summary=f"{PARAGRAPHS[0][:70]}…")


@pytest.mark.parametrize(
    "held",
    [
        f'<script type="text/template">{HTML}</script>',
        f'<script type="text/x-handlebars-template">{html.escape(HTML)}</script>',
        f"<template>{HTML}</template>",
        f"<noscript>{HTML}</noscript>",
    ],
)
def test_a_template_without_a_headline_is_read_if_it_is_about_that_of_the_page(held: str) -> None:
    assert WORDS in read(page(EMPTY + held))
    with pytest.raises(Unreadable):
        read(page(EMPTY + held, title="Bridge opens at Corvant"), title="Bridge opens at Corvant")


@pytest.mark.parametrize(
    "held",
    [
        state(None),
        next_data({"title": "Brightwell closes", "body": " ".join(OTHERS)}),
        f'<script type="text/template"><h1>Brightwell closes</h1><p>{OTHERS[0]}</p></script>',
        json_ld(headline="Brightwell closes", articleBody=" ".join(OTHERS),
                url="https://outlet.example/brightwell"),
        next_data({"title": HEADLINE, "body": "Too short."}),
        f"<script>{'window.a = {' * 500}</script>",
        "<script>window.__S__ = JSON.parse(atob('%%%'))</script>",
        json_script({"body": "[" * 900}),
        f"<h1>{HEADLINE}</h1><form><textarea>{HTML}</textarea></form>",
        f"<h1>{HEADLINE}</h1>" + "<textarea hidden><p>Brightwell closes.</p></textarea>" * 2,
        "<script>window.__S__ = JSON.parse('{</script>",
    ],
)  # fmt: skip
def test_other_articles_are_not_taken_for_it(held: str) -> None:
    with pytest.raises(Unreadable):
        read(page(EMPTY + held))


@pytest.mark.parametrize(
    "held",
    [
        json_script([[1, 1], *([number + 2] * 9 for number in range(40))]),
        json_script([{"a": 1}, *([number + 2] * 9 for number in range(40))]),
        chunks(*(row(f"{n:x}", [f"${n + 1:x}"] * 9) for n in range(40))),
        chunks("1:Tffffffff,", "1:T0,1:T0,", "2:[", "zz"),
    ],
    ids=["flat", "flat objects", "references", "damaged rows"],
)
def test_data_that_refers_to_itself_many_times_is_read_within_a_bound(held: str) -> None:
    assert read(page(f"<article>{HTML}</article>{held}")).split("\n") == PARAGRAPHS
