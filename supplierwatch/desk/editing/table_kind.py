"""The kinds of tables that are edited: how each is read, written, checked and removed.

Pages and API edit by these, so that both refuse the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from config.editing.table_form import TableForm
from config.errors import EditRefused
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    EditSource,
    group_of_new,
    try_edit,
)
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import CompiledConfiguration


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
class CompiledEdit(Generic[Draft]):
    """An edit that `check` accepts, not written yet.

    `existing` is the table before, None for a new one; `configuration` the whole with the edit.
    """

    content: bytes
    existing: Draft | None
    configuration: CompiledConfiguration


def accept(_source: EditSource, _draft: object) -> EditFailure | None:
    """Check nothing before the whole configuration is checked."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableKind(Generic[Draft]):
    """A kind of table.

    Args:
        form: its file and name.
        read: returns the draft of a key from the content of the file; None where there is none.
        edit: returns the content with a draft added or replaced.
        drop: returns the content without the table of a key.
        text: returns a draft as a table of the file.
        audit_text: returns a draft as the audit trail has it.
        taken: says that there is a table with the key `%(key)s`; marked for translation.
        gone: says that the table of an edit was removed meanwhile; marked for translation.
        check: returns why a draft cannot be used, before the whole configuration is checked.
    """

    form: TableForm
    read: Callable[[bytes, str], Draft | None]
    edit: Callable[[bytes, Draft], bytes]
    drop: Callable[[bytes, str], bytes]
    text: Callable[[Draft], str]
    audit_text: Callable[[Draft], str]
    taken: str
    gone: str = ""
    check: Callable[[EditSource, Draft], EditFailure | None] = accept

    def compile_edit(
        self, source: EditSource, file: ConfigText, draft: Draft, *, is_new: bool
    ) -> CompiledEdit[Draft] | EditFailure:
        """Return the content of the file with a draft, as far as `check` accepts it."""
        try:
            existing = self.read(file.content, draft.key)
            if is_new and existing is not None:
                return EditFailure(text=_(self.taken, key=draft.key))
            if not is_new and existing is None:
                return EditFailure(text=_(self.gone) if self.gone else "", conflict=True)
            failure = self.check(source, draft)
            if failure is not None:
                return failure
            content = self.edit(file.content, draft)
        except EditRefused as error:
            return EditFailure(text=str(error))
        checked = try_edit(source, file, content)
        if isinstance(checked, EditFailure):
            return checked
        return CompiledEdit(content=content, existing=existing, configuration=checked)

    def audit_texts(self, existing: Draft | None, draft: Draft) -> tuple[str, str]:
        """Return an edited table before and after, for the audit trail; empty before a new one."""
        return "" if existing is None else self.audit_text(existing), self.audit_text(draft)

    def compile_removal(
        self, source: EditSource, file: ConfigText, key: str
    ) -> bytes | EditFailure:
        """Return the content of the file without a table, as far as `check` accepts it."""
        try:
            content = self.drop(file.content, key)
        except EditRefused as error:
            return EditFailure(text=str(error))
        checked = try_edit(source, file, content)
        return checked if isinstance(checked, EditFailure) else content


def assign_group(source: EditSource, draft: Draft) -> Draft:
    """Return a new draft in the group that its user sees."""
    return replace(draft, group=group_of_new(source))  # type: ignore[type-var]
