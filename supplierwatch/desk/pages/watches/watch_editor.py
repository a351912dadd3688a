"""The editor of a watch: a form, a preview of what an edit does, and saving into watches.toml."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from alerts.query import QueryError, compile_query
from config.errors import ConfigInvalid, Problem, StarterRefused
from config.watch_file import WatchDraft, edit_watch, read_watch, watch_text
from storage.model import Role
from supplierwatch.desk.page import MAX_VALUE, Page, Shown, Visit, missing
from supplierwatch.desk.watch_preview import WatchPreview, preview
from supplierwatch.desk.watch_saving import WatchFile, check_edit, read_file, write_file

log = logging.getLogger(__name__)

LOGGED = 500  # characters of a query
TOO_LONG = (
    f"This watch has more than {MAX_VALUE:,} characters, which this form cannot hold: edit "
    "watches.toml."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTrouble:
    """Why a draft cannot be saved, or that the file was changed (`conflict`)."""

    text: str = ""
    query: QueryError | None = None
    problems: Sequence[Problem] = ()
    conflict: bool = False
    unwritable: bool = False


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
    except StarterRefused as error:
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
        return _form(visit, file, draft, is_new=is_new, trouble=DraftTrouble(text=TOO_LONG))
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
        asides=bool(values.get("asides")),
    )


def _preview(visit: Visit, file: WatchFile, draft: WatchDraft, *, is_new: bool) -> Shown:
    checked = _check(visit, file, draft, is_new=is_new)
    if isinstance(checked, DraftTrouble):
        return _form(visit, file, draft, is_new=is_new, trouble=checked)
    return _form(visit, file, draft, is_new=is_new, seen=checked[1])


def _check(
    visit: Visit, file: WatchFile, draft: WatchDraft, *, is_new: bool, show: bool = True
) -> tuple[bytes, WatchPreview | None] | DraftTrouble:
    """Return the file as it would be, and what the watch would do; or why it cannot be."""
    source = visit.source
    try:
        there = read_watch(file.content, draft.key)
        if is_new and there is not None:
            return DraftTrouble(text=f"There is a watch {draft.key} already: choose another key.")
        if not is_new and there is None:
            return DraftTrouble(text="This watch is no longer in watches.toml.", conflict=True)
        if draft.query:
            compile_query(draft.query, suppliers=source.wired.suppliers)
        content = edit_watch(file.content, draft)
        wired = check_edit(file.path.parent, content, source.environ, source.wired)
    except QueryError as error:
        return DraftTrouble(query=error)
    except ConfigInvalid as error:
        return DraftTrouble(problems=error.problems)
    except StarterRefused as error:
        return DraftTrouble(text=str(error))
    except OSError as error:
        return DraftTrouble(text=f"A file of the configuration cannot be read: {error.strerror}.")
    return content, preview(source, wired, draft.key, visit.now) if show else None


def _save(visit: Visit, file: WatchFile, draft: WatchDraft, *, is_new: bool) -> Shown:
    checked = _check(visit, file, draft, is_new=is_new, show=False)
    if isinstance(checked, DraftTrouble):
        return _form(visit, file, draft, is_new=is_new, trouble=checked)
    content, _ = checked
    old = read_watch(file.content, draft.key)
    try:
        if content != file.content:
            write_file(file, content)
    except StarterRefused:
        now = _read(visit)
        return now if isinstance(now, Shown) else _conflict(visit, now, draft, is_new=is_new)
    except OSError as error:
        log.warning("desk.watch-unwritable key=%s cause=%s", draft.key, error.strerror)
        why = DraftTrouble(text=error.strerror or "", unwritable=True)
        return _form(visit, file, draft, is_new=is_new, trouble=why, status=503)
    if content != file.content:
        log.info(
            "desk.watch-%s key=%s by=%s from=%r to=%r",
            "added" if is_new else "changed",
            draft.key,
            visit.user.name,
            _query_or_keywords(old),
            _query_or_keywords(draft),
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


def _query_or_keywords(draft: WatchDraft | None) -> str:
    return "" if draft is None else (draft.query or ", ".join(draft.keywords))[:LOGGED]


def _conflict(visit: Visit, file: WatchFile, draft: WatchDraft, *, is_new: bool) -> Shown:
    why = DraftTrouble(conflict=True)
    return _form(visit, file, draft, is_new=is_new, trouble=why, status=409)


def _form(
    visit: Visit,
    file: WatchFile,
    draft: WatchDraft,
    *,
    is_new: bool,
    trouble: DraftTrouble | None = None,
    seen: WatchPreview | None = None,
    status: int = 400,
) -> Shown:
    there = None
    if trouble is not None and trouble.conflict:
        try:
            there = read_watch(file.content, draft.key)
        except StarterRefused as error:
            trouble = DraftTrouble(text=str(error))
    return Shown(
        template="watches/watch-edit.html",
        status=200 if trouble is None else status,
        values={
            "draft": draft,
            "is_new": is_new,
            "action": "/new-watch" if is_new else f"/watches/{quote(draft.key, safe='')}/edit",
            "back": "/watches" if is_new else f"/watches/{quote(draft.key, safe='')}",
            "base": file.digest,
            "previewed": "" if seen is None else _digest(draft),
            "trouble": trouble,
            "places": [(Path(p.file).name, p) for p in trouble.problems] if trouble else (),
            "there": None if there is None else watch_text(there),
            "text": watch_text(draft),
            "seen": seen,
            "suppliers": sorted(visit.source.wired.suppliers),
            "most": MAX_VALUE - 1,
        },
    )


def _digest(draft: WatchDraft) -> str:
    return hashlib.sha256(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()


def _read(visit: Visit) -> WatchFile | Shown:
    try:
        return read_file(visit.source.wired.catalog.folder)
    except OSError as error:
        return missing(f"watches.toml cannot be read: {error.strerror}.")


PAGES = (
    Page(path="/new-watch", answer=show_new, role=Role.EDITOR),
    Page(path="/new-watch", answer=submit_new, role=Role.EDITOR, method="POST"),
    Page(path="/watches/{key}/edit", answer=show_edit, role=Role.EDITOR),
    Page(path="/watches/{key}/edit", answer=submit_edit, role=Role.EDITOR, method="POST"),
)
