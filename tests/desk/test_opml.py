"""Feeds as OPML: what a file would add is shown first; uploads are bounded."""

from __future__ import annotations

import pytest

from tests.desk.browser import Browser, Page, RunningDesk
from tests.desk.forms import form_of, take_up
from tests.supplierwatch.instance import SOURCES

OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>mine</title></head><body>
<outline text="News">
<outline type="rss" text="Bed Times" xmlUrl="https://bedtimes.example/feed"/>
<outline type="rss" text="Ledger" xmlUrl="http://www.ward-ledger.example/feed/"/>
<outline type="rss" text="Old" xmlUrl="gopher://old.example/feed"/>
</outline></body></opml>"""


def upload(browser: Browser, content: bytes | str) -> Page:
    page = browser.ask("/opml")
    raw = content.encode() if isinstance(content, str) else content
    return browser.ask("/opml", {"csrf": page.csrf}, file=("file", raw))


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "sources.toml").read_text(encoding="utf-8")


def test_a_file_is_shown_first_and_then_added(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = upload(browser, OPML)
    assert page.code == 200
    assert "1 new, 1 there already, 1 refused." in page.words
    assert "gopher://old.example/feed" in page.words
    assert file_of(desk) == SOURCES

    values = form_of(page).values
    form = {name: values[name] for name in ("csrf", "job", "base")}
    page = browser.ask("/opml/add", form)

    assert "1 source added to sources.toml" in page.words
    table = (
        '\n[[source]]\nkey = "bed-times"\nkind = "feed"\nurl = "https://bedtimes.example/feed"\n'
    )
    assert file_of(desk) == f'{SOURCES}{table}name = "Bed Times"\n'
    take_up(desk)
    assert browser.ask("/sources/bed-times").heading == "Bed Times"


def test_nothing_is_added_where_the_file_was_changed_or_another_user_asks(
    desk: RunningDesk,
) -> None:
    browser = desk.browser("editor")
    values = form_of(upload(browser, OPML)).values
    form = {name: values[name] for name in ("csrf", "job", "base")}
    other = desk.browser("operator")
    theirs = form | {"csrf": other.ask("/opml").csrf}
    assert other.ask("/opml/add", theirs).code == 404
    desk.instance.write("sources.toml", f"{SOURCES}\n# mine\n")
    page = browser.ask("/opml/add", form)
    assert page.code == 400
    assert "was changed meanwhile" in page.words
    assert file_of(desk) == f"{SOURCES}\n# mine\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Choose a file"),
        ("<html></html>", "not OPML"),
        ("no xml", "not OPML"),
        (b"\xff\xfe\x00", "not OPML"),
        (
            '<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
            '<opml><body><outline xmlUrl="&b;"/></body></opml>',
            "0 new",
        ),
        ('<!DOCTYPE o SYSTEM "file:///etc/passwd"><opml><body/></opml>', "0 new"),
        (
            "<opml><body>"
            + "".join(f'<outline xmlUrl="https://f{n}.example/"/>' for n in range(2_001))
            + "</body></opml>",
            "2,000 at most can be imported",
        ),
    ],
    ids=["nothing", "html", "text", "bytes", "entities", "outside", "many"],
)
def test_what_is_no_list_of_feeds_is_refused(
    desk: RunningDesk, content: str | bytes, words: str
) -> None:
    page = upload(desk.browser("editor"), content)
    assert words in page.words
    assert file_of(desk) == SOURCES


def test_an_upload_is_bounded_and_read_of_those_alone_who_are_signed_in(
    desk: RunningDesk,
) -> None:
    browser = desk.browser("editor")
    large = OPML.replace("<body>", f"<body><!--{'x' * 300_000}-->")
    assert "1 new" in upload(browser, large).words
    csrf = browser.ask("/opml").csrf
    with pytest.raises(OSError):  # noqa: PT011  # the connection is closed
        browser.ask("/opml", {"csrf": csrf}, file=("file", b"x" * 700_000))
    assert browser.ask("/opml", {"csrf": csrf}, file=("file", b"x" * 540_000)).code == 413
    stranger = desk.browser().ask("/opml", {"csrf": ""}, file=("file", OPML.encode()))
    assert (stranger.code, stranger.headers["location"]) == (303, "/sign-in")
    assert browser.ask("/opml", {"csrf": ""}, file=("file", OPML.encode())).code == 403
    with pytest.raises(OSError):  # noqa: PT011  # no other address takes so much
        browser.ask("/new-source", {"csrf": csrf, "address": "x" * 300_000})


def test_the_export_is_what_a_feed_reader_takes(desk: RunningDesk) -> None:
    browser = desk.browser("reader")
    page = browser.ask("/opml/export")
    assert "attachment" in page.headers["content-disposition"]
    assert 'xmlUrl="https://ward-ledger.example/feed"' in page.text
    assert "Download 2 feeds" in browser.ask("/opml").words
    assert "Import" not in browser.ask("/opml").words
