"""The tables that the desk and the API edit: watches, sources, subscriptions."""

from __future__ import annotations

from alerts.query import QueryError, compile_query
from config.editing import source_draft, subscription_draft, watch_draft
from config.editing.watch_draft import WatchDraft
from supplierwatch.desk.editing.file_edits import EditFailure, EditSource
from supplierwatch.desk.editing.table_kind import TableKind
from supplierwatch.formatting.translation import mark_text


def describe_watch(draft: WatchDraft) -> str:
    """Return the query or keywords of a watch as written."""
    return draft.query or ", ".join(draft.keywords)


def check_query(source: EditSource, draft: WatchDraft) -> EditFailure | None:
    """Return what is wrong with the query of a watch, and where."""
    try:
        if draft.query:
            compile_query(draft.query, suppliers=source.wired.suppliers)
    except QueryError as error:
        return EditFailure(query=error)
    return None


WATCHES = TableKind(
    form=watch_draft.FORM,
    read=watch_draft.read_watch,
    edit=watch_draft.edit_watch,
    drop=watch_draft.drop_watch,
    text=watch_draft.watch_text,
    audit_text=describe_watch,
    taken=mark_text("There is a watch %(key)s already: choose another key."),
    gone=mark_text("This watch is no longer in watches.toml."),
    check=check_query,
)
SOURCES = TableKind(
    form=source_draft.FORM,
    read=source_draft.read_source,
    edit=source_draft.edit_source,
    drop=source_draft.drop_source,
    text=source_draft.source_text,
    audit_text=source_draft.source_text,
    taken=mark_text("There is a source %(key)s already: choose another key."),
)
SUBSCRIPTIONS = TableKind(
    form=subscription_draft.FORM,
    read=subscription_draft.read_subscription,
    edit=subscription_draft.edit_subscription,
    drop=subscription_draft.drop_subscription,
    text=subscription_draft.subscription_text,
    audit_text=subscription_draft.subscription_text,
    taken=mark_text("There is a subscription %(key)s already: choose another key."),
)
