"""The editor of a watch: a form, a preview of what an edit does, and saving into watches.toml."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import quote

from config.editing.watch_draft import FORM, WatchDraft, read_watch, watch_text
from config.errors import EditRefused
from storage.model import Role
from supplierwatch.desk.file_edits import (
    ConfigText,
    EditTrouble,
    note_edit,
    read_config,
    write_edit,
)
from supplierwatch.desk.page import MAX_VALUE, Page, Shown, Visit, missing
from supplierwatch.desk.watch_edits import compile_edit, draft_in_words
from supplierwatch.desk.watch_preview import WatchPreview, preview

TOO_LONG = (
    f"This watch has more than {MAX_VALUE:,} characters, which this form cannot hold: edit "
    "watches.toml."
)


def show_new(visit: Visit) -> Shown:
    """Show the form of a new watch; `q` fills in its query."""
    draft = WatchDraft(key="", query=visit.values.get("q", "").strip())
    file = _read(visit)
    return file if isinstance(file, Shown) else _form(visit, file, draft, is_new=True)


def show_edit(visit: Visit) -> Shown:
    """Show the form of a watch; with `version`, the query that it had then, and its effect."""
    file = _read(visit)
    if isinstance(file, Shown):
        return file
    try:
        draft = read_watch(file.content, visit.path["key"])
    except EditRefused as error:
        return missing(str(error))
    if draft is None:
        return missing("There is no watch of this name in watches.toml.")
    if max(len(draft.query), len("\n".join(draft.keywords))) >= MAX_VALUE:
        return missing(TOO_LONG)
    number = visit.values.get("version", "")
    if not number:
        return _form(visit, file, draft, is_new=False)
    with visit.source.store.reading() as unit:
        known = {str(each.version): each for each in unit.watches.versions(draft.key)}
    if number not in known:
        return missing("This watch has no such version.")
    old = WatchDraft(
        key=draft.key,
        label=draft.label,
        query=known[number].query,
        every_outlet=draft.every_outlet,
        events=draft.events,
        asides=draft.asides,
    )
    return _preview(visit, file, old, is_new=False)


def submit_new(visit: Visit) -> Shown:
    """Show the effect of a new watch, or save it."""
    return _submit(visit, visit.values.get("key", "").strip(), is_new=True)


def submit_edit(visit: Visit) -> Shown:
    """Show the effect of an edit, or save it."""
    return _submit(visit, visit.path["key"], is_new=False)


def _submit(visit: Visit, key: str, *, is_new: bool) -> Shown:
    draft = _draft_of(visit, key)
    file = _read(visit)
    if isinstance(file, Shown):
        return file
    if any(len(visit.values.get(name, "")) >= MAX_VALUE for name in ("query", "keywords")):
        return _form(visit, file, draft, is_new=is_new, trouble=EditTrouble(text=TOO_LONG))
    if visit.values.get("base") != file.digest:
        return _conflict(visit, file, draft, is_new=is_new)
    seen = visit.values.get("previewed") == _digest(draft)
    if visit.values.get("action") == "save" and seen:
        return _save(visit, file, draft, is_new=is_new)
    return _preview(visit, file, draft, is_new=is_new)


def _draft_of(visit: Visit, key: str) -> WatchDraft:
    values = visit.values
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
        asides=bool(values.get("asides")),
    )


def _preview(visit: Visit, file: ConfigText, draft: WatchDraft, *, is_new: bool) -> Shown:
    checked = _check(visit, file, draft, is_new=is_new)
    if isinstance(checked, EditTrouble):
        return _form(visit, file, draft, is_new=is_new, trouble=checked)
    return _form(visit, file, draft, is_new=is_new, seen=checked[1])


def _check(
    visit: Visit, file: ConfigText, draft: WatchDraft, *, is_new: bool, show: bool = True
) -> tuple[bytes, WatchPreview | None] | EditTrouble:
    """Return the file as it would be, and what the watch would do; or why it cannot be."""
    compiled = compile_edit(visit.source, file, draft, is_new=is_new)
    if isinstance(compiled, EditTrouble):
        return compiled
    content, wired = compiled
    return content, preview(visit.source, wired, draft.key, visit.now) if show else None


def _save(visit: Visit, file: ConfigText, draft: WatchDraft, *, is_new: bool) -> Shown:
    checked = _check(visit, file, draft, is_new=is_new, show=False)
    if isinstance(checked, EditTrouble):
        return _form(visit, file, draft, is_new=is_new, trouble=checked)
    content, _ = checked
    if content != file.content:
        trouble = write_edit(file, content)
        if trouble is not None and trouble.conflict:
            now = _read(visit)
            return now if isinstance(now, Shown) else _conflict(visit, now, draft, is_new=is_new)
        if trouble is not None:
            return _form(visit, file, draft, is_new=is_new, trouble=trouble)
        note_edit(
            visit,
            "watch-added" if is_new else "watch-changed",
            draft.key,
            before=draft_in_words(read_watch(file.content, draft.key)),
            after=draft_in_words(draft),
        )
    return Shown(
        template="watches/watch-saved.html",
        values={
            "draft": draft,
            "text": watch_text(draft),
            "unchanged": content == file.content,
            "in_force": draft.key in visit.source.wired.queries,
        },
    )


def _conflict(visit: Visit, file: ConfigText, draft: WatchDraft, *, is_new: bool) -> Shown:
    why = EditTrouble(conflict=True)
    return _form(visit, file, draft, is_new=is_new, trouble=why)


def _form(
    visit: Visit,
    file: ConfigText,
    draft: WatchDraft,
    *,
    is_new: bool,
    trouble: EditTrouble | None = None,
    seen: WatchPreview | None = None,
) -> Shown:
    there = None
    if trouble is not None and trouble.conflict:
        try:
            there = read_watch(file.content, draft.key)
        except EditRefused as error:
            trouble = replace(trouble, text=str(error), conflict=False)
    return Shown(
        template="watches/watch-edit.html",
        status=200 if trouble is None else trouble.status,
        values={
            "draft": draft,
            "is_new": is_new,
            "action": "/new-watch" if is_new else f"/watches/{quote(draft.key, safe='')}/edit",
            "back": "/watches" if is_new else f"/watches/{quote(draft.key, safe='')}",
            "base": file.digest,
            "previewed": "" if seen is None else _digest(draft),
            "trouble": trouble,
            "file": FORM.file,
            "noun": FORM.table,
            "there": None if there is None else watch_text(there),
            "text": watch_text(draft),
            "seen": seen,
            "suppliers": sorted(visit.source.wired.suppliers),
            "most": MAX_VALUE - 1,
        },
    )


def _digest(draft: WatchDraft) -> str:
    return hashlib.sha256(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()


def _read(visit: Visit) -> ConfigText | Shown:
    return read_config(visit.source, FORM.file)


PAGES = (
    Page(path="/new-watch", answer=show_new, role=Role.EDITOR),
    Page(path="/new-watch", answer=submit_new, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/edit", answer=show_edit, role=Role.EDITOR),
    Page(path="/watches/{key}/edit", answer=submit_edit, role=Role.EDITOR, method="POST"),
)
