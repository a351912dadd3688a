"""Edits of watches, for the editor and the API: compiled as `check` does before they are saved."""

from __future__ import annotations

from alerts.query import QueryError, compile_query
from config.editing.watch_draft import WatchDraft, edit_watch, read_watch
from config.errors import EditRefused
from supplierwatch.desk.editing.file_edits import ConfigText, EditFailure, try_edit
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import CompiledConfiguration


def compile_edit(
    source: DeskSource, file: ConfigText, draft: WatchDraft, *, is_new: bool
) -> tuple[bytes, CompiledConfiguration] | EditFailure:
    """Return the content of the file with a draft, and the whole configuration with it."""
    try:
        existing = read_watch(file.content, draft.key)
        if is_new and existing is not None:
            return EditFailure(
                text=_("There is a watch %(key)s already: choose another key.", key=draft.key)
            )
        if not is_new and existing is None:
            return EditFailure(text=_("This watch is no longer in watches.toml."), conflict=True)
        if draft.query:
            compile_query(draft.query, suppliers=source.wired.suppliers)
        content = edit_watch(file.content, draft)
    except QueryError as error:
        return EditFailure(query=error)
    except EditRefused as error:
        return EditFailure(text=str(error))
    wired = try_edit(source, file, content)
    return wired if isinstance(wired, EditFailure) else (content, wired)


def draft_in_words(draft: WatchDraft | None) -> str:
    """Return the query or keywords of a watch as written; empty for none."""
    return "" if draft is None else draft.query or ", ".join(draft.keywords)
