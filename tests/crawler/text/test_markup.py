"""Only HTML elements are markup, only complete references are characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.markup import escape_ampersands, escape_text, has_markup, unescape
from crawler.text.plain_text import one_line, plain_text


@pytest.mark.parametrize(
    "written",
    [
        "Why <Halcyon> tags break the ward form",
        "Q&A: is p<0.05 and x<y enough?",
        "Trials with p<0.01, n>40",
        "if a<b and c>d",
        "I <3 the wards",
        "List<String> and Map<K,V>",
        "a << b >> c",
        "<Name>, <Ward name>",
        "An e-mail to <press@ward-ledger.example>",
        "AT&T and R&D",
        "?a=1&copy=3&reg=4&para=5",
        "Marks&Spencer; fish&chips",
        "&unknown; &T; & &",
        "5 < 6 > 4",
        "<Title> is a field of the form",
        "Enter <path> and <line>",
        "</Halcyon>",
        "<halcyon:form>",
        "The <Script> team, and why <style> matters",
    ],
)
def test_what_only_looks_like_markup_stays_as_written(written: str) -> None:
    assert one_line(written) == written
    assert one_line(f"<p>{written}</p>") == written
    assert not has_markup(written)


@pytest.mark.parametrize(
    ("fragment", "read"),
    [
        ("Big <b>news</b> now", "Big news now"),
        ("Big <B CLASS='x'>news</B> now", "Big news now"),
        ("one<br/>two<BR>three", "one two three"),
        ('<a href="/x?a=1&b=2">link</a>', "link"),
        ("<input disabled>text", "text"),
        ("<!-- a comment -->text", "text"),
        ("<o:p></o:p>text", "text"),
        ("text <script>var x = 1 < 2</script>", "text"),
        ("text <a href=", "text"),
        ("<svg><path d='M0 0'/></svg>text", "text"),
        ("&lt;b&gt; and &amp;amp;", "<b> and &amp;"),
        ("AT&amp;T &copy; 2026 &#8217; &#x2019;", "AT&T © 2026 ’ ’"),
        ("Fish &amp chips &nbsp too", "Fish & chips too"),
        ("Use the <form> <b>now</b>", "Use the now"),
        ("Use the <Form> <b>now</b>", "Use the <Form> now"),
        ("<Strong>Use</Strong> the<Br>form", "Use the form"),
        ("<p>Use the <Halcyon> form &copy=3</p>", "Use the <Halcyon> form &copy=3"),
    ],
)
def test_elements_and_references_are_resolved(fragment: str, read: str) -> None:
    assert one_line(fragment) == read


@given(st.text(alphabet="<>/&;#abpAx0 ='\"!-", max_size=60))
def test_escaped_text_reads_as_it_is(text: str) -> None:
    escaped = escape_text(text)
    assert escape_text(escaped) == escaped
    assert unescape(escape_ampersands(text)) == unescape(text)
    plain_text(text)


@given(st.text(max_size=60))
def test_escaped_characters_come_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert one_line(escaped) == " ".join(text.split())
