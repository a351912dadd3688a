"""Board papers that swell, loop, are locked, or are no PDF."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tests.attack.party import Party, page
from tests.attack.press.hostile_pages import MB, PDF
from tests.support.content.pdfs import a_pdf
from tests.support.site import answer

TEXT = b"BT /F1 11 Tf 60 780 Td (halcyon) Tj ET\n"


def with_object(number: int, written: bytes) -> bytes:
    """A PDF of one page with one of its objects replaced; readers look for the objects then."""
    plain = a_pdf([["Board papers of Halcyon"]])
    start = plain.index(b"%d 0 obj" % number)
    end = plain.index(b"endobj", start)
    return plain[:start] + b"%d 0 obj\n%s\n" % (number, written) + plain[end:]


def nested_filters() -> bytes:
    """A page whose stream is packed ten times: 2 kB that swell to gigabytes."""
    packed = TEXT * (300 * MB // len(TEXT))
    for _ in range(3):
        packed = zlib.compress(packed, 9)
    filters = b"/FlateDecode " * 3
    return with_object(
        8,
        b"<< /Filter [%s] /Length %d >>\nstream\n%s\nendstream" % (filters, len(packed), packed),
    )


def many_filters() -> bytes:
    """A page whose stream names a hundred thousand filters."""
    packed = zlib.compress(TEXT)
    return with_object(
        8,
        b"<< /Filter [%s] /Length %d >>\nstream\n%s\nendstream"
        % (b"/FlateDecode " * 100_000, len(packed), packed),
    )


def pages_within_each_other() -> bytes:
    """A tree of pages that has itself as a branch."""
    return with_object(2, b"<< /Type /Pages /Count 9999999 /Kids [2 0 R 2 0 R 7 0 R 2 0 R] >>")


def table_of_contents_that_loops() -> bytes:
    """A table of objects whose predecessor is itself."""
    plain = a_pdf([["Board papers of Halcyon"]])
    place = plain.rindex(b"startxref") + len(b"startxref\n")
    start = plain[place:].split(b"\n")[0]
    return plain.replace(b"trailer\n<<", b"trailer\n<< /Prev %s" % start)


def stream_of_objects() -> bytes:
    """A stream of objects of 300 kB that swells by a thousand."""
    swollen = zlib.compress(b"1 0 2 10 " + b"<< >> " * (50 * MB), 9)
    return (
        b"%%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 50000000 /First 9 /Filter /FlateDecode "
        b"/Length %d >>\nstream\n%s\nendstream\nendobj\n"
        b"trailer\n<< /Root 2 0 R /Size 3 >>\nstartxref\n0\n%%%%EOF" % (len(swollen), swollen)
    )


PAPERS: dict[str, Callable[[], bytes]] = {
    "nested-filters": nested_filters,
    "many-filters": many_filters,
    "pages-10000": lambda: a_pdf([["Halcyon on page"]] * 10_000),
    "pages-loop": pages_within_each_other,
    "xref-loop": table_of_contents_that_loops,
    "object-stream": stream_of_objects,
    "locked": lambda: a_pdf([["Board papers of Halcyon"]], encrypted=True),
    "nothing": lambda: b"",
    "head-alone": lambda: b"%PDF-1.7\n",
    "html": lambda: b"<html><body>Halcyon</body></html>",
    "cut-short": lambda: a_pdf([["Halcyon on page"]] * 500)[:20_000],
    "lines-500000": lambda: a_pdf([["Halcyon"] * 500_000]),
}


def paper_party(name: str, make: Callable[[], bytes]) -> Party:
    """A trust with one paper beside one that is sound."""
    return Party(
        key=f"paper-{name}",
        kind="boardpapers",
        listing=lambda: answer(
            "<main><h1>Board papers</h1><h2>1 October 2026</h2>"
            '<a href="/odd.pdf">Halcyon papers</a><a href="/sound.pdf">Sound papers</a></main>'
        ),
        pages={
            "/odd.pdf": page(make, content_type=PDF),
            "/sound.pdf": page(lambda: a_pdf([["Sound papers of the board"]]), content_type=PDF),
        },
    )


PARTIES = tuple(paper_party(name, make) for name, make in PAPERS.items())
