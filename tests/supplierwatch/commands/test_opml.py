"""Lists of feeds, from and to feed readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.editing.opml import Outline, build_source_tables, read_opml, write_opml
from config.editing.toml_writing import append_tables
from config.errors import NotOpml
from tests.supplierwatch.instance import an_instance
from tests.support.crawls import a_source

LIST = """<?xml version="1.0"?><opml version="1.0"><head/><body>
<outline text="Health">
  <outline text="The Harbour &quot;Ledger&quot;" xmlUrl="https://harbour.example/feed?a=1&amp;b=2"/>
  <outline text="Known" xmlUrl="http://www.ward-ledger.example/feed/"/>
  <outline title="Twice" xmlurl="https://twice.example/rss"/>
  <outline title="Twice" xmlUrl="https://twice.example/atom"/>
  <outline title="Twice" xmlUrl="https://twice.example/rss"/>
  <outline title="Secret" xmlUrl="https://me:hunter2@a.example/rss"/>
  <outline title="Files" xmlUrl="file:///etc/passwd"/>
</outline></body></opml>"""


def test_what_is_written_is_read_again() -> None:
    sources = [
        a_source("a", "https://a.example/feed?x=1&y=2", name='A & "B" <C>'),
        a_source("b", "https://b.example/feed", name="Büro"),
        a_source("c", "https://c.example/news", kind="sitemap"),
    ]
    read = read_opml(write_opml(sources, title="Ours"))
    assert read == (
        Outline(url="https://a.example/feed?x=1&y=2", title='A & "B" <C>'),
        Outline(url="https://b.example/feed", title="Büro"),
    )
    again = build_source_tables(read, keys=[], urls=[one.url for one in sources])
    assert (again.text, again.added, again.known) == ("", (), 2)


@pytest.mark.parametrize("document", [b"", b"<rss/>", b"<opml><body>", b"feeds"])
def test_what_is_no_list_is_refused(document: bytes) -> None:
    with pytest.raises(NotOpml, match="not OPML"):
        read_opml(document)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_lines_end_as_they_do_in_the_file(end: str) -> None:
    assert append_tables(f"# ours{end}x = 1", "a\nb") == f"# ours{end}x = 1{end}{end}a{end}b{end}"


def test_an_imported_list_stands_below_what_was_there(tmp_path: Path) -> None:
    here = an_instance(tmp_path)
    file = tmp_path / "feeds.opml"
    file.write_text(LIST)
    declared = next(tmp_path.rglob("sources.toml"))
    declared.write_text("# my own words\n" + declared.read_text())
    before = declared.read_text()
    result = here.run("sources", "--import-opml", str(file))
    assert result.exit_code == 0, result.output
    assert "3 sources added" in result.output
    assert "2 there already, 2 refused" in result.output
    assert "Secret" in result.output
    assert "hunter2" not in result.output
    assert "file:///etc/passwd" in result.output
    assert declared.read_text().startswith(before)
    assert here.run("check").exit_code == 0
    again = here.run("sources", "--import-opml", str(file))
    assert "0 sources added" in again.output
    out = tmp_path / "out.opml"
    assert here.run("sources", "--export-opml", str(out)).exit_code == 0
    assert Outline(
        url="https://harbour.example/feed?a=1&b=2", title='The Harbour "Ledger"'
    ) in read_opml(out.read_bytes())
    listed = here.run("sources", "--json").output
    assert all(f'"{key}"' in listed for key in ("the-harbour-ledger", "twice", "twice-2"))


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    here = an_instance(tmp_path)
    result = here.run("sources", "--import-opml", str(tmp_path / "none.opml"))
    assert result.exit_code == 2
    assert "none.opml cannot be read" in result.output.replace("\n", " ")
