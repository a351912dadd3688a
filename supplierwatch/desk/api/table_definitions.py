"""Resources that are tables of configuration files: read, add, replace, delete, by ETag."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic
from urllib.parse import quote

from pydantic import BaseModel

from config.errors import EditRefused
from storage.model import Change, Role
from supplierwatch.desk.api.edit_problems import open_config, problem_of
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import FLAG, Schema, extended
from supplierwatch.desk.api.writing import require_match, writing
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    is_foreign,
    write_edit,
)
from supplierwatch.desk.editing.table_kind import Draft, TableKind, assign_group
from supplierwatch.wiring import CompiledConfiguration

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDefinitions(Generic[Draft]):
    """The definitions of one kind of table.

    Args:
        kind: of the tables.
        path: of the resource of all.
        stays: what a removal leaves, for the description.
        example: a key, for the description.
        draft_of: returns the draft of a body.
        describe: returns the document of a draft.
        document: its schema.
        body: the model of an edit; `new_body` has the key too.
        new_body: the model of a new table.
        is_in_force: whether the configuration in force has a key.
        reader: the least role that may read a definition.
        removed: the word of the audit trail for a table that was deleted.
    """

    kind: TableKind[Draft]
    path: str
    stays: str
    example: str
    draft_of: Callable[[Any, str], Draft]
    describe: Callable[[Draft], dict[str, Any]]
    document: Schema
    body: type[BaseModel]
    new_body: type[BaseModel]
    is_in_force: Callable[[CompiledConfiguration, str], bool]
    reader: Role = Role.READER
    removed: str = "removed"

    @property
    def noun(self) -> str:
        """One of the tables, as in the audit trail."""
        return self.kind.form.table

    @property
    def file(self) -> str:
        """The name of their file."""
        return self.kind.form.file

    def show(self, request: ApiRequest) -> Answer:
        """Return a table as the file has it; an edit sends back its ETag."""
        return Answer(document=self.describe(self._find(self.open(request), request)))

    def make(self, request: ApiRequest) -> Answer:
        """Add a table."""
        draft = assign_group(request.source, self.draft_of(request.body, request.body.key))
        return self.save(request, self.open(request), draft, is_new=True)

    def change(self, request: ApiRequest) -> Answer:
        """Replace a table; settings that the document does not have stay."""
        file, found = self.open_matching(request)
        return self.save(request, file, self.draft_of(request.body, found.key), is_new=False)

    def delete(self, request: ApiRequest) -> Answer:
        """Remove a table."""
        file, draft = self.open_matching(request)
        content = self.kind.compile_removal(request.source, file, draft.key)
        if isinstance(content, EditFailure):
            raise problem_of(content, self.file)
        change = Change(
            action=f"{self.noun}.{self.removed}",
            subject=draft.key,
            before=self.kind.audit_text(draft),
        )
        answer = Answer(document=self._describe_saved(request, draft))
        return self._write(request, file, content, change, answer)

    def open_matching(self, request: ApiRequest) -> tuple[ConfigText, Draft]:
        """Read the file and the table of the path, of which the client has the present ETag.

        Raises:
            ApiProblem: 404, 409, 412 or 503.
        """
        file = self.open(request)
        found = self._find(file, request)
        require_match(request, self.describe(found))
        return file, found

    def save(self, request: ApiRequest, file: ConfigText, draft: Draft, *, is_new: bool) -> Answer:
        """Check and write a draft, and record it.

        Raises:
            ApiProblem: `check` refuses it, or it cannot be written.
        """
        edit = self.kind.compile_edit(request.source, file, draft, is_new=is_new)
        if isinstance(edit, EditFailure):
            raise problem_of(edit, self.file)
        before, after = self.kind.audit_texts(edit.existing, draft)
        change = Change(
            action=f"{self.noun}.{'added' if is_new else 'changed'}",
            subject=draft.key,
            before=before,
            after=after,
        )
        place = f"{BASE}{self.path}/{quote(draft.key, safe='')}/definition"
        answer = Answer(
            document=self._describe_saved(request, draft),
            status=201 if is_new else 200,
            location=place if is_new else None,
        )
        return self._write(request, file, edit.content, change, answer, self.kind.text(draft))

    def open(self, request: ApiRequest) -> ConfigText:
        """Read the file of the tables; raise `ApiProblem` where it cannot be read."""
        return open_config(request, self.file)

    def _find(self, file: ConfigText, request: ApiRequest) -> Draft:
        try:
            found = self.kind.read(file.content, request.values["key"])
        except EditRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        if found is None or is_foreign(request.source, found.group):
            raise ApiProblem(404, f"There is no {self.noun} of this name in {self.file}.")
        return found

    def _describe_saved(self, request: ApiRequest, draft: Draft) -> dict[str, Any]:
        in_force = self.is_in_force(request.source.wired, draft.key)
        return self.describe(draft) | {"in_force": in_force}

    def _write(
        self,
        request: ApiRequest,
        file: ConfigText,
        content: bytes,
        change: Change,
        answer: Answer,
        toml: str = "",
    ) -> Answer:
        with writing(request) as written:
            written.unit.audit.record(request.actor, change, request.now)
            written.finish(answer)
            failure = write_edit(file, content)  # last: a file is not rolled back
            if failure is not None:
                raise problem_of(failure, self.file, toml)
        event = change.action.replace(".", "-")
        log.info("desk.%s key=%s by=%s", event, change.subject, request.user.name)
        return answer

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the routes of the definitions."""
        saved = extended(self.document, in_force=FLAG)
        key = path_key(f"Key of the {self.noun}.", example=self.example)
        place = f"{self.path}/{{key}}/definition"
        return (
            Endpoint(
                name=f"{self.noun}-make",
                path=self.path,
                method="POST",
                handler=self.make,
                role=Role.EDITOR,
                summary=f"Add a {self.noun} to {self.file}",
                body=self.new_body,
                schema=saved,
                changes=True,
                creates=True,
            ),
            Endpoint(
                name=f"{self.noun}-definition",
                path=place,
                handler=self.show,
                role=self.reader,
                summary=f"A {self.noun} as {self.file} has it, with the ETag for an edit",
                parameters=(key,),
                schema=self.document,
            ),
            Endpoint(
                name=f"{self.noun}-change",
                path=place,
                method="PUT",
                handler=self.change,
                role=Role.EDITOR,
                summary=f"Replace the definition of a {self.noun}",
                parameters=(key,),
                body=self.body,
                schema=saved,
                changes=True,
                needs_if_match=True,
            ),
            Endpoint(
                name=f"{self.noun}-delete",
                path=place,
                method="DELETE",
                handler=self.delete,
                role=Role.EDITOR,
                summary=f"Remove a {self.noun} from {self.file}; {self.stays}",
                parameters=(key,),
                schema=saved,
                changes=True,
                needs_if_match=True,
            ),
        )
