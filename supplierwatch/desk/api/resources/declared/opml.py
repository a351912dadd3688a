"""Feeds as OPML, the exchange format of feed readers: export and import."""

from __future__ import annotations

import logging
from typing import Annotated

from pydantic import Field

from config.editing.opml import Import, is_feed, write_opml
from config.editing.source_draft import FORM
from storage.model import Change, Role
from supplierwatch.desk.api.edit_problems import open_config, problem_of
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.schemas import COUNT, FLAG, TEXT, many, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.editing.file_edits import EditFailure, write_edit
from supplierwatch.desk.editing.opml_import import AUDITED, MAX_FILE, compile_import, read_import

log = logging.getLogger(__name__)


class OpmlBody(Body):
    """Feeds to add."""

    opml: Annotated[str, Field(min_length=1, description="The OPML document.")]
    preview: Annotated[
        bool, Field(description="Whether the answer only says what would be added.")
    ] = False


def export(request: ApiRequest) -> Answer:
    """Return the feeds that are declared as an OPML document."""
    declared = request.source.wired.catalog.sources
    feeds = [each for each in declared if is_feed(each)]
    text = write_opml(feeds, title="supplierwatch").decode()
    return Answer(
        document={"opml": text, "feeds": len(feeds), "others": len(declared) - len(feeds)}
    )


def add(request: ApiRequest) -> Answer:
    """Add the feeds of an OPML document to sources.toml, or say what would be added."""
    body: OpmlBody = request.body
    imported = read_import(request.source, body.opml.encode("utf-8", "surrogatepass"))
    if isinstance(imported, EditFailure):
        raise bad_field("opml", imported.text)
    file = open_config(request, FORM.file)
    content = compile_import(request.source, file, imported)
    if isinstance(content, EditFailure):
        raise problem_of(content, FORM.file)
    saves = bool(imported.added) and not body.preview
    with writing(request) as written:
        if saves:
            for key in imported.added:
                change = Change(action="source.added", subject=key, after=AUDITED)
                written.unit.audit.record(request.actor, change, request.now)
        answer = Answer(
            document=_import_json(imported, saved=saves), status=201, location=f"{BASE}/sources"
        )
        written.finish(answer, audited=saves)
        failure = write_edit(file, content) if saves else None  # last: it is not rolled back
        if failure is not None:
            raise problem_of(failure, FORM.file, imported.text)
    if saves:
        log.info("desk.opml-added sources=%d by=%s", len(imported.added), request.user.name)
    return answer


def _import_json(imported: Import, *, saved: bool) -> dict[str, object]:
    return {
        "saved": saved,
        "added": list(imported.added),
        "known": imported.known,
        "refused": list(imported.refused),
        "toml": imported.text,
    }


ENDPOINTS = (
    Endpoint(
        name="opml",
        path="/opml",
        handler=export,
        role=Role.READER,
        summary="The feeds that are declared, as an OPML document",
        schema=record(opml=TEXT, feeds=COUNT, others=COUNT),
    ),
    Endpoint(
        name="opml-import",
        path="/opml",
        method="POST",
        handler=add,
        role=Role.EDITOR,
        summary="Add the feeds of an OPML document to sources.toml, or say what would be added",
        body=OpmlBody,
        max_body=MAX_FILE,
        schema=record(saved=FLAG, added=many(TEXT), known=COUNT, refused=many(TEXT), toml=TEXT),
        changes=True,
        creates=True,
    ),
)
