"""How much JSON-LD of a page is read."""

from __future__ import annotations

import json

import lxml.html
import pytest

from crawler.metadata.json_ld import (
    MAX_ALL_JSON,
    MAX_BLOCKS,
    MAX_JSON,
    MAX_SCRIPTS,
    read_json_ld,
)
from crawler.metadata.structured_data import read_structured_data


def page(*scripts: str) -> lxml.html.HtmlElement:
    """A page with these scripts."""
    written = "".join(f'<script type="application/ld+json">{one}</script>' for one in scripts)
    return lxml.html.document_fromstring(f"<html><head>{written}</head><body>x</body></html>")


def headlines(*scripts: str) -> list[object]:
    """The headlines of the blocks that are read from a page with these scripts."""
    return [block.get("headline") for block in read_json_ld(page(*scripts)).blocks]


def block(headline: str, *, characters: int = 0) -> str:
    """A block of that many characters."""
    empty = json.dumps({"headline": headline, "x": ""})
    return json.dumps({"headline": headline, "x": "y" * (characters - len(empty))})


def test_a_script_beyond_its_limit_is_left_out_and_the_next_one_is_read() -> None:
    long = block("long", characters=MAX_JSON + 1)
    assert headlines(long, block("next")) == ["next"]
    assert headlines(block("just", characters=MAX_JSON)) == ["just"]


def test_all_scripts_of_a_page_together_have_a_limit() -> None:
    many = [block(str(n), characters=MAX_JSON) for n in range(MAX_ALL_JSON // MAX_JSON + 2)]
    assert headlines(*many, block("small")) == ["0", "1", "2", "3"]
    assert headlines(*many[:3], block("small")) == ["0", "1", "2", "small"]


def test_no_more_scripts_are_read_than_any_page_has() -> None:
    read = headlines(*(block(str(n)) for n in range(MAX_SCRIPTS + 10)))
    assert read == [str(n) for n in range(MAX_SCRIPTS)]


def test_no_more_blocks_of_a_script_are_read_than_any_page_has() -> None:
    graphs = ",".join(
        '{"@graph": [' + ",".join(block(f"{at}.{n}") for n in range(30)) + "]}" for at in range(30)
    )
    assert len(headlines(f"[{graphs}]")) < MAX_BLOCKS  # lists count too


@pytest.mark.parametrize("name", ["@type", "headline", "author", "@graph", "articleBody"])
def test_values_within_values_break_no_page(name: str) -> None:
    """At some depth a value can still be read, and no longer be written."""
    for depth in (100, 500, *range(900, 1010, 3)):
        nested = "[" * depth + '"x"' + "]" * depth
        read_structured_data(page(f'{{"@type": "NewsArticle", "{name}": {nested}}}'))
