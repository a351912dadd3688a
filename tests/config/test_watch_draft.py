"""An edit of one watch leaves every other byte of watches.toml as it was."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.editing.watch_draft import WatchDraft, edit_watch, read_watch, watch_text
from config.errors import EditRefused

FILE = """# What to look for

[[watch]]
key = "heron" # told since spring
query = '@heron AND trust' # not the bird
every_outlet = false

# About the second,
# in two lines
[[watch]]
  key   = 'corvid'
  label = "Corvid Data"
  keywords = [
    "corvid data", # the firm
    "corvid cloud",
  ]

[[watch]]
query = '''
(a
OR b)
'''
key = "both"
asides = false
# the end
"""


def edited(text: str, draft: WatchDraft) -> str:
    return edit_watch(text.encode(), draft).decode()


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def stored(text: str, key: str) -> WatchDraft:
    found = read_watch(text.encode(), key)
    assert found is not None
    return found


@pytest.mark.parametrize("key", ["heron", "corvid", "both"])
def test_a_watch_that_is_saved_as_it_was_changes_nothing(key: str) -> None:
    assert edited(FILE, stored(FILE, key)) == FILE


def test_a_query_changes_on_its_line_and_keeps_its_comment() -> None:
    after = edited(FILE, replace(stored(FILE, "heron"), query='@heron AND "acute trust"'))
    assert changed(FILE, after) == [
        "- query = '@heron AND trust' # not the bird",
        "+ query = '@heron AND \"acute trust\"' # not the bird",
    ]


def test_a_new_line_comes_before_the_comment_about_the_next_watch() -> None:
    after = edited(FILE, replace(stored(FILE, "heron"), label="Heron", asides=False))
    assert changed(FILE, after) == ["+ label = 'Heron'", "+ asides = false"]
    assert after.index("asides = false") < after.index("# About the second")


def test_a_query_takes_the_place_of_keywords_and_keeps_the_indent() -> None:
    after = edited(FILE, replace(stored(FILE, "corvid"), query="corvid", keywords=()))
    assert "\n  label = \"Corvid Data\"\n  query = 'corvid'\n\n[[watch]]" in after
    assert "keywords" not in after


def test_keywords_take_the_place_of_a_query() -> None:
    after = edited(FILE, replace(stored(FILE, "heron"), query="", keywords=("heron", "x y")))
    assert changed(FILE, after) == [
        "- query = '@heron AND trust' # not the bird",
        '+ keywords = ["heron", "x y"] # not the bird',
    ]


def test_a_query_of_several_lines_stays_one() -> None:
    after = edited(FILE, replace(stored(FILE, "both"), query="(a\nOR c)"))
    assert changed(FILE, after) == ["- OR b)", "+ OR c)"]


def test_what_is_set_back_to_its_default_leaves_the_file() -> None:
    after = edited(FILE, replace(stored(FILE, "corvid"), label=""))
    assert changed(FILE, after) == ['-   label = "Corvid Data"']
    assert changed(FILE, edited(FILE, replace(stored(FILE, "both"), asides=True))) == [
        "- asides = false"
    ]


@pytest.mark.parametrize(
    ("before", "begin"),
    [
        (b"", b"[[watch]]\n"),
        (b"# nothing yet", b"# nothing yet\n\n[[watch]]\n"),
        (b"[[watch]]\r\nkey = 'a'\r\nquery = 'b'\r\n", b"[[watch]]\r\nkey = 'a'\r\n"),
        (b"\xef\xbb\xbf", b"\xef\xbb\xbf[[watch]]\n"),
    ],
    ids=["empty", "comment", "crlf", "bom"],
)
def test_a_new_watch_comes_last(before: bytes, begin: bytes) -> None:
    draft = WatchDraft(key="wren", label="It's Wren", query='"wren" NOT bird')
    after = edit_watch(before, draft)
    assert after.startswith(begin)
    assert read_watch(after, "wren") == draft
    assert (b"\r\n" in before) == (b"\r\n" in after)
    assert after.count(b"\r\n") in (0, after.count(b"\n"))


def test_line_ends_byte_order_mark_and_a_missing_last_line_end_are_kept() -> None:
    for text in (FILE.replace("\n", "\r\n"), "\ufeff" + FILE, FILE.removesuffix("# the end\n")):
        after = edited(text, replace(stored(text, "both"), query="(a\nOR c)", every_outlet=True))
        assert changed(text, after) == ["- OR b)", "+ OR c)", "+ every_outlet = true"]
        assert after.startswith("\ufeff") == text.startswith("\ufeff")
    text = "[[watch]]\nquery = 'a'\nkey = 'b'"
    assert edited(text, WatchDraft(key="b", query="a", label="c")) == f"{text}\nlabel = 'c'\n"


def test_a_watch_in_an_array_is_changed_in_place() -> None:
    text = "watch = [\n  {key = 'a', query = 'x'}, # first\n  {key = 'b', query = 'y'},\n]\n"
    after = edited(text, WatchDraft(key="b", query="z", label="B"))
    assert "{key = 'a', query = 'x'}, # first" in after
    assert read_watch(after.encode(), "b") == WatchDraft(key="b", query="z", label="B")


@pytest.mark.parametrize(
    "text",
    ["[[watch]\n", "watch = 1\n", "watch = [1]\n", "watch = []\n", "\udcff"],
)
def test_a_file_of_another_form_is_refused_and_never_guessed_at(text: str) -> None:
    with pytest.raises(EditRefused):
        edit_watch(text.encode("utf-8", "surrogateescape"), WatchDraft(key="a", query="b"))


def test_the_text_to_paste_is_the_watch() -> None:
    draft = WatchDraft(key="wren", keywords=("wren data", 'a "b"'), exact=True, asides=False)
    assert watch_text(draft) == (
        '[[watch]]\nkey = \'wren\'\nkeywords = ["wren data", "a \\"b\\""]\n'
        "exact = true\nasides = false\n"
    )


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
DRAFTS = st.builds(
    WatchDraft,
    key=st.sampled_from(["heron", "corvid", "both", "new"]),
    label=TEXTS.map(str.strip),
    query=(TEXTS | st.sampled_from(["a'b", "'''", "a\n'''\nb", "x'", "\\", "a\nb'"])).map(
        lambda text: text.replace("\r", "").strip()
    ),
    keywords=st.lists(TEXTS, max_size=3).map(tuple),
    exact=st.booleans(),
    every_outlet=st.booleans(),
    summaries=st.booleans(),
    asides=st.booleans(),
)


@given(DRAFTS, st.booleans())
def test_any_draft_is_read_back_as_it_was_written_and_the_rest_stays(
    draft: WatchDraft, crlf: bool
) -> None:
    text = FILE.replace("\n", "\r\n") if crlf else FILE
    after = edited(text, draft)
    assert read_watch(after.encode(), draft.key) == draft
    was, now = (
        [each for each in tomllib.loads(one)["watch"] if each["key"] != draft.key]
        for one in (text, after)
    )
    assert now == was
    comments = ("# What to look for", "# About the second,", "# in two lines", "# the end")
    assert all(each in after for each in comments)
    assert edited(after, draft) == after
