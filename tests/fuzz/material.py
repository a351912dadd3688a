"""What cases are made of: texts, dates and addresses that break programs, and changes of bytes."""

from __future__ import annotations

import random
from collections.abc import Callable

TEXTS = (
    "Halcyon Health pauses its roll-out at Millbrook",
    "Corvid Data & the patient record: what next?",
    "Halcyon\r\nBcc: everybody@elsewhere.example\r\n\r\nbody",
    "Halcyon\nSubject: another\u2028X-Evil: 1\u2029\x85Y: 2",
    "=?utf-8?q?Halcyon=0D=0ABcc:_a=40b.example?=",
    "=?utf-8?b?SGFsY3lvbg==?= =?x?q?_?= Halcyon",
    "Halcyon \x00\x01\x08\x0b\x1b[31mred\x1b[0m\x7f",
    "Halcyon \ud800 \udfff \ufffe \uffff",
    "\u202eHalcyon\u202c \u2066Corvid Data\u2069 \u200b\u200d\ufeff",
    "<script>alert('Halcyon')</script><img src=x onerror=alert(1)>",
    "Halcyon &lt;b&gt;bold&lt;/b&gt; &amp;amp; &#x0; &#xD800; &#1114112; &nbsp;",
    "{{ 7 * 7 }} {% raw %} ${Halcyon} %(name)s {0.__class__}",
    "Halcyon'; DROP TABLE item; -- \" OR 1 NEAR( *",
    "https://evil.example/?halcyon=1&a=<b>\"c' Halcyon javascript:alert(1)",
    "Halcyon " + "very " * 300 + "long",
    "Halcyon" * 200,
    "Ha\u0301\u0327lcyon a" + "\u0301\u0327\u0323" * 40,
    "病院は電子記録を止めた Halcyon 病院" * 3,
    "مستشفى Halcyon توقف السجل הספר",
    "Halcyon’s “record” – â€œmojibakeâ€\x9d Ã©tÃ© caf\xe9",
    ".\r\n.\r\nHalcyon\r\n.\r\nMAIL FROM:<a@b.example>",
    "Halcyon" + "\u3000" * 250 + "." + "\u3000" * 250,
    "1,1,1,1,1,1 Halcyon 1.1.1.1 $$$ £4.2m 100%",
    "👩\u200d⚕️ Halcyon 🇬🇧🏴\U000e0067\U000e0062 \U0001f9d1\U0001f3fd",
    "From Halcyon\n>From the patient record\n-- \nsignature",
    "-Halcyon-- ]]> <!-- --> <![CDATA[ ]]&gt; Corvid Data",
    "ﬁle ﬀ Ⅳ ① ＨＡＬＣＹＯＮ halcyon İı ẞß ǅ",
    "",
    " \t\n",
    "-",
)
PROSE = (
    "Halcyon Health told the board of Millbrook that the patient record will be late.",
    "Corvid Data, which runs the wards' software, did not answer; Dr. Imani Okafor did.",
    "Members asked what it would cost over three years and who would answer for it.",
    "The contract is worth £4.2m. Two other trusts are watching closely.",
    "Nothing was decided on the day, and the committee meets again in the spring.",
    "Nurses on the wards said that letters still go astray in outpatient clinics.",
)
DATES = (
    "Tue, 24 Nov 2026 07:00:00 +0000",
    "2026-11-23T22:10:00Z",
    "Mon, 01 Jan 0001 00:00:00 +0000",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "0",
    "-1",
    "9999999999",
    "99999999999999999999",
    "2026202620-01-01",
    "Mon, 31 Feb 2026 25:61:61 +9999",
    "24/11/2026",
    "yesterday",
    "٢٤ نوفمبر ٢٠٢٦",
    "",
)
LINKS = (
    "https://ward-ledger.example/news/{n}",
    "/news/{n}",
    "//ward-ledger.example/{n}",
    "javascript:alert({n})",
    "data:text/html,<b>{n}</b>",
    "https://ward-ledger.example/{n}?a=1&b=2#<x>\"'",
    "https://ward-ledger.example/{n}\r\nX-Evil: 1",
    "https://user:pass@ward-ledger.example/{n}",
    "http://127.0.0.1\\@ward-ledger.example/{n}",
    "https://ward-ledger.example/" + "x" * 3000 + "{n}",
    "https://ward-ledger.example/é/%zz/%00/{n} with blanks",
    "https://[::1/{n}",
    "https://ward-ledger.example:99999/{n}",
    "https://xn--\u0130.example/{n}",
    "ftp://ward-ledger.example/{n}",
    "",
)


def text(rng: random.Random) -> str:
    """A text of one or more pieces."""
    return " ".join(rng.choices(TEXTS, k=rng.choice((1, 1, 1, 2, 3))))


def prose(rng: random.Random) -> str:
    """A paragraph in which something strange may stand."""
    parts = rng.choices(PROSE, k=rng.randint(2, 6))
    if rng.random() < 0.4:
        parts.insert(rng.randrange(len(parts)), text(rng))
    return " ".join(parts)


def changed(rng: random.Random, document: bytes) -> bytes:
    """The document after some changes of its bytes; often none."""
    if rng.random() < 0.45:
        return document
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        document = rng.choice(_CHANGES)(rng, document)
    return document[:400_000]


def _flip(rng: random.Random, document: bytes) -> bytes:
    made = bytearray(document)
    for _ in range(rng.randint(1, 8)):
        if made:
            made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)


def _cut_document(rng: random.Random, document: bytes) -> bytes:
    return document[: rng.randrange(len(document) + 1)]


def _drop(rng: random.Random, document: bytes) -> bytes:
    start = rng.randrange(len(document) + 1)
    return document[:start] + document[start + rng.randint(1, 200) :]


def _repeat(rng: random.Random, document: bytes) -> bytes:
    start = rng.randrange(len(document) + 1)
    piece = document[start : start + rng.randint(1, 120)]
    return document[:start] + piece * rng.choice((2, 3, 50)) + document[start:]


def _insert(rng: random.Random, document: bytes) -> bytes:
    start = rng.randrange(len(document) + 1)
    piece = rng.choice(_PIECES)
    return document[:start] + piece + document[start:]


def _swap(rng: random.Random, document: bytes) -> bytes:
    one, other = sorted(rng.randrange(len(document) + 1) for _ in range(2))
    return document[other:] + document[one:other] + document[:one]


_PIECES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n\r\n", b"<", b">", b"&", b"]]>", b"<![CDATA[",
    b"<!--", b"-->", b'"', b"'", b"</p>", b"<div>" * 100, b"</div>" * 100, b"<script>", b"&#0;",
    b"<!DOCTYPE rss [<!ENTITY a 'b'>]>", b'<?xml version="1.0" encoding="utf-16"?>', b"&a;",
    "病".encode("shift_jis"), "é".encode("latin-1"), b"<br>" * 60, b"[" * 60, b'{"a":', b"\\u0000",
    b"<title>", b"<item>", b"<entry>", b"<table><tr><td>", b"<a href='", b"<time datetime='",
    b"1," * 300, b" " * 500, b"\xe3\x80\x80" * 250, b"." * 500, b"<meta charset=utf-7>",
)  # fmt: skip
_CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _cut_document, _drop, _repeat, _insert, _insert, _swap,
)  # fmt: skip
