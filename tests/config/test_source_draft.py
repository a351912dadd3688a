"""Sources that are edited in their file: only their own lines change."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from config.editing.source_draft import (
    SourceDraft,
    drop_source,
    edit_source,
    read_source,
    source_text,
    switch_source,
)
from config.errors import EditRefused

FILE = """\
# our sources
[[source]]
key = "ward-ledger" # the first
kind = "feed"
url = "https://ward-ledger.example/feed"
name = "The Ward Ledger"

# found by hand
[[source]]
key = "trolley"
kind = "page"
url = "https://trolley.example/news"
every = "1h"
[source.select]
entry = "li.story" # each story
remove = [".advert"]

[[source]]
key = "last"
kind = "feed"
url = "https://last.example/feed"
select = { article = "main", remove = ["nav"] }
"""
LINES = FILE.encode()


def draft(key: str) -> SourceDraft:
    found = read_source(LINES, key)
    assert found is not None
    return found


def test_a_source_is_read_as_it_is_written() -> None:
    found = draft("trolley")
    assert (found.kind, found.texts, found.enabled) == ("page", {"every": "1h"}, True)
    assert found.select == {"entry": "li.story"}
    assert read_source(LINES, "nobody") is None


@pytest.mark.parametrize("key", ["ward-ledger", "trolley", "last"])
def test_a_source_that_is_saved_as_it_is_changes_nothing(key: str) -> None:
    assert edit_source(LINES, draft(key)) == LINES


def test_an_edit_changes_only_its_own_lines() -> None:
    after = edit_source(LINES, replace(draft("ward-ledger"), texts={"name": "Ledger"}))
    assert after.decode() == FILE.replace('name = "The Ward Ledger"', "name = 'Ledger'")

    after = edit_source(LINES, replace(draft("ward-ledger"), texts={}, verify_tls=False))
    assert after.decode() == FILE.replace('name = "The Ward Ledger"', "verify_tls = false")


def test_selectors_are_changed_in_their_table_and_others_stay() -> None:
    after = edit_source(LINES, replace(draft("trolley"), select={"entry": "article", "date": "b"}))
    table = tomllib.loads(after.decode())["source"][1]["select"]
    assert table == {"entry": "article", "date": "b", "remove": [".advert"]}
    assert "entry = 'article' # each story" in after.decode()

    after = edit_source(LINES, replace(draft("last"), select={}))
    assert tomllib.loads(after.decode())["source"][2]["select"] == {"remove": ["nav"]}


def test_selectors_of_a_source_without_any_come_on_one_line() -> None:
    after = edit_source(LINES, replace(draft("ward-ledger"), select={"entry": "a.b"}))
    assert "name = \"The Ward Ledger\"\nselect = {entry = 'a.b'}\n" in after.decode()


def test_a_new_source_comes_at_the_end() -> None:
    new = SourceDraft(
        key="new", kind="page", url="https://n.example/", texts={"name": "It's new"},
        select={"entry": "li > a"},
    )  # fmt: skip
    after = edit_source(LINES, new)
    assert after.decode() == f"{FILE}\n{source_text(new)}"
    assert read_source(after, "new") == new


def test_pausing_and_resuming_leaves_the_file_as_it_was() -> None:
    off = switch_source(LINES, "ward-ledger", enabled=False)
    assert off.decode() == FILE.replace(
        'name = "The Ward Ledger"\n', 'name = "The Ward Ledger"\nenabled = false\n'
    )
    assert switch_source(off, "ward-ledger", enabled=True) == LINES
    with pytest.raises(EditRefused, match="no source nobody"):
        switch_source(LINES, "nobody", enabled=False)


@pytest.mark.parametrize("key", ["ward-ledger", "trolley", "last"])
def test_a_source_is_removed_alone(key: str) -> None:
    after = drop_source(LINES, key)
    kept = [each["key"] for each in tomllib.loads(after.decode())["source"]]
    assert kept == [k for k in ("ward-ledger", "trolley", "last") if k != key]
    assert "# our sources" in after.decode()


def test_values_of_another_type_are_not_edited() -> None:
    broken = b'[[source]]\nkey = "a"\nkind = "feed"\nurl = "https://a.example"\nevery = 3\n'
    with pytest.raises(EditRefused, match="another type"):
        read_source(broken, "a")
