"""Board papers, polled in a child process from a site on loopback: listing, papers, revisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from config.model import Source
from crawler.processes.inspect import inspect_source
from storage.model import StoredItem, TextState
from tests.support.content.pdfs import BROKEN, Page, Scan, a_pdf
from tests.support.crawls import Crawls, a_source, crawl_settings, titles
from tests.support.site import FakeSite, answer

PDF = "application/pdf"


def trust(site: FakeSite) -> Source:
    return a_source("bexley-vale", site.url("/board"), kind="boardpapers")


def list_papers(site: FakeSite, *links: str) -> None:
    """Put a listing of links on the site, each as HTML."""
    items = "".join(f"<li>{link}</li>" for link in links)
    page = f"<html lang='en'><main><h1>Board papers</h1><ul>{items}</ul></main></html>"
    site.page("/board", page, etag=f'"{hash(links)}"')


def put_paper(site: FakeSite, path: str, *pages: Page, etag: str | None = None) -> None:
    site.page(path, a_pdf(pages), content_type=PDF, etag=etag)


def a_page(about: str) -> list[str]:
    return [f"The board discussed {about} at length and noted", f"the report on {about} in full."]


def recently() -> str:
    return f"{datetime.now(UTC) - timedelta(days=3):%d %B %Y}"


def a_day_later(crawls: Crawls) -> None:
    """Have every page last asked for yesterday."""
    engine = create_engine(crawls.store.url)
    with engine.begin() as connection:
        connection.execute(text("update item set fetched_at = datetime(fetched_at, '-1 day')"))
    engine.dispose()


def only(crawls: Crawls) -> StoredItem:
    (item,) = crawls.items()
    return item


def test_a_pack_is_read_page_by_page(site: FakeSite, crawls: Crawls) -> None:
    put_paper(site, "/a.pdf", a_page("wards"), Scan(), BROKEN, a_page("Halcyon Health"))
    list_papers(site, '<a href="/a.pdf">Board pack, 26 March 2026 (PDF, 9MB)</a>')
    crawled = crawls.run(trust(site))
    assert crawled.code == 0
    assert crawled.report("bexley-vale")["completed"] == 1
    item = only(crawls)
    assert (item.title, item.kind, item.text_state) == (
        "Board pack, 26 March 2026",
        "boardpaper",
        TextState.FULL,
    )
    assert item.published_at == datetime(2026, 3, 26, tzinfo=UTC)
    assert [bool(page) for page in item.pages] == [True, False, False, True]
    assert item.body == "\n".join(item.pages)
    assert item.notice is not None
    assert dict(item.notice.facts) == {"pages": "4", "scanned pages": "2", "broken pages": "3"}


def test_a_paper_is_not_dated_by_its_review_or_by_a_date_that_cannot_be(
    site: FakeSite, crawls: Crawls
) -> None:
    policy = ["Review date: 1 March 2031", *a_page("wards")]
    site.page("/a.pdf", a_pdf([policy], created="D:20990101000000Z"), content_type=PDF)
    list_papers(site, '<a href="/a.pdf">Sickness policy</a>')
    crawls.run(trust(site))
    item = only(crawls)
    assert (item.published_at, item.published_raw) == (None, "D:20990101000000Z")
    assert "1 March 2031" in item.body


def test_papers_are_found_on_the_pages_of_meetings(site: FakeSite, crawls: Crawls) -> None:
    put_paper(site, "/m/c.pdf", a_page("Halcyon Health"))
    put_paper(site, "/a.pdf", a_page("wards"))
    site.page(
        "/m/26-march-2026",
        "<h1>Trust board, 26 March 2026</h1><a href='c.pdf'>Paper C</a><a href='/a.pdf'>A</a>"
        "<a href='/m/29-january-2026'>29 January 2026</a>",
    )
    list_papers(site, '<a href="/a.pdf">Minutes</a>', '<a href="/m/26-march-2026">26 March</a>')
    report = crawls.run(trust(site)).report("bexley-vale")
    assert (report["outcome"], report["listed"]) == ("ok", 2)
    assert sorted(titles(crawls.items())) == ["Minutes", "Trust board, 26 March 2026: Paper C"]
    assert site.requests("/m/29-january-2026") == []


def test_a_new_paper_on_a_meeting_page_is_found_though_the_listing_is_as_it_was(
    site: FakeSite, crawls: Crawls
) -> None:
    put_paper(site, "/c.pdf", a_page("Halcyon Health"))
    site.page("/m/26-march-2026", "<h1>Trust board</h1>")
    list_papers(site, '<a href="/m/26-march-2026">26 March 2026</a>')
    assert crawls.run(trust(site)).report("bexley-vale")["outcome"] == "empty"
    site.page("/m/26-march-2026", "<h1>Trust board</h1><a href='/c.pdf'>Paper C</a>")
    crawls.run(trust(site))
    assert (only(crawls).title, only(crawls).baseline) == ("Trust board: Paper C", False)


def test_another_file_at_the_same_address_is_a_revision(site: FakeSite, crawls: Crawls) -> None:
    put_paper(site, "/a.pdf", a_page("wards"), etag='"1"')
    list_papers(site, f'<a href="/a.pdf">Board pack, {recently()}</a>')
    crawls.run(trust(site))
    put_paper(site, "/a.pdf", a_page("Halcyon Health"), etag='"2"')
    a_day_later(crawls)
    report = crawls.run(trust(site)).report("bexley-vale")
    assert (report["listed"], report["revised"]) == (1, 1)
    assert (only(crawls).revision, "Halcyon Health" in only(crawls).body) == (2, True)


def test_papers_are_asked_for_again_once_a_day_and_conditionally(
    site: FakeSite, crawls: Crawls
) -> None:
    put_paper(site, "/a.pdf", a_page("wards"), etag='"1"')
    put_paper(site, "/old.pdf", a_page("old wards"), etag='"1"')
    list_papers(
        site,
        f'<a href="/a.pdf">Board pack, {recently()}</a>',
        '<a href="/old.pdf">Board pack, 26 March 2019</a>',
    )
    crawls.run(trust(site))
    site.forget()
    crawls.run(trust(site))
    assert site.requests("/a.pdf") == []
    a_day_later(crawls)
    crawls.run(trust(site))
    assert [one.headers["if-none-match"] for one in site.requests("/a.pdf")] == ['"1"']
    assert site.requests("/old.pdf") == []
    crawls.run(trust(site))
    assert len(site.requests("/a.pdf")) == 1


def test_another_version_in_the_address_is_a_revision_of_the_same_paper(
    site: FakeSite, crawls: Crawls
) -> None:
    put_paper(site, "/a.pdf?v=1", a_page("wards"))
    list_papers(site, f'<a href="/a.pdf?v=1">Board pack, {recently()}</a>')
    crawls.run(trust(site))
    put_paper(site, "/a.pdf?v=2", a_page("Halcyon Health"))
    list_papers(site, f'<a href="/a.pdf?v=2">Board pack, {recently()}</a>')
    report = crawls.run(trust(site)).report("bexley-vale")
    assert (report["new"], report["revised"]) == (0, 1)
    assert only(crawls).url == site.url("/a.pdf?v=2")
    site.forget()
    crawls.run(trust(site))
    assert site.requests("/a.pdf?v=2") == []


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        pytest.param(a_pdf([Scan(), Scan()]), "scanned", id="scanned"),
        pytest.param(a_pdf([["One"]], encrypted=True), "encrypted", id="encrypted"),
        pytest.param(b"<html>gone</html>", "not a PDF, despite its address", id="a-page"),
        pytest.param(a_pdf([[]]), "no text on any page", id="empty"),
    ],
)
def test_a_paper_that_cannot_be_read_is_thin_and_says_why(
    site: FakeSite, crawls: Crawls, paper: bytes, reason: str
) -> None:
    site.page("/a.pdf", paper, content_type=PDF)
    put_paper(site, "/b.pdf", a_page("wards"))
    list_papers(site, '<a href="/a.pdf">Halcyon</a>', '<a href="/b.pdf">Wards</a>')
    assert crawls.run(trust(site)).code == 0
    found = {item.title: (item.text_state, item.thin_reason) for item in crawls.items()}
    assert found == {"Halcyon": (TextState.THIN, reason), "Wards": (TextState.FULL, None)}


@pytest.mark.parametrize(
    "paper",
    [
        pytest.param(a_pdf([Scan(), Scan()]), id="scanned"),
        pytest.param(a_pdf([["One"]], encrypted=True), id="encrypted"),
    ],
)
def test_a_paper_without_text_is_not_fetched_again_until_it_is_another(
    site: FakeSite, crawls: Crawls, paper: bytes
) -> None:
    site.page("/a.pdf", paper, content_type=PDF, etag='"1"')
    list_papers(site, f'<a href="/a.pdf">Board pack, {recently()}</a>')
    crawls.run(trust(site))
    crawls.run(trust(site))
    assert len(site.requests("/a.pdf")) == 1
    a_day_later(crawls)
    crawls.run(trust(site))
    assert [one.headers.get("if-none-match") for one in site.requests("/a.pdf")] == [None, '"1"']
    put_paper(site, "/a.pdf", a_page("Halcyon Health"), etag='"2"')
    a_day_later(crawls)
    crawls.run(trust(site))
    assert "Halcyon Health" in only(crawls).body


def test_a_pack_of_fifty_megabytes_is_read_within_the_memory_of_a_crawl(
    site: FakeSite, crawls: Crawls
) -> None:
    pack = a_pdf([a_page("Halcyon Health")], padding=50 * 1024 * 1024)
    site.page("/a.pdf", pack, content_type=PDF)
    list_papers(site, '<a href="/a.pdf">Board pack</a>')
    assert crawls.run(trust(site)).code == 0
    assert "Halcyon Health" in only(crawls).body


def test_a_page_without_papers_tells_the_operator_what_to_do(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page("/board", "<html><main><a href='/about'>About us</a></main></html>")
    report = crawls.run(trust(site)).report("bexley-vale")
    assert report["outcome"] == "not-a-feed"
    assert "select.link" in report["errors"][0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(a_pdf([["One"]]), "a PDF, not a page", id="a-pdf"),
        pytest.param(b"  ", "an empty page", id="empty"),
    ],
)
def test_what_is_no_listing_says_so(site: FakeSite, crawls: Crawls, body: bytes, said: str) -> None:
    site.behave("/board", answer(body))
    report = crawls.run(trust(site)).report("bexley-vale")
    assert report["outcome"] == "not-a-feed"
    assert said in report["errors"][0]


def test_doctor_follows_one_meeting_and_tells_what_of_a_paper_was_read(site: FakeSite) -> None:
    put_paper(site, "/c.pdf", a_page("Halcyon Health"), Scan())
    site.page("/m/26-march-2026", "<h1>Trust board</h1><a href='/c.pdf'>Paper C</a>")
    list_papers(site, '<a href="/m/26-march-2026">26 March 2026</a>')
    steps = {step.step: step for step in inspect_source(trust(site), crawl_settings())}
    assert list(steps) == [
        *("fetch", "decode", "listing", "parts", "dates", "page"),
        *("extraction", "decision", "identity"),
    ]
    assert "1 entries, language not declared" in steps["parts"].lines
    assert {"pages: 2", "scanned pages: 2"} <= set(steps["extraction"].lines)
