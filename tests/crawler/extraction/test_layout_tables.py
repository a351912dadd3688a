"""Articles in tables that lay out a page, and tables of data in articles."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.extraction.cleaning.layout_tables import unfold_layout_tables
from tests.crawler.extraction.test_pages import STORY, a_page, read, told

TITLE = "Trust pauses records move"
MENU = "Home<br>Wards<br>Zorbiq"
ADVERT = "<td>Adverts<br>Buy Zorbiq today and get a ward tablet with it</td>"


def laid_out(cell: str) -> str:
    """A page of three columns: a menu, a cell, adverts."""
    return (
        f"<html><head><title>{TITLE}</title></head><body><table width='100%'><tr>"
        f"<td width='150'>{MENU}</td><td>{cell}</td>{ADVERT}</tr></table></body></html>"
    )


@pytest.mark.parametrize(
    "cell",
    [
        f"<h1>{TITLE}</h1>{told()}",
        f"<font size='4'><b>{TITLE}</b></font><br><br>{'<br><br>'.join(STORY)}",
        "<table>" + "".join(f"<tr><td>{one}</td></tr>" for one in STORY) + "</table>",
        f"<table><tr><td>{MENU}</td><td>{told()}</td></tr></table>",
        f"<div>{told(*STORY[:2])}</div><table><tr><td>{told(*STORY[2:])}</td></tr></table>",
    ],
    ids=["paragraphs", "line breaks", "a row each", "a table within", "two boxes"],
)
def test_an_article_in_a_cell_is_read_paragraph_by_paragraph(cell: str) -> None:
    text = read(laid_out(cell)).text
    assert text.split("\n") == list(STORY)


def test_cells_that_both_hold_prose_are_both_kept() -> None:
    cells = f"<td>{told(*STORY[:3])}</td><td>{told(*STORY[3:])}</td>"
    html = f"<html><body><h1>{TITLE}</h1><table><tr>{cells}</tr></table></body></html>"
    assert read(html).text.split("\n") == list(STORY)


def test_a_table_of_data_stays_with_its_rows_in_lines() -> None:
    rows = (("Ward", "Cost"), ("Fenmoor", "£1.2 million"), ("Quayside", "£3 million"))
    table = "".join(f"<tr><td>{ward}</td><td>{cost}</td></tr>" for ward, cost in rows)
    text = read(a_page(f"{told()}<table>{table}</table>{told(STORY[0] + ' Again.')}")).text
    assert "Fenmoor | £1.2 million\nQuayside | £3 million" in text
    assert "| Ward" not in text


@pytest.mark.parametrize(
    ("html", "tables"),
    [
        ("<table><tr><td>1</td><td>2</td></tr></table>", 0),
        ("<table role='presentation'><tr><td>Halcyon</td></tr></table>", 1),
        (f"<table><tr><td>{' '.join(['note'] * 60)}</td><td>3</td></tr></table>", 0),
        (f"<table><tr><td><p>{STORY[0]}</p><p>{STORY[1]}</p></td></tr></table>", 1),
        (f"<table><tr><td><table><tr><td>{' '.join(STORY)}</td></tr></table></td></tr></table>", 2),
    ],
    ids=["figures", "said so", "a long note", "paragraphs", "nested"],
)
def test_tables_of_data_are_told_from_those_that_lay_out(html: str, tables: int) -> None:
    document = lxml.html.document_fromstring(f"<html><body>{html}</body></html>")
    assert unfold_layout_tables(document) == tables
    assert len(list(document.iter("table"))) == html.count("<table") - tables
