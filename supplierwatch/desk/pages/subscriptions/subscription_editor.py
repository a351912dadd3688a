"""The form of a subscription: what it would send, and saving it into subscriptions.toml."""

from __future__ import annotations

import hashlib

from config.editing.subscription_draft import (
    TEXTS,
    SubscriptionDraft,
    subscription_text,
)
from config.tables.shape import DEFAULT_TIMEZONE
from storage.model import Role
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
)
from supplierwatch.desk.editing.table_editor import TableEditor
from supplierwatch.desk.editing.table_kind import assign_group
from supplierwatch.desk.editing.table_kinds import SUBSCRIPTIONS
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.pages.subscriptions.subscriptions import subscription_address
from supplierwatch.desk.subscription_outlook import Outlook, look_ahead
from supplierwatch.wiring import CompiledConfiguration

MAX_BOXES = 60  # watches that are shown with a box each
EDITOR = TableEditor(kind=SUBSCRIPTIONS)
REGIONS = ("england-and-wales", "scotland", "northern-ireland")
SENSITIVITIES = ("low", "medium", "high")
CADENCES = (
    "immediate",
    "hourly",
    "daily at 07:30",
    "weekdays at 07:30",
    "weekly on monday at 07:30",
    "daily at 08:00 and 17:00",
)


def show_new(request: PageRequest) -> PageResponse:
    """Show the form of a new subscription."""
    file = EDITOR.open_file(request)
    draft = SubscriptionDraft(key="", cadence="daily at 07:30")
    return file if isinstance(file, PageResponse) else _show_form(request, file, draft, is_new=True)


def show_edit(request: PageRequest) -> PageResponse:
    """Show the form of a subscription."""
    found = EDITOR.open_table(request)
    return (
        found
        if isinstance(found, PageResponse)
        else _show_form(request, found[0], found[1], is_new=False)
    )


def submit_new(request: PageRequest) -> PageResponse:
    """Show what a new subscription would send, or save it."""
    return _submit(request, request.values.get("key", "").strip(), is_new=True)


def submit_edit(request: PageRequest) -> PageResponse:
    """Show what an edited subscription would send, or save it."""
    return _submit(request, request.path["key"], is_new=False)


def show_removal(request: PageRequest) -> PageResponse:
    """Ask before a subscription is removed."""
    found = EDITOR.open_table(request)
    return found if isinstance(found, PageResponse) else _ask_removal(request, *found)


def submit_removal(request: PageRequest) -> PageResponse:
    """Remove a subscription: its readers get no more messages from it."""
    found = EDITOR.open_table(request)
    if isinstance(found, PageResponse):
        return found
    file, draft = found
    failure = EDITOR.remove(request, file, draft)
    if failure is not None:
        return _ask_removal(request, file, draft, failure)
    return _show_saved(draft, removed=True)


def _submit(request: PageRequest, key: str, *, is_new: bool) -> PageResponse:
    draft = _draft_of(request, key)
    if is_new:
        draft = assign_group(request.source, draft)
    file = EDITOR.open_file(request)
    if isinstance(file, PageResponse):
        return file
    if request.values.get("base") != file.digest:
        return _show_form(request, file, draft, is_new=is_new, failure=EditFailure(conflict=True))
    edit = SUBSCRIPTIONS.compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(edit, EditFailure):
        return _show_form(request, file, draft, is_new=is_new, failure=edit)
    seen = request.values.get("previewed") == _digest(draft)
    if request.values.get("action") != "save" or not seen:
        return _show_form(request, file, draft, is_new=is_new, wired=edit.configuration)
    failure = EDITOR.store(request, file, draft, edit)
    if failure is not None:
        return _show_form(request, file, draft, is_new=is_new, failure=failure)
    return _show_saved(draft, unchanged=edit.content == file.content)


def _draft_of(request: PageRequest, key: str) -> SubscriptionDraft:
    values = request.values
    picked = request.lists.get("watch", ())
    typed = tuple(line.strip() for line in values.get("watches", "").splitlines() if line.strip())
    return SubscriptionDraft(
        key=key,
        to=tuple(line.strip() for line in values.get("to", "").splitlines() if line.strip()),
        watches=("*",) if values.get("every") else tuple(dict.fromkeys((*picked, *typed))),
        send_empty=bool(values.get("send_empty")),
        edits=bool(values.get("edits")),
        **{name: values.get(name, "").strip() for name in TEXTS},
    )


def _read_outlook(request: PageRequest, wired: CompiledConfiguration, key: str) -> Outlook | None:
    found = next((each for each in wired.catalog.subscriptions if each.key == key), None)
    if found is None:
        return None
    with request.source.store.reading() as unit:
        return look_ahead(unit, wired, found, request.now)


def _show_form(
    request: PageRequest,
    file: ConfigText,
    draft: SubscriptionDraft,
    *,
    is_new: bool,
    failure: EditFailure | None = None,
    wired: CompiledConfiguration | None = None,
) -> PageResponse:
    file, existing, failure = EDITOR.read_existing(request, file, draft, failure)
    watches = request.source.wired.catalog.watches
    return PageResponse(
        template="subscriptions/subscription-edit.html",
        status=200 if failure is None else failure.status,
        values={
            **EDITOR.build_values(file, draft, existing, failure),
            "is_new": is_new,
            "action": "/new-subscription" if is_new else f"{subscription_address(draft.key)}/edit",
            "back": "/subscriptions" if is_new else subscription_address(draft.key),
            "previewed": "" if wired is None else _digest(draft),
            "outlook": None if wired is None else _read_outlook(request, wired, draft.key),
            "before": None if is_new else _read_outlook(request, request.source.wired, draft.key),
            "watches": watches if len(watches) <= MAX_BOXES else (),
            "regions": REGIONS,
            "sensitivities": SENSITIVITIES,
            "cadences": CADENCES,
            "usual_zone": DEFAULT_TIMEZONE,
            "channels": [
                f"channel:{c.key}" for c in request.source.wired.catalog.settings.channels
            ],
        },
    )


def _show_saved(
    draft: SubscriptionDraft, *, unchanged: bool = False, removed: bool = False
) -> PageResponse:
    return PageResponse(
        template="subscriptions/subscription-saved.html",
        values={
            "draft": draft,
            "text": "" if removed else subscription_text(draft),
            "unchanged": unchanged,
            "removed": removed,
            "address": subscription_address(draft.key),
        },
    )


def _ask_removal(
    request: PageRequest,
    file: ConfigText,
    draft: SubscriptionDraft,
    failure: EditFailure | None = None,
) -> PageResponse:
    return PageResponse(
        template="subscriptions/subscription-remove.html",
        status=200 if failure is None else failure.status,
        values={
            **EDITOR.build_values(file, draft, draft, failure),
            "address": subscription_address(draft.key),
            "is_new": False,
        },
    )


def _digest(draft: SubscriptionDraft) -> str:
    return hashlib.sha256(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()


PAGES = (
    Page(path="/new-subscription", handler=show_new, role=Role.EDITOR),
    Page(path="/new-subscription", handler=submit_new, role=Role.EDITOR, method="POST"),
    Page(path="/subscriptions/{key}/edit", handler=show_edit, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/edit", handler=submit_edit, role=Role.EDITOR, method="POST"),
    Page(path="/subscriptions/{key}/remove", handler=show_removal, role=Role.EDITOR),
    Page(
        path="/subscriptions/{key}/remove", handler=submit_removal, role=Role.EDITOR, method="POST"
    ),
)
