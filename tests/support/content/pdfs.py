"""Makes small PDFs for tests, so that no binary is checked in.

    a_pdf([["Trust board", "26 March 2026"], Scan(), BROKEN])

A page is a list of lines in Helvetica, a scan (a picture and no text), nothing at all, or broken
(its object is missing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_CATALOG, _PAGES, _FONT, _PICTURE, _INFO, _LOCK = range(1, 7)
_FIRST_FREE = 7
_LINE_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class Scan:
    """A page that is a picture."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A page whose object is missing."""


BROKEN = Broken()
Page = Sequence[str] | Scan | Broken


def a_pdf(
    pages: Sequence[Page],
    *,
    title: str | None = None,
    created: str | None = None,
    encrypted: bool = False,
    padding: int = 0,
) -> bytes:
    """A PDF of these pages. `created` as PDF writes it, such as D:20260320093000Z.

    `encrypted`: it opens with a password only. `padding`: bytes of ballast.
    """
    kids = [_FIRST_FREE + 2 * number for number in range(len(pages))]
    objects: dict[int, bytes] = {
        _CATALOG: b"<< /Type /Catalog /Pages 2 0 R >>",
        _PAGES: b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids)),
        _FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _PICTURE: _stream(
            b"\x00\x80\xff\x40",
            b"/Type /XObject /Subtype /Image /Width 2 /Height 2 "
            b"/ColorSpace /DeviceGray /BitsPerComponent 8",
        ),
        _INFO: _info(title, created),
    }
    for page, kid in zip(pages, kids, strict=True):
        if isinstance(page, Broken):
            continue
        objects[kid] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> /XObject << /P1 4 0 R >> >> >>"
        ) % (kid + 1)
        objects[kid + 1] = _stream(_write_content(page))
    if padding:
        objects[max(objects) + 1] = _stream(b"\0" * padding)
    if encrypted:
        objects[_LOCK] = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
            b"4f" * 32,
            b"55" * 32,
        )
    return _file(objects, encrypted=encrypted)


def _write_content(page: Sequence[str] | Scan) -> bytes:
    if isinstance(page, Scan):
        return b"q 500 0 0 700 40 70 cm /P1 Do Q"
    lines = b"\n".join(b"(%s) Tj T*" % _escape(line) for line in page)
    return b"BT /F1 11 Tf %d TL 60 780 Td\n%s\nET" % (_LINE_HEIGHT, lines)


def _escape(line: str) -> bytes:
    raw = line.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _info(title: str | None, created: str | None) -> bytes:
    said = b""
    if title is not None:
        said += b"/Title (%s) " % _escape(title)
    if created is not None:
        said += b"/CreationDate (%s) " % _escape(created)
    return b"<< %s>>" % said


def _stream(data: bytes, about: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (about, len(data), data)


def _file(objects: dict[int, bytes], *, encrypted: bool) -> bytes:
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in sorted(objects.items()):
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(made), max(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        place = places.get(number)
        made += b"0000000000 65535 f \n" if place is None else b"%010d 00000 n \n" % place
    trailer = b"/Size %d /Root 1 0 R /Info 5 0 R" % size
    if encrypted:
        trailer += b" /Encrypt 6 0 R /ID [<%s> <%s>]" % (b"ab" * 16, b"ab" * 16)
    made += b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(made)
