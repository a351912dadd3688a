"""Forms with files: read as browsers send them, and refused where they are something else."""

from __future__ import annotations

import pytest

from supplierwatch.web.form_uploads import MAX_PARTS, read_upload

TYPE = "multipart/form-data; boundary=herons"


def body(*parts: tuple[str, bytes]) -> bytes:
    lines = [
        f"--herons\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    ]
    return b"".join([*lines, b"--herons--\r\n"])


def test_texts_and_files_are_told_apart_and_bytes_stay_as_they_are() -> None:
    content = bytes(range(256)) + b"\r\n\r\nend"
    read = read_upload(
        body(
            ('name="csrf"', b"a1"),
            ('name="word"', "für".encode()),
            ('name="file"; filename="a.opml"', content),
        ),
        TYPE,
    )
    assert read is not None
    assert read.values == {"csrf": "a1", "word": "für"}
    assert read.files == {"file": content}


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"a=1", "application/x-www-form-urlencoded"),
        (b"", TYPE),
        (b"x", "multipart/form-data"),
        (body(('name="a"', b"1")), "multipart/form-data; boundary=geese"),
        (body(*((f'name="n{n}"', b"") for n in range(MAX_PARTS + 1))), TYPE),
        (body(('name="a"', b"1")), "multipart/form-data; boundary=h\u00e9rons"),
    ],
    ids=["urlencoded", "empty", "no-boundary", "other-boundary", "many", "not-ascii"],
)
def test_what_is_no_such_form_is_refused(sent: bytes, kind: str) -> None:
    assert read_upload(sent, kind) is None


@pytest.mark.parametrize(
    "sent",
    [
        b"--herons\r\n\r\nno disposition\r\n--herons--",
        body(("", b"no name")),
        b"--herons\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\n--x--\r\n--herons--",
        b"--herons\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: form-data; name="a"\r\n\r\n@@@\r\n--herons--',
    ],
)
def test_damaged_parts_end_nothing(sent: bytes) -> None:
    read = read_upload(sent, TYPE)
    assert read is not None
    assert read.files == {}
