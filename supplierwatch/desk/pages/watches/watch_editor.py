"""The editor of a watch: a form, a preview of the effect of an edit, saving to watches.toml.

An edit may also come from an earlier version, or from a proposal.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import quote

from config.editing.table_file import read_file_tables
from config.editing.watch_draft import FORM, WatchDraft, read_watch, watch_text
from config.errors import EditRefused
from config.values import checks
from storage.model import Role
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
    is_foreign,
    note_edit,
    read_config,
    write_edit,
)
from supplierwatch.desk.editing.table_kind import assign_group
from supplierwatch.desk.editing.table_kinds import WATCHES
from supplierwatch.desk.editing.watch_preview import WatchPreview, preview
from supplierwatch.desk.editing.watch_proposals import (
    dismiss_proposal,
    draft_proposal,
    find_offered,
)
from supplierwatch.desk.page import MAX_VALUE, Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import format_number, mark_text
from supplierwatch.formatting.translation import gettext as _

NOT_OFFERED = mark_text(
    "This change is not suggested any more: marks, the query or the archive have changed."
)
TOO_LONG = mark_text(
    "This watch has more than %(n)s characters, which this form cannot hold: edit watches.toml."
)


def show_new(request: PageRequest) -> PageResponse:
    """Show the form of a new watch; `q` fills in its query."""
    draft = WatchDraft(key="", query=request.values.get("q", "").strip())
    file = _read(request)
    return file if isinstance(file, PageResponse) else _form(request, file, draft, is_new=True)


def show_edit(request: PageRequest) -> PageResponse:
    """Show the form of a watch.

    With `version`, the query that it had then, with `proposal`, the proposed one, and the effect.
    """
    opened = _open(request)
    if isinstance(opened, PageResponse):
        return opened
    file, draft = opened
    number, proposal = request.values.get("version", ""), request.values.get("proposal", "")
    if number:
        made = _find_version(request, draft, number)
    elif proposal:
        made = _find_proposed(request, file, draft, proposal)
    else:
        return _form(request, file, draft, is_new=False)
    return made if isinstance(made, PageResponse) else _preview(request, file, made, is_new=False)


def restore(request: PageRequest) -> PageResponse:
    """Save the query that a watch had in a version."""
    opened = _open(request)
    if isinstance(opened, PageResponse):
        return opened
    file, draft = opened
    old = _find_version(request, draft, request.values.get("version", ""))
    return old if isinstance(old, PageResponse) else _save(request, file, old, is_new=False)


def accept(request: PageRequest) -> PageResponse:
    """Save the query of a proposal."""
    opened = _open(request)
    if isinstance(opened, PageResponse):
        return opened
    file, draft = opened
    new = _find_proposed(request, file, draft, request.values.get("proposal", ""))
    return new if isinstance(new, PageResponse) else _save(request, file, new, is_new=False)


def dismiss(request: PageRequest) -> PageResponse:
    """Dismiss a proposal; show those that are left."""
    opened = _open(request)
    if isinstance(opened, PageResponse):
        return opened
    _file, draft = opened
    found = find_offered(request.source, request.now, draft.key, request.values.get("proposal", ""))
    if found is None:
        return not_found(_(NOT_OFFERED))
    with request.source.store.transaction() as unit:
        dismiss_proposal(unit, request.actor, draft.key, found, request.now)
    return PageResponse(redirect=f"/watches/{quote(draft.key, safe='')}#proposals")


def _open(request: PageRequest) -> tuple[ConfigText, WatchDraft] | PageResponse:
    """Read the file and the watch of the path; return an error page where that fails."""
    file = _read(request)
    if isinstance(file, PageResponse):
        return file
    try:
        draft = read_watch(file.content, request.path["key"])
    except EditRefused as error:
        return not_found(str(error))
    if draft is None or is_foreign(request.source, draft.group):
        return not_found(_("There is no watch of this name in watches.toml."))
    if max(len(draft.query), len("\n".join(draft.keywords))) >= MAX_VALUE:
        return not_found(_(TOO_LONG, n=format_number(MAX_VALUE)))
    return file, draft


def _find_version(
    request: PageRequest, draft: WatchDraft, number: str
) -> WatchDraft | PageResponse:
    """Return a watch with the query of a version; an error page where there is none."""
    with request.source.store.reading() as unit:
        known = {str(each.version): each for each in unit.watches.versions(draft.key)}
    if number not in known:
        return not_found(_("This watch has no such version."))
    return replace(draft, query=known[number].query, keywords=(), exact=False)


def _find_proposed(
    request: PageRequest, file: ConfigText, draft: WatchDraft, proposal_id: str
) -> WatchDraft | PageResponse:
    """Return a watch with the query of a proposal; an error page where it is not offered."""
    found = find_offered(request.source, request.now, draft.key, proposal_id)
    if found is None:
        return not_found(_(NOT_OFFERED))
    made = draft_proposal(request.source, file, draft.key, found)
    if isinstance(made, EditFailure):
        return _form(request, file, draft, is_new=False, failure=made)
    return made


def submit_new(request: PageRequest) -> PageResponse:
    """Show the effect of a new watch, or save it; without a key, it gets one of its words."""
    return _submit(request, request.values.get("key", "").strip(), is_new=True)


def _make_key(file: ConfigText, draft: WatchDraft) -> str:
    words = draft.label or " ".join(draft.keywords[:1]) or draft.query
    try:
        tables = read_file_tables(file.content, FORM)
    except EditRefused:
        return ""  # saving says what is wrong with the file
    taken = {str(each.get("key")) for each in tables}
    return checks.make_key(words, taken, default="watch")


def submit_edit(request: PageRequest) -> PageResponse:
    """Show the effect of an edit, or save it."""
    return _submit(request, request.path["key"], is_new=False)


def _submit(request: PageRequest, key: str, *, is_new: bool) -> PageResponse:
    draft = _draft_of(request, key)
    if is_new:
        draft = assign_group(request.source, draft)
    file = _read(request)
    if isinstance(file, PageResponse):
        return file
    if is_new and not key:
        draft = replace(draft, key=_make_key(file, draft))
    if any(len(request.values.get(name, "")) >= MAX_VALUE for name in ("query", "keywords")):
        return _form(
            request,
            file,
            draft,
            is_new=is_new,
            failure=EditFailure(text=_(TOO_LONG, n=format_number(MAX_VALUE))),
        )
    if request.values.get("base") != file.digest:
        return _conflict(request, file, draft, is_new=is_new)
    seen = request.values.get("previewed") == _digest(draft)
    if request.values.get("action") == "save" and seen:
        return _save(request, file, draft, is_new=is_new)
    return _preview(request, file, draft, is_new=is_new)


def _draft_of(request: PageRequest, key: str) -> WatchDraft:
    values = request.values
    by_keywords = values.get("by") == "keywords"
    lines = values.get("keywords", "").splitlines()
    return WatchDraft(
        key=key,
        label=values.get("label", "").strip(),
        query="" if by_keywords else "\n".join(values.get("query", "").splitlines()).strip(),
        keywords=tuple(line.strip() for line in lines if line.strip()) if by_keywords else (),
        exact=by_keywords and bool(values.get("exact")),
        every_outlet=bool(values.get("every_outlet")),
        events=bool(values.get("events")),
        summaries=bool(values.get("summaries")),
        asides=bool(values.get("asides")),
    )


def _preview(
    request: PageRequest, file: ConfigText, draft: WatchDraft, *, is_new: bool
) -> PageResponse:
    edit = WATCHES.compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(edit, EditFailure):
        return _form(request, file, draft, is_new=is_new, failure=edit)
    seen = preview(request.source, edit.configuration, draft.key, request.now)
    return _form(request, file, draft, is_new=is_new, seen=seen)


def _save(
    request: PageRequest, file: ConfigText, draft: WatchDraft, *, is_new: bool
) -> PageResponse:
    edit = WATCHES.compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(edit, EditFailure):
        return _form(request, file, draft, is_new=is_new, failure=edit)
    if edit.content != file.content:
        failure = write_edit(file, edit.content)
        if failure is not None and failure.conflict:
            now = _read(request)
            return (
                now
                if isinstance(now, PageResponse)
                else _conflict(request, now, draft, is_new=is_new)
            )
        if failure is not None:
            return _form(request, file, draft, is_new=is_new, failure=failure)
        before, after = WATCHES.audit_texts(edit.existing, draft)
        event = "watch-added" if is_new else "watch-changed"
        note_edit(request, event, draft.key, before=before, after=after)
    return PageResponse(
        template="watches/watch-saved.html",
        values={
            "draft": draft,
            "text": watch_text(draft),
            "unchanged": edit.content == file.content,
            "in_force": draft.key in request.source.wired.queries,
        },
    )


def _conflict(
    request: PageRequest, file: ConfigText, draft: WatchDraft, *, is_new: bool
) -> PageResponse:
    why = EditFailure(conflict=True)
    return _form(request, file, draft, is_new=is_new, failure=why)


def _form(
    request: PageRequest,
    file: ConfigText,
    draft: WatchDraft,
    *,
    is_new: bool,
    failure: EditFailure | None = None,
    seen: WatchPreview | None = None,
) -> PageResponse:
    existing = None
    if failure is not None and failure.conflict:
        try:
            existing = read_watch(file.content, draft.key)
            if existing is not None and is_foreign(request.source, existing.group):
                existing = None
        except EditRefused as error:
            failure = replace(failure, text=str(error), conflict=False)
    return PageResponse(
        template="watches/watch-edit.html",
        status=200 if failure is None else failure.status,
        values={
            "draft": draft,
            "is_new": is_new,
            "action": "/new-watch" if is_new else f"/watches/{quote(draft.key, safe='')}/edit",
            "back": "/watches" if is_new else f"/watches/{quote(draft.key, safe='')}",
            "base": file.digest,
            "previewed": "" if seen is None else _digest(draft),
            "failure": failure,
            "file": FORM.file,
            "noun": FORM.table,
            "existing": None if existing is None else watch_text(existing),
            "text": watch_text(draft),
            "seen": seen,
            "suppliers": sorted(request.source.wired.suppliers),
            "most": MAX_VALUE - 1,
        },
    )


def _digest(draft: WatchDraft) -> str:
    return hashlib.sha256(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()


def _read(request: PageRequest) -> ConfigText | PageResponse:
    return read_config(request.source, FORM.file)


PAGES = (
    Page(path="/new-watch", handler=show_new, role=Role.EDITOR),
    Page(path="/new-watch", handler=submit_new, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/edit", handler=show_edit, role=Role.EDITOR),
    Page(path="/watches/{key}/edit", handler=submit_edit, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/restore", handler=restore, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/accept", handler=accept, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/dismiss", handler=dismiss, role=Role.EDITOR, method="POST"),
)
