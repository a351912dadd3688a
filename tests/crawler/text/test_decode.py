"""What a page's bytes say, whatever its header claims (RELIABILITY C-16)."""

from __future__ import annotations

import codecs
import encodings
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.decode import decode

CAFE = "<p>The café’s £4 menu</p>"


def test_utf8_bytes_are_utf8_whatever_the_header_says() -> None:
    read = decode(CAFE.encode(), content_type="text/html; charset=iso-8859-1", kind="html")
    assert (read.text, read.encoding, read.replaced) == (CAFE, "utf-8", 0)


def test_latin1_bytes_under_a_header_that_says_utf8_are_read() -> None:
    body = "<p>The café of the ward</p>".encode("latin-1")
    read = decode(body, content_type="text/html; charset=utf-8", kind="html")
    assert read.text == "<p>The café of the ward</p>"


def test_the_quotes_of_windows_are_read_where_latin1_is_declared() -> None:
    body = "<p>“Enough,” she said – it’s over</p>".encode("cp1252")
    read = decode(body, content_type="text/html; charset=ISO-8859-1", kind="html")
    assert read.text == "<p>“Enough,” she said – it’s over</p>"
    assert read.encoding == "cp1252"


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        ("gb18030", "gb2312", "医院的系统推迟了"),
        ("cp932", "Shift_JIS", "病院のシステムが遅れた"),
        ("iso-8859-2", "iso-8859-2", "Szpital w Łodzi zapłacił"),
        ("cp1251", "windows-1251", "Больница заплатила"),
    ],
)
@pytest.mark.parametrize("place", ["header", "meta", "prolog"])
def test_a_declaration_counts_wherever_it_stands(
    encoding: str, declared: str, text: str, place: str
) -> None:
    head = {
        "header": "",
        "meta": f'<meta charset="{declared}">',
        "prolog": f'<?xml version="1.0" encoding="{declared}"?>',
    }[place]
    content_type = f"text/html; charset={declared}" if place == "header" else None
    body = f"{head}<p>{text}</p>".encode(encoding)
    kind = "xml" if place == "prolog" else "html"
    read = decode(body, content_type=content_type, kind=kind)  # type: ignore[arg-type]
    assert text in read.text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
    ids=["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"],
)
def test_a_byte_order_mark_settles_it(mark: bytes, encoding: str) -> None:
    read = decode(mark + CAFE.encode(encoding), content_type="text/html; charset=gbk", kind="html")
    assert read.text == CAFE


def test_utf16_without_a_mark_is_seen_by_its_zero_bytes() -> None:
    text = "<p>Trust pauses roll-out</p>"
    assert decode(text.encode("utf-16-le"), content_type=None, kind="html").text == text


def test_a_declaration_of_utf16_that_ascii_bytes_belie_is_ignored() -> None:
    body = b'<?xml version="1.0" encoding="utf-16"?><rss>late</rss>'
    assert "late" in decode(body, content_type=None, kind="xml").text


def test_one_bad_byte_does_not_turn_the_whole_text_into_another_encoding() -> None:
    body = ("<p>" + "Der Aufschub für Ärzte – “später” " * 40 + "</p>").encode() + b"\xe9 end"
    read = decode(body, content_type="text/html; charset=utf-8", kind="html")
    assert "für Ärzte – “später”" in read.text
    assert read.replaced == 1


@pytest.mark.parametrize("declared", [None, "text/html; charset=utf-8"])
def test_one_bad_byte_in_a_short_text_costs_that_byte_alone(declared: str | None) -> None:
    body = "<p>Café – “später”</p>".encode() + b"\xff end"
    html = b"<meta charset=utf-8>" + body if declared is None else body
    assert "Café – “später”" in decode(html, content_type=declared, kind="html").text


@pytest.mark.parametrize("word", ["Zoë", "it’s", "Núñez", "“so”", "später"])
def test_words_of_windows_within_utf8_are_read(word: str) -> None:
    around = "Der Aufschub für Ärzte – “später” " * 4
    body = f"<p>{around}".encode() + word.encode("cp1252") + b" said</p>"
    read = decode(body, content_type="text/html; charset=utf-8", kind="html")
    assert f"{word} said" in read.text
    assert around in read.text


def test_the_beginning_of_a_sequence_that_was_truncated_is_no_letter() -> None:
    body = ("<p>" + "Der Aufschub für Ärzte – “später” " * 4).encode() + b"caf\xc3 </p>"
    assert "caf\ufffd" in decode(body, content_type="text/html; charset=utf-8", kind="html").text


def test_latin1_with_an_accidental_sequence_is_not_taken_for_utf8() -> None:
    body = "Ärzte für später: Ã© größer, öfter".encode("cp1252")
    read = decode(body, content_type="text/html; charset=utf-8", kind="html")
    assert read.text.startswith("Ärzte für später")


def test_an_unknown_encoding_is_no_reason_to_fail() -> None:
    read = decode("<p>café</p>".encode("cp1252"), content_type="text/html; charset=x", kind="html")
    assert read.text == "<p>café</p>"


CODECS = sorted({module.name for module in pkgutil.iter_modules(encodings.__path__)})


@pytest.mark.parametrize("declared", [*CODECS, "base64", "hex", "rot13", "zip", "."])
def test_no_codec_of_python_breaks_a_page_or_runs_what_is_written_in_it(declared: str) -> None:
    """A page may declare any name; Python's own codecs unpack, run escapes, or raise."""
    plain = b"<p>The board\\u0041 hears +AGE- of records</p>"
    named = f"text/html; charset={declared}"
    assert decode(plain, content_type=named, kind="html").text == plain.decode()
    assert "records" in decode(b"\xe9" + plain, content_type=named, kind="html").text


def test_nul_and_control_characters_are_dropped_and_line_ends_kept() -> None:
    read = decode(b"<p>Hal\x00cyon\x0b\x1b\r\n\tHealth\x7f</p>", content_type=None, kind="html")
    assert read.text == "<p>Halcyon\r\n\tHealth</p>"


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=utf-16", "a; charset="]))
def test_any_bytes_give_a_text_that_a_database_takes(body: bytes, content_type: str | None) -> None:
    text = decode(body, content_type=content_type, kind="html").text
    assert "\x00" not in text
    text.encode("utf-8")
