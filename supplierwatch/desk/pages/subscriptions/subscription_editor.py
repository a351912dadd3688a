"""The form of a subscription: what it would send, and saving it into subscriptions.toml."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from config.editing.subscription_draft import (
    FORM,
    TEXTS,
    SubscriptionDraft,
    drop_subscription,
    edit_subscription,
    read_subscription,
    subscription_text,
)
from config.errors import EditRefused
from config.tables.shape import DEFAULT_TIMEZONE
from storage.model import Role
from supplierwatch.desk.file_edits import (
    ConfigText,
    EditTrouble,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.page import Page, Shown, Visit, missing
from supplierwatch.desk.pages.subscriptions.subscriptions import address_of
from supplierwatch.desk.subscription_outlook import Outlook, look_ahead
from supplierwatch.wiring import CompiledConfiguration

MOST_BOXES = 60  # watches that are shown with a box each
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


def show_new(visit: Visit) -> Shown:
    """Show the form of a new subscription."""
    file = read_config(visit.source, FORM.file)
    draft = SubscriptionDraft(key="", cadence="daily at 07:30")
    return file if isinstance(file, Shown) else _form(visit, file, draft, is_new=True)


def show_edit(visit: Visit) -> Shown:
    """Show the form of a subscription."""
    found = _read(visit)
    return found if isinstance(found, Shown) else _form(visit, found[0], found[1], is_new=False)


def submit_new(visit: Visit) -> Shown:
    """Show what a new subscription would send, or save it."""
    return _submit(visit, visit.values.get("key", "").strip(), is_new=True)


def submit_edit(visit: Visit) -> Shown:
    """Show what an edited subscription would send, or save it."""
    return _submit(visit, visit.path["key"], is_new=False)


def show_removal(visit: Visit) -> Shown:
    """Ask before a subscription is removed."""
    found = _read(visit)
    return found if isinstance(found, Shown) else _ask_removal(visit, *found)


def submit_removal(visit: Visit) -> Shown:
    """Remove a subscription: its readers are told nothing more by it."""
    found = _read(visit)
    if isinstance(found, Shown):
        return found
    file, draft = found
    if visit.values.get("base") != file.digest:
        return _ask_removal(visit, file, draft, EditTrouble(conflict=True))
    try:
        content = drop_subscription(file.content, draft.key)
    except EditRefused as error:
        return _ask_removal(visit, file, draft, EditTrouble(text=str(error)))
    checked = try_edit(visit.source, file, content)
    trouble = checked if isinstance(checked, EditTrouble) else write_edit(file, content)
    if trouble is not None:
        return _ask_removal(visit, file, draft, trouble)
    note_edit(visit, "subscription-removed", draft.key, before=subscription_text(draft), after="")
    return _saved(draft, removed=True)


def _submit(visit: Visit, key: str, *, is_new: bool) -> Shown:
    draft = _draft_of(visit, key)
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    if visit.values.get("base") != file.digest:
        return _form(visit, file, draft, is_new=is_new, trouble=EditTrouble(conflict=True))
    checked = _check(visit, file, draft, is_new=is_new)
    if isinstance(checked, EditTrouble):
        return _form(visit, file, draft, is_new=is_new, trouble=checked)
    content, there, wired = checked
    seen = visit.values.get("previewed") == _digest(draft)
    if visit.values.get("action") != "save" or not seen:
        return _form(visit, file, draft, is_new=is_new, wired=wired)
    if content != file.content:
        trouble = write_edit(file, content)
        if trouble is not None:
            return _form(visit, file, draft, is_new=is_new, trouble=trouble)
        note_edit(
            visit,
            "subscription-added" if is_new else "subscription-changed",
            draft.key,
            before="" if there is None else subscription_text(there),
            after=subscription_text(draft),
        )
    return _saved(draft, unchanged=content == file.content)


def _draft_of(visit: Visit, key: str) -> SubscriptionDraft:
    values = visit.values
    picked = visit.lists.get("watch", ())
    typed = tuple(line.strip() for line in values.get("watches", "").splitlines() if line.strip())
    return SubscriptionDraft(
        key=key,
        to=tuple(line.strip() for line in values.get("to", "").splitlines() if line.strip()),
        watches=("*",) if values.get("every") else tuple(dict.fromkeys((*picked, *typed))),
        send_empty=bool(values.get("send_empty")),
        edits=bool(values.get("edits")),
        **{name: values.get(name, "").strip() for name in TEXTS},
    )


def _check(
    visit: Visit, file: ConfigText, draft: SubscriptionDraft, *, is_new: bool
) -> tuple[bytes, SubscriptionDraft | None, CompiledConfiguration] | EditTrouble:
    """Return the file as it would be, what stands there, and the configuration it makes."""
    try:
        there = read_subscription(file.content, draft.key)
        if is_new and there is not None:
            return EditTrouble(
                text=f"There is a subscription {draft.key} already: choose another key."
            )
        if not is_new and there is None:
            return EditTrouble(conflict=True)
        content = edit_subscription(file.content, draft)
    except EditRefused as error:
        return EditTrouble(text=str(error))
    wired = try_edit(visit.source, file, content)
    return wired if isinstance(wired, EditTrouble) else (content, there, wired)


def _outlook(visit: Visit, wired: CompiledConfiguration, key: str) -> Outlook | None:
    found = next((each for each in wired.catalog.subscriptions if each.key == key), None)
    if found is None:
        return None
    with visit.source.store.reading() as unit:
        return look_ahead(unit, wired, found, visit.now)


def _form(
    visit: Visit,
    file: ConfigText,
    draft: SubscriptionDraft,
    *,
    is_new: bool,
    trouble: EditTrouble | None = None,
    wired: CompiledConfiguration | None = None,
) -> Shown:
    there = None
    if trouble is not None and trouble.conflict:
        current = read_config(visit.source, FORM.file)
        try:
            file = file if isinstance(current, Shown) else current
            there = read_subscription(file.content, draft.key)
        except EditRefused as error:
            trouble = replace(trouble, text=str(error), conflict=False)
    watches = visit.source.wired.catalog.watches
    return Shown(
        template="subscriptions/subscription-edit.html",
        status=200 if trouble is None else trouble.status,
        values={
            "draft": draft,
            "is_new": is_new,
            "action": "/new-subscription" if is_new else f"{address_of(draft.key)}/edit",
            "back": "/subscriptions" if is_new else address_of(draft.key),
            "base": file.digest,
            "previewed": "" if wired is None else _digest(draft),
            "outlook": None if wired is None else _outlook(visit, wired, draft.key),
            "before": None if is_new else _outlook(visit, visit.source.wired, draft.key),
            "trouble": trouble,
            "there": None if there is None else subscription_text(there),
            "text": subscription_text(draft),
            "file": FORM.file,
            "noun": FORM.table,
            "watches": watches if len(watches) <= MOST_BOXES else (),
            "regions": REGIONS,
            "sensitivities": SENSITIVITIES,
            "cadences": CADENCES,
            "usual_zone": DEFAULT_TIMEZONE,
            "channels": [f"channel:{c.key}" for c in visit.source.wired.catalog.settings.channels],
        },
    )


def _saved(draft: SubscriptionDraft, *, unchanged: bool = False, removed: bool = False) -> Shown:
    return Shown(
        template="subscriptions/subscription-saved.html",
        values={
            "draft": draft,
            "text": "" if removed else subscription_text(draft),
            "unchanged": unchanged,
            "removed": removed,
            "address": address_of(draft.key),
        },
    )


def _ask_removal(
    visit: Visit, file: ConfigText, draft: SubscriptionDraft, trouble: EditTrouble | None = None
) -> Shown:
    return Shown(
        template="subscriptions/subscription-remove.html",
        status=200 if trouble is None else trouble.status,
        values={
            "draft": draft,
            "base": file.digest,
            "address": address_of(draft.key),
            "trouble": trouble,
            "there": subscription_text(draft),
            "text": subscription_text(draft),
            "file": FORM.file,
            "noun": FORM.table,
            "is_new": False,
        },
    )


def _digest(draft: SubscriptionDraft) -> str:
    return hashlib.sha256(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()


def _read(visit: Visit) -> tuple[ConfigText, SubscriptionDraft] | Shown:
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    try:
        draft = read_subscription(file.content, visit.path["key"])
    except EditRefused as error:
        return missing(str(error))
    if draft is None:
        return missing("There is no subscription of this name in subscriptions.toml.")
    return file, draft


PAGES = (
    Page(path="/new-subscription", answer=show_new, role=Role.EDITOR),
    Page(path="/new-subscription", answer=submit_new, role=Role.EDITOR, method="POST"),
    Page(path="/subscriptions/{key}/edit", answer=show_edit, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/edit", answer=submit_edit, role=Role.EDITOR, method="POST"),
    Page(path="/subscriptions/{key}/remove", answer=show_removal, role=Role.EDITOR),
    Page(
        path="/subscriptions/{key}/remove", answer=submit_removal, role=Role.EDITOR, method="POST"
    ),
)
