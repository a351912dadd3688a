"""Edits one watch in the text of watches.toml. Pure: comments, order and other watches stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.editing.table_file import (
    find_table,
    put_table,
    read_file_tables,
    remove_table,
    require_table,
    table_text,
)
from config.editing.table_form import TableForm
from config.errors import EditRefused

_DEFAULTS = {
    "exact": False,
    "every_outlet": False,
    "events": False,
    "summaries": True,
    "asides": True,
}
FORM = TableForm(
    file="watches.toml",
    table="watch",
    order=(
        "key",
        "group",
        "label",
        "was",
        "query",
        "keywords",
        "exact",
        "every_outlet",
        "events",
        "summaries",
        "asides",
    ),
    defaults=_DEFAULTS,
    swaps=(("query", "keywords"), ("keywords", "query")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDraft:
    """A watch as it should be written to the file: either `query` or `keywords`.

    Nothing is checked here.
    """

    key: str
    label: str = ""
    query: str = ""
    keywords: tuple[str, ...] = ()
    exact: bool = False
    every_outlet: bool = False
    events: bool = False
    summaries: bool = True
    asides: bool = True
    group: str = ""  # empty: the line is left as it is

    def wanted(self) -> dict[str, Any]:
        """Return name -> value of the editable keys; None where no line is needed."""
        flags = {name: getattr(self, name) for name in _DEFAULTS}
        return {
            **({"group": self.group} if self.group else {}),
            "label": self.label or None,
            "query": self.query or None,
            "keywords": list(self.keywords) or None,
            **{name: None if flags[name] == _DEFAULTS[name] else flags[name] for name in flags},
        }


def read_watch(content: bytes, key: str) -> WatchDraft | None:
    """Read a watch from the content of the file; None where there is none with this key.

    Raises:
        EditRefused: the file is not TOML, or the watch has values that a draft cannot hold.
    """
    table = next((each for each in read_file_tables(content, FORM) if each.get("key") == key), None)
    if table is None:
        return None
    draft = WatchDraft(
        key=key,
        label=table.get("label", ""),
        group=str(table.get("group", "")),
        query=str(table.get("query", "")).strip(),
        keywords=tuple(table.get("keywords", ())),
        **{name: table.get(name, default) for name, default in _DEFAULTS.items()},
    )
    if not all(isinstance(each, str) for each in (draft.label, *draft.keywords)):
        raise EditRefused(f"the watch {key} in watches.toml has values of another type")
    return draft


def edit_watch(content: bytes, draft: WatchDraft) -> bytes:
    """Return the file with the watch of the draft's key changed, or added at its end.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
    """
    number = find_table(content, FORM, draft.key)
    return put_table(content, FORM, number, {"key": draft.key, **draft.wanted()})


def drop_watch(content: bytes, key: str) -> bytes:
    """Return the file without a watch.

    Raises:
        EditRefused: there is no such watch, or anything else would change.
    """
    return remove_table(content, FORM, require_table(FORM, find_table(content, FORM, key), key))


def watch_text(draft: WatchDraft) -> str:
    """Return a watch as a new table of watches.toml."""
    return table_text(FORM, {"key": draft.key, **draft.wanted()})
