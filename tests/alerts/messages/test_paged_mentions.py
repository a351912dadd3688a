"""A mention in a board paper is told with its page, and its link leads there."""

from __future__ import annotations

from alerts.messages.render import render
from storage.model import ProcurementNotice, StoredItem
from tests.support.tellings import a_digest, a_finding, an_item, spans_of

PAGES = ("The board met.", "", "Halcyon Health is late.", "Nothing.", "Halcyon was discussed.")
PACK = "https://bexley-vale.example/pack.pdf"


def a_pack(**changes: object) -> StoredItem:
    return an_item(
        title="Board pack",
        kind="boardpaper",
        url=PACK,
        summary="",
        pages=PAGES,
        body="\n".join(PAGES),
        notice=ProcurementNotice(facts=(("pages", "5"), ("scanned pages", "2"))),
        **changes,
    )


def test_a_digest_names_the_page_of_the_sentence_and_all_pages_that_hit() -> None:
    message = render(a_digest(a_finding(a_pack(), "Halcyon")))
    assert "Page 3: *Halcyon* Health is late." in message.text
    assert "Found: Halcyon ×2 on pages 3 and 5" in message.text
    assert f"{PACK}#page=3" in message.text
    assert f'href="{PACK}#page=3"' in message.html
    assert "Page 3:" in message.html
    assert "on pages 3 and 5" in message.html


def test_a_digest_says_what_of_a_paper_could_not_be_read() -> None:
    message = render(a_digest(a_finding(a_pack(), "Halcyon")))
    assert "Page 2 is scanned and cannot be read." in message.text
    assert "Page 2 is scanned and cannot be read." in message.html


def test_each_watch_shows_its_own_page() -> None:
    pack = a_pack()
    digest = a_digest(
        a_finding(pack, "Health"), a_finding(pack, "discussed", watch="epr", suppliers=())
    )
    [entry] = digest.entries
    shown = [entry.excerpt, *entry.further]
    assert [one.page for one in shown if one is not None] == [3, 5]


def test_a_paper_found_by_its_title_alone_names_no_page() -> None:
    pack = a_pack()
    finding = a_finding(pack, "pack")
    assert {span.field for span in spans_of(pack, "pack")} == {"title"}
    message = render(a_digest(finding))
    assert "Page 3" not in message.text
    assert "#page" not in message.text


def test_an_article_without_pages_names_none() -> None:
    message = render(a_digest(a_finding(an_item(), "Halcyon")))
    assert "Page" not in message.text
    assert "#page" not in message.text
