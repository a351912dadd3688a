"""Encodes pages with the encoding errors of real publishers."""

from __future__ import annotations

_LOST = str.maketrans(dict.fromkeys("“”‘’–—", "â") | {"£": "ÂŁ"})


def encoded(page: str, how: str) -> tuple[bytes, str]:
    """Encode a page with an encoding error; returns the bytes and the Content-Type.

    utf-8: no error. cp1252: typographic quotes in a page declared as ISO-8859-1.
    declared-latin1: UTF-8 under a header that says otherwise. double-utf8: encoded twice.
    latin2-mojibake: UTF-8 that was read as ISO-8859-2 and stored again. lost-quotes: the same with
    all but the first byte of quotes and dashes lost on the way.
    """
    match how:
        case "cp1252":
            return page.encode("cp1252", "xmlcharrefreplace"), "text/html; charset=iso-8859-1"
        case "declared-latin1":
            return page.encode(), "text/html; charset=iso-8859-1"
        case "double-utf8":
            return _as_windows(page.encode()).encode(), "text/html; charset=utf-8"
        case "latin2-mojibake":
            return page.encode().decode("iso-8859-2").encode(), "text/html; charset=utf-8"
        case "lost-quotes":
            return page.translate(_LOST).encode(), "text/html; charset=utf-8"
    return page.encode(), "text/html; charset=utf-8"


def _as_windows(body: bytes) -> str:
    """Decode bytes as Windows-1252; bytes that it does not define become control characters."""
    made = []
    for byte in body:
        try:
            made.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            made.append(chr(byte))
    return "".join(made)
