"""Converts the bytes of a feed to UTF-8, and escapes bare ampersands. Pure."""

from __future__ import annotations

import re

from crawler.text.decode import decode
from crawler.text.markup import escape_ampersands

_DECLARED = re.compile(rb"(\A\s*+<\?xml[^<>]*?encoding\s*+=\s*+[\"'])[^\"'<>]*+", re.IGNORECASE)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def convert_to_utf8(body: bytes, content_type: str | None) -> bytes:
    """Convert a feed to UTF-8 without a byte-order mark, and declare that encoding.

    It is decoded by `crawler.text.decode`, so that no parser guesses the encoding.
    """
    text = decode(body, content_type=content_type, kind="xml").text
    return _DECLARED.sub(rb"\g<1>utf-8", text.encode("utf-8"), count=1)


def escape_bare_ampersands(body: bytes) -> bytes:
    """Escape the ampersands of XML in UTF-8 that begin no reference, outside CDATA sections."""
    text = body.decode("utf-8", "replace")
    parts = []
    at = 0
    while (begin := text.find(_CDATA, at)) >= 0:
        end = text.find(_CDATA_END, begin)
        end = len(text) if end < 0 else end
        parts += [escape_ampersands(text[at:begin]), text[begin:end]]
        at = end
    return "".join((*parts, escape_ampersands(text[at:]))).encode("utf-8")
