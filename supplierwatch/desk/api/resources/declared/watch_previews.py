"""Previews: what a watch would find, and what an edit adds and drops. Nothing is saved."""

from __future__ import annotations

from typing import Any

from config.editing.watch_draft import FORM
from storage.model import Role
from supplierwatch.desk.api.edit_problems import open_config, problem_of
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    NUMBER,
    TEXT,
    many,
    perhaps,
    record,
)
from supplierwatch.desk.api.watch_bodies import (
    NewWatchBody,
    draft_of,
    is_declared,
)
from supplierwatch.desk.editing.file_edits import EditFailure
from supplierwatch.desk.editing.table_kind import assign_group
from supplierwatch.desk.editing.table_kinds import WATCHES
from supplierwatch.desk.editing.watch_preview import SHOWN, PreviewChange, preview
from supplierwatch.formatting.times import iso

CHANGE = record(
    item=INTEGER, title=TEXT, sentence=perhaps(TEXT), outlet=TEXT, at=MOMENT, failed=perhaps(TEXT)
)
FORECAST = record(
    subscription=TEXT, cadence=TEXT, recipients=COUNT, messages=COUNT, messages_before=COUNT
)


def preview_watch(request: ApiRequest) -> Answer:
    """Return the effect of a new watch, or of an edit of the one that has its key."""
    body: NewWatchBody = request.body
    draft = draft_of(body, body.key)
    file = open_config(request, FORM.file)
    is_new = not is_declared(file, draft.key)
    if is_new:
        draft = assign_group(request.source, draft)
    edit = WATCHES.compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(edit, EditFailure):
        raise problem_of(edit, FORM.file)
    seen = preview(request.source, edit.configuration, draft.key, request.now)
    return Answer(
        document={
            "is_new": is_new,
            "query": seen.query.canonical,
            "paraphrase": seen.query.paraphrase,
            "warnings": [each.message for each in seen.warnings],
            "since": iso(seen.since),
            "complete": not seen.cut,
            "per_week": round(seen.per_week, 2),
            "found": seen.run.counts["found"],
            "added": seen.run.counts["added"],
            "dropped": seen.run.counts["dropped"],
            "changes": {
                what: [_change_json(c) for c in seen.changes[what]] for what in seen.changes
            },
            "forecasts": [
                {
                    "subscription": each.subscription,
                    "cadence": str(each.cadence),
                    "recipients": each.recipients,
                    "messages": each.messages,
                    "messages_before": each.before,
                }
                for each in seen.forecasts
            ],
        }
    )


def _change_json(change: PreviewChange) -> dict[str, Any]:
    return {
        "item": change.item_id,
        "title": "".join(each.text for each in change.title),
        "sentence": "".join(each.text for each in change.sentence) or None,
        "outlet": change.outlet,
        "at": iso(change.when),
        "failed": change.failed or None,
    }


ENDPOINTS = (
    Endpoint(
        name="watch-preview",
        path="/watch-previews",
        method="POST",
        handler=preview_watch,
        role=Role.EDITOR,
        summary="What a watch would find, or what an edit of it adds and drops",
        body=NewWatchBody,
        schema=record(
            is_new=FLAG,
            query=TEXT,
            paraphrase=TEXT,
            warnings=many(TEXT),
            since=MOMENT,
            complete=FLAG,
            per_week=NUMBER,
            found=COUNT,
            added=COUNT,
            dropped=COUNT,
            changes=record(
                added=many(CHANGE, most=SHOWN),
                dropped=many(CHANGE, most=SHOWN),
                found=many(CHANGE, most=SHOWN),
            ),
            forecasts=many(FORECAST),
        ),
    ),
)
