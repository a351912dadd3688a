"""The form of a source: change it, or remove it, in sources.toml."""

from __future__ import annotations

from dataclasses import replace

from config.editing.source_draft import (
    FORM,
    SELECTORS,
    TEXTS,
    SourceDraft,
    drop_source,
    edit_source,
    read_source,
    source_text,
)
from config.errors import EditRefused
from crawler.spider_base.kind_registry import known_kinds
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
from supplierwatch.desk.pages.sources.source import address_of

FLAGS = ("enabled", "relook", "verify_tls")
ITEM_KINDS = ("news", "release", "tender", "question", "hansard", "boardpaper")


def show_edit(visit: Visit) -> Shown:
    """Show the form of a source."""
    found = _read(visit)
    return found if isinstance(found, Shown) else form(visit, found[0], found[1], is_new=False)


def submit_edit(visit: Visit) -> Shown:
    """Check and save the form of a source."""
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    return save(visit, file, draft_of(visit, visit.path["key"]), is_new=False)


def show_removal(visit: Visit) -> Shown:
    """Ask before a source is removed."""
    found = _read(visit)
    return found if isinstance(found, Shown) else _ask_removal(visit, *found)


def submit_removal(visit: Visit) -> Shown:
    """Remove a source from sources.toml; what it brought stays in the archive."""
    found = _read(visit)
    if isinstance(found, Shown):
        return found
    file, draft = found
    if visit.values.get("base") != file.digest:
        return _ask_removal(visit, file, draft, EditTrouble(conflict=True))
    try:
        content = drop_source(file.content, draft.key)
    except EditRefused as error:
        return _ask_removal(visit, file, draft, EditTrouble(text=str(error)))
    checked = try_edit(visit.source, file, content)
    trouble = checked if isinstance(checked, EditTrouble) else write_edit(file, content)
    if trouble is not None:
        return _ask_removal(visit, file, draft, trouble)
    note_edit(visit, "source-removed", draft.key, before=source_text(draft), after="")
    return _saved(draft, is_new=False, removed=True)


def draft_of(visit: Visit, key: str) -> SourceDraft:
    """Return the source that a form describes."""
    values = visit.values
    return SourceDraft(
        key=key,
        kind=values.get("kind", "").strip(),
        url=values.get("url", "").strip(),
        texts={name: _tidy_text(name, values.get(name, "").strip()) for name in TEXTS},
        select={name: values.get(f"select_{name}", "").strip() for name in SELECTORS},
        **{name: bool(values.get(name)) for name in FLAGS},
    )


def _tidy_text(name: str, text: str) -> str:
    return "" if (name, text) == ("item_kind", "news") else text


def save(visit: Visit, file: ConfigText, draft: SourceDraft, *, is_new: bool) -> Shown:
    """Save a source, unless `check` refuses it or the file was changed meanwhile."""
    if visit.values.get("base") != file.digest:
        return form(visit, file, draft, is_new=is_new, trouble=EditTrouble(conflict=True))
    try:
        there = read_source(file.content, draft.key)
        if is_new and there is not None:
            why = EditTrouble(text=f"There is a source {draft.key} already: choose another key.")
            return form(visit, file, draft, is_new=True, trouble=why)
        if not is_new and there is None:
            return form(visit, file, draft, is_new=False, trouble=EditTrouble(conflict=True))
        content = edit_source(file.content, draft)
    except EditRefused as error:
        return form(visit, file, draft, is_new=is_new, trouble=EditTrouble(text=str(error)))
    checked = try_edit(visit.source, file, content)
    if isinstance(checked, EditTrouble):
        return form(visit, file, draft, is_new=is_new, trouble=checked)
    if content != file.content:
        trouble = write_edit(file, content)
        if trouble is not None:
            return form(visit, file, draft, is_new=is_new, trouble=trouble)
        note_edit(
            visit,
            "source-added" if is_new else "source-changed",
            draft.key,
            before="" if there is None else source_text(there),
            after=source_text(draft),
        )
    return _saved(draft, is_new=is_new, unchanged=content == file.content)


def _saved(
    draft: SourceDraft, *, is_new: bool, unchanged: bool = False, removed: bool = False
) -> Shown:
    return Shown(
        template="sources/source-saved.html",
        values={
            "draft": draft,
            "text": "" if removed else source_text(draft),
            "is_new": is_new,
            "unchanged": unchanged,
            "removed": removed,
            "address": address_of(draft.key),
        },
    )


def form(
    visit: Visit,
    file: ConfigText,
    draft: SourceDraft,
    *,
    is_new: bool,
    trouble: EditTrouble | None = None,
    job: str = "",
    found: object = None,
    alike: tuple[str, ...] = (),
) -> Shown:
    """Show the form of a source.

    Args:
        visit: the request.
        file: sources.toml.
        draft: what the form holds.
        is_new: whether it is to be added.
        trouble: why it was not saved.
        job: of the discovery that it comes from, with what was found.
        found: what the source lists, as discovery read it.
        alike: sources that may be the same.
    """
    there = None
    if trouble is not None and trouble.conflict:
        current = read_config(visit.source, FORM.file)
        try:
            file = file if isinstance(current, Shown) else current
            there = read_source(file.content, draft.key)
        except EditRefused as error:
            trouble = replace(trouble, text=str(error), conflict=False)
    return Shown(
        template="sources/source-edit.html",
        status=200 if trouble is None else trouble.status,
        values={
            "draft": draft,
            "is_new": is_new,
            "action": "/new-source/save" if is_new else f"{address_of(draft.key)}/edit",
            "back": "/sources" if is_new else address_of(draft.key),
            "base": file.digest,
            "trouble": trouble,
            "there": None if there is None else source_text(there),
            "text": source_text(draft),
            "file": FORM.file,
            "noun": FORM.table,
            "kinds": sorted(known_kinds()),
            "item_kinds": ITEM_KINDS,
            "suppliers": sorted(visit.source.wired.suppliers),
            "selectors": SELECTORS,
            "job": job,
            "found": found,
            "alike": alike,
        },
    )


def _ask_removal(
    visit: Visit, file: ConfigText, draft: SourceDraft, trouble: EditTrouble | None = None
) -> Shown:
    with visit.source.store.reading() as unit:
        state = unit.sources.get(draft.key)
    return Shown(
        template="sources/source-remove.html",
        status=200 if trouble is None else trouble.status,
        values={
            "draft": draft,
            "base": file.digest,
            "items": 0 if state is None else state.item_count,
            "address": address_of(draft.key),
            "trouble": trouble,
            "there": source_text(draft),
            "text": source_text(draft),
            "file": FORM.file,
            "noun": FORM.table,
            "is_new": False,
        },
    )


def _read(visit: Visit) -> tuple[ConfigText, SourceDraft] | Shown:
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    try:
        draft = read_source(file.content, visit.path["key"])
    except EditRefused as error:
        return missing(str(error))
    if draft is None:
        return missing("There is no source of this name in sources.toml.")
    return file, draft


PAGES = (
    Page(path="/sources/{key}/edit", answer=show_edit, role=Role.EDITOR),
    Page(path="/sources/{key}/edit", answer=submit_edit, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/remove", answer=show_removal, role=Role.EDITOR),
    Page(path="/sources/{key}/remove", answer=submit_removal, role=Role.EDITOR, method="POST"),
)
