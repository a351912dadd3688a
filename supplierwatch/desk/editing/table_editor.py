"""Reads, writes and removes declared tables, for the editors of sources and subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic

from config.editing.table_form import TableForm
from config.errors import EditRefused
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    is_foreign,
    note_edit,
    read_config,
    write_edit,
)
from supplierwatch.desk.editing.table_kind import CompiledEdit, Draft, TableKind
from supplierwatch.desk.page import PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEditor(Generic[Draft]):
    """The pages that edit the tables of one kind."""

    kind: TableKind[Draft]

    @property
    def form(self) -> TableForm:
        """Their file and name."""
        return self.kind.form

    def open_file(self, request: PageRequest) -> ConfigText | PageResponse:
        """Read the file; where that fails, return an error page."""
        return read_config(request.source, self.form.file)

    def open_table(self, request: PageRequest) -> tuple[ConfigText, Draft] | PageResponse:
        """Read the file and the table of the path; return an error page where that fails."""
        file = self.open_file(request)
        if isinstance(file, PageResponse):
            return file
        try:
            draft = self.kind.read(file.content, request.path["key"])
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
        draft: Draft,
        edit: CompiledEdit[Draft],
    ) -> EditFailure | None:
        """Write a checked edit and record it; return the failure where that was not possible.

        Args:
            request: of the user.
            file: as it was read.
            draft: the new table.
            edit: the same, compiled.
        """
        if edit.content == file.content:
            return None
        failure = write_edit(file, edit.content)
        if failure is None:
            event = f"{self.form.table}-{'added' if edit.existing is None else 'changed'}"
            before, after = self.kind.audit_texts(edit.existing, draft)
            note_edit(request, event, draft.key, before=before, after=after)
        return failure

    def remove(self, request: PageRequest, file: ConfigText, draft: Draft) -> EditFailure | None:
        """Remove a table and record it; return the failure where that was not possible."""
        if request.values.get("base") != file.digest:
            return EditFailure(conflict=True)
        compiled = self.kind.compile_removal(request.source, file, draft.key)
        failure = compiled if isinstance(compiled, EditFailure) else write_edit(file, compiled)
        if failure is None:
            event = f"{self.form.table}-removed"
            note_edit(request, event, draft.key, before=self.kind.audit_text(draft), after="")
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
            existing = self.kind.read(file.content, draft.key)
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
            "existing": None if existing is None else self.kind.text(existing),
            "text": self.kind.text(draft),
            "file": self.form.file,
            "noun": _(self.form.table),
        }
