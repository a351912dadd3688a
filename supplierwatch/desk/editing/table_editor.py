"""Reads, writes and removes declared tables, for the editors of sources and subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from config.editing.table_form import TableForm
from config.errors import EditRefused
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    is_foreign,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.page import PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _


class KeyedDraft(Protocol):
    """A declaration as a form holds it."""

    @property
    def key(self) -> str:
        """The key of the declaration."""
        ...

    @property
    def group(self) -> str:
        """Its group; empty for the default one."""
        ...


Draft = TypeVar("Draft", bound=KeyedDraft)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEditor(Generic[Draft]):
    """Edits the tables of one file.

    Args:
        form: of the tables.
        read: returns the draft of a key from the content of the file; None where there is none.
        drop: returns the content without the table of a key.
        text: returns a draft as a table of the file.
    """

    form: TableForm
    read: Callable[[bytes, str], Draft | None]
    drop: Callable[[bytes, str], bytes]
    text: Callable[[Draft], str]

    def open_file(self, request: PageRequest) -> ConfigText | PageResponse:
        """Read the file; where that fails, return an error page."""
        return read_config(request.source, self.form.file)

    def open_table(self, request: PageRequest) -> tuple[ConfigText, Draft] | PageResponse:
        """Read the file and the table of the path; return an error page where that fails."""
        file = self.open_file(request)
        if isinstance(file, PageResponse):
            return file
        try:
            draft = self.read(file.content, request.path["key"])
        except EditRefused as error:
            return not_found(str(error))
        if draft is None or is_foreign(request.source, draft.group):
            return not_found(
                _(
                    "There is no %(table)s of this name in %(file)s.",
                    table=_(self.form.table),
                    file=self.form.file,
                )
            )
        return file, draft

    def store(
        self,
        request: PageRequest,
        file: ConfigText,
        content: bytes,
        draft: Draft,
        existing: Draft | None,
    ) -> EditFailure | None:
        """Write a checked edit and record it; return the failure where that was not possible.

        Args:
            request: of the user.
            file: as it was read.
            content: the new content.
            draft: the new table.
            existing: the table before; None for a new one.
        """
        if content == file.content:
            return None
        failure = write_edit(file, content)
        if failure is None:
            note_edit(
                request,
                f"{self.form.table}-{'added' if existing is None else 'changed'}",
                draft.key,
                before="" if existing is None else self.text(existing),
                after=self.text(draft),
            )
        return failure

    def remove(self, request: PageRequest, file: ConfigText, draft: Draft) -> EditFailure | None:
        """Remove a table and record it; return the failure where that was not possible."""
        if request.values.get("base") != file.digest:
            return EditFailure(conflict=True)
        try:
            content = self.drop(file.content, draft.key)
        except EditRefused as error:
            return EditFailure(text=str(error))
        checked = try_edit(request.source, file, content)
        failure = checked if isinstance(checked, EditFailure) else write_edit(file, content)
        if failure is None:
            event = f"{self.form.table}-removed"
            note_edit(request, event, draft.key, before=self.text(draft), after="")
        return failure

    def read_existing(
        self, request: PageRequest, file: ConfigText, draft: Draft, failure: EditFailure | None
    ) -> tuple[ConfigText, Draft | None, EditFailure | None]:
        """Read the file again after a conflict.

        Returns:
            the file and the table in it now, None without a conflict, and the failure to show.
        """
        if failure is None or not failure.conflict:
            return file, None, failure
        current = self.open_file(request)
        file = file if isinstance(current, PageResponse) else current
        try:
            existing = self.read(file.content, draft.key)
            if existing is not None and is_foreign(request.source, existing.group):
                existing = None
            return file, existing, failure
        except EditRefused as error:
            return file, None, replace(failure, text=str(error), conflict=False)

    def build_values(
        self, file: ConfigText, draft: Draft, existing: Draft | None, failure: EditFailure | None
    ) -> Mapping[str, Any]:
        """Return the values of the templates that every editor has."""
        return {
            "draft": draft,
            "base": file.digest,
            "failure": failure,
            "existing": None if existing is None else self.text(existing),
            "text": self.text(draft),
            "file": self.form.file,
            "noun": _(self.form.table),
        }
