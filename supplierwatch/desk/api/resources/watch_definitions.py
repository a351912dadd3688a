"""The definitions of watches in watches.toml: make, change, delete, go back to a version."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from config.editing.watch_draft import WatchDraft, read_watch
from storage.model import Change, Role
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import LARGEST, Number, Parameter, Words
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import FLAG, extended
from supplierwatch.desk.api.watch_bodies import (
    DEFINITION,
    NewWatchBody,
    WatchBody,
    definition_json,
    draft_of,
    find_definition,
    open_file,
    problem_of,
)
from supplierwatch.desk.api.writing import require_match, writing
from supplierwatch.desk.file_edits import ConfigText, EditTrouble, write_edit
from supplierwatch.desk.watch_edits import compile_edit, compile_removal, draft_in_words

log = logging.getLogger(__name__)

KEY = Parameter(
    name="key",
    kind=Words(most=64),
    what="Key of the watch.",
    example="halcyon-trusts",
    place="path",
    required=True,
)
SAVED = extended(DEFINITION, in_force=FLAG)


def definition(request: ApiRequest) -> Answer:
    """Return a watch as watches.toml has it; its ETag is what an edit sends back."""
    found = find_definition(open_file(request), request.values["key"])
    return Answer(document=definition_json(found))


def make_watch(request: ApiRequest) -> Answer:
    """Add a watch to watches.toml."""
    body: NewWatchBody = request.body
    draft = draft_of(body, body.key)
    return _save(request, open_file(request), draft, is_new=True)


def change_watch(request: ApiRequest) -> Answer:
    """Replace the definition of a watch."""
    file, draft = _open_matching(request)
    return _save(request, file, draft_of(request.body, draft.key), is_new=False)


def restore_version(request: ApiRequest) -> Answer:
    """Put the query back that a version of a watch had, as written in canonical form."""
    file, draft = _open_matching(request)
    with request.source.store.reading() as unit:
        versions = unit.watches.versions(draft.key)
    wanted = [each for each in versions if each.version == request.values["number"]]
    if not wanted:
        raise ApiProblem(404, "This watch has no version of this number.")
    old = replace(draft, query=wanted[0].query, keywords=(), exact=False)
    return _save(request, file, old, is_new=False)


def delete_watch(request: ApiRequest) -> Answer:
    """Take a watch out of watches.toml; what it found stays."""
    file, draft = _open_matching(request)
    content = compile_removal(request.source, file, draft.key)
    if isinstance(content, EditTrouble):
        raise problem_of(content)
    change = Change(action="watch.deleted", subject=draft.key, before=draft_in_words(draft))
    answer = Answer(document=_saved(request, draft))
    return _write(request, file, content, change, answer)


def _open_matching(request: ApiRequest) -> tuple[ConfigText, WatchDraft]:
    file = open_file(request)
    found = find_definition(file, request.values["key"])
    require_match(request, definition_json(found))
    return file, found


def _save(request: ApiRequest, file: ConfigText, draft: WatchDraft, *, is_new: bool) -> Answer:
    compiled = compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(compiled, EditTrouble):
        raise problem_of(compiled)
    change = Change(
        action="watch.added" if is_new else "watch.changed",
        subject=draft.key,
        before=draft_in_words(read_watch(file.content, draft.key)),
        after=draft_in_words(draft),
    )
    place = f"{BASE}/watches/{quote(draft.key, safe='')}/definition"
    answer = Answer(
        document=_saved(request, draft),
        status=201 if is_new else 200,
        location=place if is_new else None,
    )
    return _write(request, file, compiled[0], change, answer, draft)


def _write(
    request: ApiRequest,
    file: ConfigText,
    content: bytes,
    change: Change,
    answer: Answer,
    draft: WatchDraft | None = None,
) -> Answer:
    with writing(request) as written:
        written.unit.audit.record(request.actor, change, request.now)
        written.finish(answer)
        trouble = write_edit(file, content)  # last: a file is not rolled back
        if trouble is not None:
            raise problem_of(trouble, draft)
    log.info(
        "desk.%s key=%s by=%s", change.action.replace(".", "-"), change.subject, request.user.name
    )
    return answer


def _saved(request: ApiRequest, draft: WatchDraft) -> dict[str, Any]:
    return definition_json(draft) | {"in_force": draft.key in request.source.wired.queries}


ENDPOINTS = (
    Endpoint(
        name="watch-make",
        path="/watches",
        method="POST",
        answer=make_watch,
        role=Role.EDITOR,
        summary="Add a watch to watches.toml",
        body=NewWatchBody,
        schema=SAVED,
        changes=True,
        makes=True,
    ),
    Endpoint(
        name="watch-definition",
        path="/watches/{key}/definition",
        answer=definition,
        role=Role.READER,
        summary="A watch as watches.toml has it, with the ETag for an edit",
        parameters=(KEY,),
        schema=DEFINITION,
    ),
    Endpoint(
        name="watch-change",
        path="/watches/{key}/definition",
        method="PUT",
        answer=change_watch,
        role=Role.EDITOR,
        summary="Replace the definition of a watch",
        parameters=(KEY,),
        body=WatchBody,
        schema=SAVED,
        changes=True,
        matches=True,
    ),
    Endpoint(
        name="watch-delete",
        path="/watches/{key}/definition",
        method="DELETE",
        answer=delete_watch,
        role=Role.EDITOR,
        summary="Take a watch out of watches.toml; what it found stays",
        parameters=(KEY,),
        schema=SAVED,
        changes=True,
        matches=True,
    ),
    Endpoint(
        name="watch-restore",
        path="/watches/{key}/versions/{number}/restore",
        method="POST",
        answer=restore_version,
        role=Role.EDITOR,
        summary="Put the query back that a version of a watch had",
        parameters=(
            KEY,
            Parameter(
                name="number",
                kind=Number(least=0, most=LARGEST),
                what="Number of the version.",
                example=1,
                place="path",
                required=True,
            ),
        ),
        schema=SAVED,
        changes=True,
        matches=True,
    ),
)
