"""The form of a source: change it, or remove it, in sources.toml."""

from __future__ import annotations

from config.editing.source_draft import (
    SELECTORS,
    TEXTS,
    SourceDraft,
    source_text,
)
from crawler.spider_base.kind_registry import known_kinds
from storage.model import Role
from supplierwatch.desk.editing.file_edits import (
    ConfigText,
    EditFailure,
)
from supplierwatch.desk.editing.table_editor import TableEditor
from supplierwatch.desk.editing.table_kind import assign_group
from supplierwatch.desk.editing.table_kinds import SOURCES
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.pages.sources.source import source_address

EDITOR = TableEditor(kind=SOURCES)
ITEM_KINDS = ("news", "release", "tender", "question", "hansard", "boardpaper")


def show_edit(request: PageRequest) -> PageResponse:
    """Show the form of a source."""
    found = EDITOR.open_table(request)
    return (
        found
        if isinstance(found, PageResponse)
        else form(request, found[0], found[1], is_new=False)
    )


def submit_edit(request: PageRequest) -> PageResponse:
    """Check and save the form of a source."""
    file = EDITOR.open_file(request)
    if isinstance(file, PageResponse):
        return file
    return save(request, file, draft_of(request, request.path["key"]), is_new=False)


def show_removal(request: PageRequest) -> PageResponse:
    """Ask before a source is removed."""
    found = EDITOR.open_table(request)
    return found if isinstance(found, PageResponse) else _ask_removal(request, *found)


def submit_removal(request: PageRequest) -> PageResponse:
    """Remove a source from sources.toml; its items stay in the archive."""
    found = EDITOR.open_table(request)
    if isinstance(found, PageResponse):
        return found
    file, draft = found
    failure = EDITOR.remove(request, file, draft)
    if failure is not None:
        return _ask_removal(request, file, draft, failure)
    return _show_saved(draft, is_new=False, removed=True)


def draft_of(request: PageRequest, key: str) -> SourceDraft:
    """Return the source that a form describes."""
    values = request.values
    return SourceDraft(
        key=key,
        kind=values.get("kind", "").strip(),
        url=values.get("url", "").strip(),
        texts={name: _tidy_text(name, values.get(name, "").strip()) for name in TEXTS},
        select={name: values.get(f"select_{name}", "").strip() for name in SELECTORS},
        enabled=bool(values.get("enabled")),
        relook=bool(values.get("relook")),
        verify_tls=bool(values.get("verify_tls")),
    )


def _tidy_text(name: str, text: str) -> str:
    return "" if (name, text) == ("item_kind", "news") else text


def save(
    request: PageRequest, file: ConfigText, draft: SourceDraft, *, is_new: bool
) -> PageResponse:
    """Save a source, unless `check` refuses it or the file was changed meanwhile."""
    if is_new:
        draft = assign_group(request.source, draft)
    if request.values.get("base") != file.digest:
        return form(request, file, draft, is_new=is_new, failure=EditFailure(conflict=True))
    edit = SOURCES.compile_edit(request.source, file, draft, is_new=is_new)
    if isinstance(edit, EditFailure):
        return form(request, file, draft, is_new=is_new, failure=edit)
    failure = EDITOR.store(request, file, draft, edit)
    if failure is not None:
        return form(request, file, draft, is_new=is_new, failure=failure)
    return _show_saved(draft, is_new=is_new, unchanged=edit.content == file.content)


def _show_saved(
    draft: SourceDraft, *, is_new: bool, unchanged: bool = False, removed: bool = False
) -> PageResponse:
    return PageResponse(
        template="sources/source-saved.html",
        values={
            "draft": draft,
            "text": "" if removed else source_text(draft),
            "is_new": is_new,
            "unchanged": unchanged,
            "removed": removed,
            "address": source_address(draft.key),
        },
    )


def form(
    request: PageRequest,
    file: ConfigText,
    draft: SourceDraft,
    *,
    is_new: bool,
    failure: EditFailure | None = None,
    job: str = "",
    found: object = None,
    alike: tuple[str, ...] = (),
) -> PageResponse:
    """Show the form of a source.

    Args:
        request: the request.
        file: sources.toml.
        draft: what the form holds.
        is_new: whether it is to be added.
        failure: why it was not saved.
        job: of the discovery that it comes from, with what was found.
        found: what the source lists, as discovery read it.
        alike: sources that may be the same.
    """
    file, existing, failure = EDITOR.read_existing(request, file, draft, failure)
    return PageResponse(
        template="sources/source-edit.html",
        status=200 if failure is None else failure.status,
        values={
            **EDITOR.build_values(file, draft, existing, failure),
            "is_new": is_new,
            "action": "/new-source/save" if is_new else f"{source_address(draft.key)}/edit",
            "back": "/sources" if is_new else source_address(draft.key),
            "kinds": sorted(known_kinds()),
            "item_kinds": ITEM_KINDS,
            "suppliers": sorted(request.source.wired.suppliers),
            "selectors": SELECTORS,
            "job": job,
            "found": found,
            "alike": alike,
        },
    )


def _ask_removal(
    request: PageRequest, file: ConfigText, draft: SourceDraft, failure: EditFailure | None = None
) -> PageResponse:
    with request.source.store.reading() as unit:
        state = unit.sources.get(draft.key)
    return PageResponse(
        template="sources/source-remove.html",
        status=200 if failure is None else failure.status,
        values={
            **EDITOR.build_values(file, draft, draft, failure),
            "items": 0 if state is None else state.item_count,
            "address": source_address(draft.key),
            "is_new": False,
        },
    )


PAGES = (
    Page(path="/sources/{key}/edit", handler=show_edit, role=Role.EDITOR),
    Page(path="/sources/{key}/edit", handler=submit_edit, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/remove", handler=show_removal, role=Role.EDITOR),
    Page(path="/sources/{key}/remove", handler=submit_removal, role=Role.EDITOR, method="POST"),
)
