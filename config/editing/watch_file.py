"""Edits one watch in the text of watches.toml. Pure: comments, order and other watches stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.editing.table_file import add_tables, change_table, read_tables_of, table_text
from config.editing.table_form import TableForm
from config.errors import StarterRefused

_DEFAULTS = {"exact": False, "every_outlet": False, "events": False, "asides": True}
FORM = TableForm(
    file="watches.toml",
    table="watch",
    order=("key", "label", "was", "query", "keywords", "exact", "every_outlet", "events", "asides"),
    defaults=_DEFAULTS,
    swaps=(("query", "keywords"), ("keywords", "query")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDraft:
    """A watch as an editor wants it: either `query` or `keywords`. Nothing is checked here."""

    key: str
    label: str = ""
    query: str = ""
    keywords: tuple[str, ...] = ()
    exact: bool = False
    every_outlet: bool = False
    events: bool = False
    asides: bool = True

    def wanted(self) -> dict[str, Any]:
        """Return name -> value of what an editor may change; None where no line is needed."""
        flags = {name: getattr(self, name) for name in _DEFAULTS}
        return {
            "label": self.label or None,
            "query": self.query or None,
            "keywords": list(self.keywords) or None,
            **{name: None if flags[name] == _DEFAULTS[name] else flags[name] for name in flags},
        }


def read_watch(content: bytes, key: str) -> WatchDraft | None:
    """Return a watch as the file has it; None where it has none of this key.

    Raises:
        StarterRefused: the file is not TOML, or the watch is of no form that a draft has.
    """
    table = next((each for each in read_tables_of(content, FORM) if each.get("key") == key), None)
    if table is None:
        return None
    draft = WatchDraft(
        key=key,
        label=table.get("label", ""),
        query=str(table.get("query", "")).strip(),
        keywords=tuple(table.get("keywords", ())),
        **{name: table.get(name, default) for name, default in _DEFAULTS.items()},
    )
    if not all(isinstance(each, str) for each in (draft.label, *draft.keywords)):
        raise StarterRefused(f"the watch {key} in watches.toml has values of another type")
    return draft


def edit_watch(content: bytes, draft: WatchDraft) -> bytes:
    """Return the file with the watch of the draft's key changed, or added at its end.

    Raises:
        StarterRefused: the file is not TOML, or anything else of it would change.
    """
    there = [each.get("key") for each in read_tables_of(content, FORM)]
    if draft.key not in there:
        return add_tables(content, FORM, [{"key": draft.key, **draft.wanted()}])
    return change_table(content, FORM, there.index(draft.key), draft.wanted())


def watch_text(draft: WatchDraft) -> str:
    """Return a watch as a new table of watches.toml."""
    return table_text(FORM, {"key": draft.key, **draft.wanted()})
