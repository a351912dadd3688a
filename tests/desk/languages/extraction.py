"""Extracts the texts of the desk: `python -m tests.desk.languages.extraction` renews the files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from supplierwatch.desk.languages import FOLDER

ROOT = Path(__file__).parents[3]
METHODS = [
    ("supplierwatch/desk/templates/**.html", "jinja2"),
    ("supplierwatch/desk/**.py", "python"),
    ("supplierwatch/formatting/**.py", "python"),
]
OPTIONS = {"supplierwatch/desk/templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {"mark_text": None}
TEMPLATE = FOLDER / "messages.pot"
WIDTH = 100  # columns
LEFT_OUT = (  # of the head of a file
    b'"Project-Id-Version:',
    b'"Report-Msgid-Bugs-To:',
    b'"POT-Creation-Date:',
    b'"PO-Revision-Date:',
    b'"Last-Translator:',
    b'"Language-Team:',
    b'"Generated-By:',
)


def extract_texts() -> Catalog:
    """Return all texts of the desk, without the lines where they stand, which change often."""
    catalog = Catalog(project="supplierwatch", charset="utf-8", fuzzy=False)
    catalog.header_comment = "# Texts of the desk of supplierwatch, made by `make texts`."
    found = sorted(
        extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS), key=lambda each: each[0]
    )
    for file, _, message, comments, context in found:
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def list_translations() -> Iterator[Path]:
    """Return the files of the languages."""
    return iter(sorted(FOLDER.glob("*/messages.po")))


def read_catalog(path: Path) -> Catalog:
    """Return a file of texts."""
    with path.open("rb") as file:
        return read_po(file, locale=None if path == TEMPLATE else path.parent.name)


def renew() -> None:
    """Write messages.pot again, and bring its texts into the file of each language."""
    extracted = extract_texts()
    write(TEMPLATE, extracted)
    for path in list_translations():
        catalog = read_catalog(path)
        catalog.update(extracted, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        write(path, catalog)


def write(path: Path, catalog: Catalog) -> None:
    """Write a file of texts; dates stay out, so that unchanged texts make an unchanged file."""
    written = io.BytesIO()
    write_po(written, catalog, width=WIDTH, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(LEFT_OUT)))


if __name__ == "__main__":
    renew()
