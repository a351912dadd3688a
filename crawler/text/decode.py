"""Decodes bytes to text: byte-order mark, HTTP header, declaration, then UTF-8. Pure.

Bytes that are valid UTF-8 with multi-byte sequences are decoded as UTF-8 in spite of any header:
text in another encoding is hardly ever valid UTF-8, and headers are often wrong. A single byte that
is not UTF-8 beside a letter is of Windows-1252: such words are pasted into UTF-8 pages and feeds.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER = re.compile(r"charset\s*+=\s*+[\"']?+([\w.:-]++)", re.IGNORECASE)
_PROLOG = re.compile(rb"\A\s*+<\?xml[^<>]*?encoding\s*+=\s*+[\"']([\w.:-]++)", re.IGNORECASE)
_META = re.compile(rb"<meta[^<>]+?charset\s*+=\s*+[\"']?+\s*+([\w.:-]++)", re.IGNORECASE)
_NARROW = re.compile(rb'[<{][A-Za-z?!"]')
_HEAD_BYTES = 4096  # in which a declaration is searched
_MIN_VALID_SHARE = 0.98  # of the bytes beyond ASCII, for a damaged text to count as UTF-8
# labels that stand for another encoding (WHATWG Encoding Standard)
_WHATWG_NAMES = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "x-sjis": "cp932", "ks_c_5601-1987": "cp949",
}  # fmt: skip

# those of browsers (WHATWG Encoding Standard). Others of Python decompress, evaluate escapes, take
# quadratic time or are no text encodings: base64, unicode_escape, punycode, undefined
_ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *(f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))),
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "gb18030", "big5", "big5hkscs"),
        *("euc-jp", "iso2022-jp", "euc-kr"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Decoded text, its encoding and why it was chosen, and the count of replacement characters."""

    text: str
    encoding: str
    replaced: int
    reason: str = ""


def decode(body: bytes, *, content_type: str | None, kind: Literal["html", "xml"]) -> Decoded:
    """Decode a document; control characters that do not occur in text are removed."""
    for bom, encoding in _BOMS:
        if body.startswith(bom) and not _is_narrow(body[len(bom) :], encoding):
            return _decode_as(body[len(bom) :], encoding, "it has a byte-order mark")
    for bom in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        body = body.removeprefix(bom)  # a wrong mark
    if not body.isascii() and is_utf8(body):
        return _decode_as(body, "utf-8", "its bytes are valid UTF-8, which precedes declarations")
    for name in _list_declared_encodings(body, content_type, kind):
        declared = _normalise_name(name)
        if declared is None or declared.startswith(("utf-16", "utf-32")):
            continue  # UTF-16 and UTF-32 without a byte-order mark or zero bytes: wrongly declared
        return _decode_as(body, declared, "it is declared")
    if body[:200].count(0) > len(body[:200]) // 5:
        wide = "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
        return _decode_as(body, wide, "every other byte is zero")
    if _is_mostly_utf8(body):
        return _decode_as(body, "utf-8", "nothing else is declared")
    return _decode_as(body, "cp1252", "nothing is declared, and it is not UTF-8")


def _is_narrow(body: bytes, encoding: str) -> bool:
    """Return whether markup has one byte per letter despite a mark of UTF-16 or UTF-32."""
    return encoding != "utf-8" and _NARROW.match(body) is not None


def _list_declared_encodings(body: bytes, content_type: str | None, kind: str) -> list[str]:
    names = []
    if content_type and (found := _HEADER.search(content_type)):
        names.append(found[1])
    head = body[:_HEAD_BYTES]
    patterns = (_PROLOG,) if kind == "xml" else (_META, _PROLOG)
    inside = [match[1] for pattern in patterns if (match := pattern.search(head))]
    return [*names, *(name.decode("ascii", "ignore") for name in inside)]


def _normalise_name(name: str) -> str | None:
    name = name.strip().lower()
    try:
        known = codecs.lookup(_WHATWG_NAMES.get(name, name)).name
    except LookupError:
        return None
    return known if known in _ENCODINGS else None


def is_utf8(body: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_BEYOND_ASCII = bytes(range(0x80, 0x100))


def _is_mostly_utf8(body: bytes) -> bool:
    """Return whether nearly all bytes beyond ASCII belong to valid UTF-8 sequences."""
    beyond = len(body) - len(body.translate(None, _BEYOND_ASCII))
    if not beyond:
        return True
    broken = body.decode("utf-8", "replace").count("�")
    return broken / beyond < 1 - _MIN_VALID_SHARE


def _has_more_utf8(body: bytes) -> bool:
    """Return whether more letters are in valid UTF-8 sequences than bytes are outside of them."""
    read = body.decode("utf-8", "replace")
    broken = read.count("\ufffd")
    return len(read) - len(body.translate(None, _BEYOND_ASCII)) - broken > broken


def _decode_as(body: bytes, encoding: str, reason: str) -> Decoded:
    if encoding != "utf-8" and not body.isascii() and _is_mostly_utf8(body):
        encoding, reason = "utf-8", f"nearly all its bytes are valid UTF-8, not {encoding}"
    try:
        text = body.decode(encoding)
        replaced = 0
    except UnicodeDecodeError:
        if encoding == "utf-8" and not _has_more_utf8(body):
            encoding, reason = "cp1252", "it is declared as UTF-8, but is not"
        text = body.decode(encoding, _MIXED if encoding == "utf-8" else "replace")
        replaced = text.count("�")
    return Decoded(
        text=_strip_controls(text) if _may_have_controls(body, encoding) else text,
        encoding=encoding,
        replaced=replaced,
        reason=reason,
    )


_MIXED = "supplierwatch-mixed"
# more often the rest of a truncated UTF-8 sequence than a letter of Windows-1252
_BEGINS_SEQUENCE = (0xC2, 0xC3)


def _decode_single_byte(error: UnicodeError) -> tuple[str, int]:
    """Handle an error of the UTF-8 codec: a single byte beside a letter is Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    body, start, end = error.object, error.start, error.end
    is_beside_letter = body[max(0, start - 1) : start].isalpha() or body[end : end + 1].isalpha()
    if end - start == 1 and is_beside_letter and body[start] not in _BEGINS_SEQUENCE:
        return body[start:end].decode("cp1252", "replace"), end
    return "�", end


codecs.register_error(_MIXED, _decode_single_byte)

# a regular expression: str.translate is slower than parsing the page
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


_CONTROL_BYTES = bytes((*range(9), 0x0B, *range(0x0E, 0x20), 0x7F))
_BYTE_ORDER_MARK = "\ufeff".encode()


def _may_have_controls(body: bytes, encoding: str) -> bool:
    """Return whether a text must be searched for controls; its bytes are searched faster."""
    if encoding != "utf-8" or _BYTE_ORDER_MARK in body:
        return True
    return len(body.translate(None, _CONTROL_BYTES)) != len(body)


def _strip_controls(text: str) -> str:
    return _SURROGATES.sub("", _CONTROLS.sub("", text))
