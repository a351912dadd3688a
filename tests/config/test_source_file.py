"""A source is appended to sources.toml under a key of its host, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.editing.source_file import (
    append_source,
    check_new_key,
    is_address,
    make_source_key,
    read_address,
)
from config.errors import ConfigNotFound, EditRefused
from config.values.checks import check_key as valid_key
from config.values.invalid_value import InvalidValue
from tests.config.files import config_folder, load


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.ward-ledger.example/feed", "ward-ledger"),
        ("https://news.trolley.example/", "news-trolley"),
        ("http://127.0.0.1:8099/", "127-0-0-1"),
        ("https://gazette.example/feed", "gazette-2"),
    ],
)
def test_the_key_is_of_the_host(url: str, key: str) -> None:
    assert make_source_key(url, ["gazette"]) == key


@given(st.from_regex(r"https://[a-z0-9.-]{1,60}/", fullmatch=True))
def test_any_host_gives_a_valid_key(url: str) -> None:
    valid_key(make_source_key(url, []))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ward-ledger.example", "https://ward-ledger.example"),
        ("localhost:8000/feed", "http://localhost:8000/feed"),
        ("[::1]:8000/feed", "http://[::1]:8000/feed"),
        ("ward-ledger.example:8443/feed", "https://ward-ledger.example:8443/feed"),
        ("ward-ledger.example/a:80/b", "https://ward-ledger.example/a:80/b"),
        (" http://ward-ledger.example/feed ", "http://ward-ledger.example/feed"),
    ],
)
def test_an_address_is_read_as_typed(text: str, url: str) -> None:
    assert read_address(text) == url


@pytest.mark.parametrize(
    "text", ["ftp://x.example/", "https://u:p@x.example/", "a b.example", "//"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_address(text)


@pytest.mark.parametrize(("text", "meant"), [("gazette", False), ("x.org", True), ("a/b", True)])
def test_keys_and_addresses_are_told_apart(text: str, meant: bool) -> None:
    assert is_address(text) == meant


def test_a_key_that_is_in_use_or_none_is_refused() -> None:
    assert check_new_key("ward-ledger", ["gazette"]) == "ward-ledger"
    for key in ("gazette", "No Key"):
        with pytest.raises(InvalidValue):
            check_new_key(key, ["gazette"])


@pytest.mark.parametrize("ending", ["", "\n", "\n# the end", "\r\n"])
def test_a_source_is_added_at_the_end(tmp_path: Path, ending: str) -> None:
    before = '[[source]]\nkey = "gazette"\nkind = "feed"\nurl = "https://gazette.example/feed"'
    folder = config_folder(tmp_path, {"sources.toml": before + ending})
    [known] = load(folder).sources
    added = replace(known, key="ledger", url="https://ledger.example/", name='The "Ledger"')

    append_source(folder, added)

    first, second = load(folder).sources
    assert (first.key, second.key, second.url) == ("gazette", "ledger", "https://ledger.example/")
    assert second.name == 'The "Ledger"'
    assert (folder / "sources.toml").read_text(encoding="utf-8").startswith(before)


def test_a_file_without_tables_is_left_alone(tmp_path: Path) -> None:
    text = 'source = [{ key = "g", kind = "feed", url = "https://g.example/" }]\n'
    folder = config_folder(tmp_path, {"sources.toml": text})
    [known] = load(folder).sources
    with pytest.raises(EditRefused):
        append_source(folder, replace(known, key="ledger"))
    assert (folder / "sources.toml").read_text(encoding="utf-8") == text
    (folder / "sources.toml").unlink()
    with pytest.raises(ConfigNotFound):
        append_source(folder, known)
