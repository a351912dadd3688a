"""Edits one source in the text of sources.toml. Pure: comments, order and other sources stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.editing.table_file import (
    change_table,
    find_table,
    put_table,
    read_file_tables,
    remove_table,
    require_table,
    table_text,
)
from config.editing.table_form import TableForm
from config.errors import EditRefused

SELECTORS = ("entry", "link", "title", "date", "summary", "article")
TEXTS = ("name", "every", "min_every", "max_every", "item_kind", "language", "press_of", "max_age")
_DEFAULTS = {"enabled": True, "relook": True, "verify_tls": True}
FORM = TableForm(
    file="sources.toml",
    table="source",
    order=("key", "group", "kind", "url", *TEXTS, *_DEFAULTS, "select"),
    defaults=_DEFAULTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """A source as it should be written to the file; nothing is checked here.

    `texts` are the values of `TEXTS`, `select` those of `SELECTORS`, as they are written; an empty
    one needs no line.
    """

    key: str
    kind: str
    url: str
    texts: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    relook: bool = True
    verify_tls: bool = True
    select: Mapping[str, str] = field(default_factory=dict)
    group: str = ""  # empty: the line is left as it is

    def wanted(self) -> dict[str, Any]:
        """Return name -> value of the editable keys; None where no line is needed."""
        flags = {name: getattr(self, name) for name in _DEFAULTS}
        return {
            **({"group": self.group} if self.group else {}),
            "kind": self.kind,
            "url": self.url,
            **{name: self.texts.get(name) or None for name in TEXTS},
            **{name: None if flags[name] == _DEFAULTS[name] else flags[name] for name in flags},
            "select": {name: self.select.get(name) or None for name in SELECTORS},
        }


def read_source(content: bytes, key: str) -> SourceDraft | None:
    """Read a source from the content of the file; None where there is none with this key.

    Raises:
        EditRefused: the file is not TOML, or the source has values that a draft cannot hold.
    """
    tables = read_file_tables(content, FORM)
    table = next((each for each in tables if each.get("key") == key), None)
    if table is None:
        return None
    select = table.get("select", {})
    texts = {name: table[name] for name in TEXTS if name in table}
    texts_of = [*texts.values(), table.get("kind", ""), table.get("url", "")]
    is_plain = isinstance(select, dict) and all(isinstance(each, str) for each in texts_of)
    chosen = {name: select[name] for name in SELECTORS if name in select} if is_plain else {}
    if not is_plain or not all(isinstance(each, str) for each in chosen.values()):
        raise EditRefused(f"the source {key} in sources.toml has values of another type")
    flags: dict[str, Any] = {
        name: bool(table.get(name, default)) for name, default in _DEFAULTS.items()
    }
    return SourceDraft(
        key=key,
        kind=table.get("kind", ""),
        url=table.get("url", ""),
        texts=texts,
        select=chosen,
        group=str(table.get("group", "")),
        **flags,
    )


def edit_source(content: bytes, draft: SourceDraft) -> bytes:
    """Return the file with the source of the draft's key changed, or added at its end.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
    """
    number = find_table(content, FORM, draft.key)
    return put_table(content, FORM, number, {"key": draft.key, **draft.wanted()})


def switch_source(content: bytes, key: str, *, enabled: bool) -> bytes:
    """Return the file with a source enabled or disabled.

    Raises:
        EditRefused: there is no such source, or anything else would change.
    """
    number = require_table(FORM, find_table(content, FORM, key), key)
    return change_table(content, FORM, number, {"enabled": None if enabled else False})


def drop_source(content: bytes, key: str) -> bytes:
    """Return the file without a source.

    Raises:
        EditRefused: there is no such source, or anything else would change.
    """
    return remove_table(content, FORM, require_table(FORM, find_table(content, FORM, key), key))


def source_text(draft: SourceDraft) -> str:
    """Return a source as a new table of sources.toml."""
    return table_text(FORM, {"key": draft.key, **draft.wanted()})
