"""The definitions of watches in watches.toml: add, replace, delete, restore a version."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from config.editing.watch_draft import WatchDraft, read_watch
from storage.model import Change, Role
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key, path_number
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
from supplierwatch.desk.editing.file_edits import ConfigText, EditFailure, write_edit
from supplierwatch.desk.editing.watch_edits import compile_edit, compile_removal, draft_in_words

log = logging.getLogger(__name__)

KEY = path_key("Key of the watch.", example="halcyon-trusts")
SAVED = extended(DEFINITION, in_force=FLAG)


def definition(request: ApiRequest) -> Answer:
    """Return a watch as watches.toml has it; an edit sends back its ETag."""
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
    """Restore the query of a version of a watch, in canonical form."""
    file, draft = _open_matching(request)
    with request.source.store.reading() as unit:
        versions = unit.watches.versions(draft.key)
    wanted = [each for each in versions if each.version == request.values["number"]]
    if not wanted:
        raise ApiProblem(404, "This watch has no version of this number.")
    old = replace(draft, query=wanted[0].query, keywords=(), exact=False)
    return _save(request, file, old, is_new=False)


def delete_watch(request: ApiRequest) -> Answer:
    """Remove a watch from watches.toml; its mentions stay."""
    file, draft = _open_matching(request)
    content = compile_removal(request.source, file, draft.key)
    if isinstance(content, EditFailure):
        raise problem_of(content)
    change = Change(action="watch.deleted", subject=draft.key, before=draft_in_words(draft))
    answer = Answer(document=_build_saved(request, draft))
    return _write(request, file, content, change, answer)


def _open_matching(request: ApiRequest) -> tuple[ConfigText, WatchDraft]:
    file = open_file(request)
    found = find_definition(file, request.values["key"])
    require_match(request, definition_json(found))
    return file, found


def _save(request: ApiRequest, file: ConfigText, draft: WatchDraft, *, is_new: bool) -> Answer:
    compiled = compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(compiled, EditFailure):
        raise problem_of(compiled)
    change = Change(
        action="watch.added" if is_new else "watch.changed",
        subject=draft.key,
        before=draft_in_words(read_watch(file.content, draft.key)),
        after=draft_in_words(draft),
    )
    place = f"{BASE}/watches/{quote(draft.key, safe='')}/definition"
    answer = Answer(
        document=_build_saved(request, draft),
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
        failure = write_edit(file, content)  # last: a file is not rolled back
        if failure is not None:
            raise problem_of(failure, draft)
    log.info(
        "desk.%s key=%s by=%s", change.action.replace(".", "-"), change.subject, request.user.name
    )
    return answer


def _build_saved(request: ApiRequest, draft: WatchDraft) -> dict[str, Any]:
    return definition_json(draft) | {"in_force": draft.key in request.source.wired.queries}


ENDPOINTS = (
    Endpoint(
        name="watch-make",
        path="/watches",
        method="POST",
        handler=make_watch,
        role=Role.EDITOR,
        summary="Add a watch to watches.toml",
        body=NewWatchBody,
        schema=SAVED,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="watch-definition",
        path="/watches/{key}/definition",
        handler=definition,
        role=Role.READER,
        summary="A watch as watches.toml has it, with the ETag for an edit",
        parameters=(KEY,),
        schema=DEFINITION,
    ),
    Endpoint(
        name="watch-change",
        path="/watches/{key}/definition",
        method="PUT",
        handler=change_watch,
        role=Role.EDITOR,
        summary="Replace the definition of a watch",
        parameters=(KEY,),
        body=WatchBody,
        schema=SAVED,
        changes=True,
        needs_if_match=True,
    ),
    Endpoint(
        name="watch-delete",
        path="/watches/{key}/definition",
        method="DELETE",
        handler=delete_watch,
        role=Role.EDITOR,
        summary="Remove a watch from watches.toml; its mentions stay",
        parameters=(KEY,),
        schema=SAVED,
        changes=True,
        needs_if_match=True,
    ),
    Endpoint(
        name="watch-restore",
        path="/watches/{key}/versions/{number}/restore",
        method="POST",
        handler=restore_version,
        role=Role.EDITOR,
        summary="Restore the query of a version of a watch",
        parameters=(
            KEY,
            path_number("number", "Number of the version.", example=1, least=0),
        ),
        schema=SAVED,
        changes=True,
        needs_if_match=True,
    ),
)
