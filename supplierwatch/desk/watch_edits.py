"""Edits of watches, for the editor and the API: compiled as `check` does before they are saved."""

from __future__ import annotations

from alerts.query import QueryError, compile_query
from config.editing.table_file import read_file_tables, remove_table
from config.editing.watch_draft import FORM, WatchDraft, edit_watch, read_watch
from config.errors import EditRefused
from supplierwatch.desk.file_edits import ConfigText, EditTrouble, try_edit
from supplierwatch.desk.page import DeskSource
from supplierwatch.wiring import CompiledConfiguration


def compile_edit(
    source: DeskSource, file: ConfigText, draft: WatchDraft, *, is_new: bool
) -> tuple[bytes, CompiledConfiguration] | EditTrouble:
    """Return the file as it would be with a draft, and the whole configuration with it."""
    try:
        there = read_watch(file.content, draft.key)
        if is_new and there is not None:
            return EditTrouble(text=f"There is a watch {draft.key} already: choose another key.")
        if not is_new and there is None:
            return EditTrouble(text="This watch is no longer in watches.toml.", conflict=True)
        if draft.query:
            compile_query(draft.query, suppliers=source.wired.suppliers)
        content = edit_watch(file.content, draft)
    except QueryError as error:
        return EditTrouble(query=error)
    except EditRefused as error:
        return EditTrouble(text=str(error))
    wired = try_edit(source, file, content)
    return wired if isinstance(wired, EditTrouble) else (content, wired)


def compile_removal(source: DeskSource, file: ConfigText, key: str) -> bytes | EditTrouble:
    """Return the file without a watch, unless something else of the configuration needs it."""
    try:
        keys = [each.get("key") for each in read_file_tables(file.content, FORM)]
        if key not in keys:
            return EditTrouble(text="This watch is no longer in watches.toml.", conflict=True)
        content = remove_table(file.content, FORM, keys.index(key))
    except EditRefused as error:
        return EditTrouble(text=str(error))
    wired = try_edit(source, file, content)
    return wired if isinstance(wired, EditTrouble) else content


def draft_in_words(draft: WatchDraft | None) -> str:
    """Return what a watch looks for as it is written; empty for none."""
    return "" if draft is None else draft.query or ", ".join(draft.keywords)
