"""Imports feeds from OPML into sources.toml."""

from __future__ import annotations

from config.editing.opml import Import, build_source_tables, read_opml
from config.editing.toml_writing import append_tables
from config.errors import NotOpml
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    group_of_new,
    try_edit,
)
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

MAX_FILE = 512 * 1024  # bytes
MAX_FEEDS = 2_000
AUDITED = "from an OPML file"  # what the audit trail has in place of each table


def read_import(desk: DeskSource, content: bytes) -> Import | EditFailure:
    """Return what a file would add, or why it cannot be used."""
    try:
        outlines = read_opml(content)
    except NotOpml as error:
        return EditFailure(text=str(error))
    if len(outlines) > MAX_FEEDS:
        why = _(
            "The file has %(n)s feeds: %(most)s at most can be imported.",
            n=format_number(len(outlines)),
            most=format_number(MAX_FEEDS),
        )
        return EditFailure(text=why)
    declared = desk.wired.catalog.sources
    return build_source_tables(
        outlines,
        keys=[each.key for each in declared],
        urls=[each.url for each in declared],
        group=group_of_new(desk),
    )


def compile_import(desk: DeskSource, file: ConfigText, imported: Import) -> bytes | EditFailure:
    """Return the file with the new sources, or why it would be refused."""
    content = append_tables(file.content.decode("utf-8"), imported.text).encode()
    checked = try_edit(desk, file, content)
    return checked if isinstance(checked, EditFailure) else content
