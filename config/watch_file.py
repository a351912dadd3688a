"""Edits one watch in the text of watches.toml. Pure: comments, order and other watches stay."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Item, Key, SingleKey, String, StringType, Trivia

from config.errors import StarterRefused
from config.toml_writing import append_tables

_Body = list[tuple[Key | None, Item]]
_BOM = b"\xef\xbb\xbf"
_ORDER = ("key", "label", "was", "query", "keywords", "exact", "every_outlet", "asides")
_DEFAULTS = {"exact": False, "every_outlet": False, "asides": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDraft:
    """A watch as an editor wants it: either `query` or `keywords`. Nothing is checked here."""

    key: str
    label: str = ""
    query: str = ""
    keywords: tuple[str, ...] = ()
    exact: bool = False
    every_outlet: bool = False
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
    table = next((each for each in _watches(_load(content)) if each.get("key") == key), None)
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
    before = _load(content)
    there = [each.get("key") for each in _watches(before)]
    if draft.key not in there:
        after = _encode(append_tables(content.decode("utf-8"), watch_text(draft)))
    else:
        after = _replace(content, there.index(draft.key), draft)
    _check_only_the_watch_changed(before, _load(after), draft)
    return after


def watch_text(draft: WatchDraft) -> str:
    """Return a watch as a new table of watches.toml."""
    values = {"key": draft.key, **draft.wanted()}
    lines = [
        f"{name} = {_item(values[name]).as_string()}"
        for name in _ORDER
        if values.get(name) is not None
    ]
    return "\n".join(["[[watch]]", *lines, ""])


def _replace(content: bytes, number: int, draft: WatchDraft) -> bytes:
    text = content.decode("utf-8-sig")
    only_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    if only_crlf:
        text = text.replace("\r\n", "\n")
    try:
        document = tomlkit.parse(text)
        listed = document["watch"]
        table = listed[number]
        if isinstance(listed, AoT):
            _edit_table(table.value.body, draft.wanted())
        else:
            _edit_inline(table, draft.wanted())
        text = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _unfit() from error
    after = _encode(text.replace("\n", "\r\n") if only_crlf else text)
    return _BOM + after if content.startswith(_BOM) else after


def _edit_table(body: _Body, wanted: dict[str, Any]) -> None:
    for new, old in (("query", "keywords"), ("keywords", "query")):
        at = _places(body)
        if wanted[new] is not None and wanted[old] is None and old in at and new not in at:
            body[at[old]] = (SingleKey(new), _take_style(wanted[new], body[at[old]][1]))
    for name, value in wanted.items():
        _set(body, name, value)


def _set(body: _Body, name: str, value: Any) -> None:
    """Set or remove a line. A new one comes after its neighbours, before comments below them."""
    at = _places(body)
    if name in at:
        there = body[at[name]][1]
        if _is_same(name, there.unwrap(), value):
            return
        if value is None:
            del body[at[name]]
        else:
            body[at[name]] = (SingleKey(name), _take_style(value, there))
    elif value is not None:
        before = [at[each] for each in _ORDER[: _ORDER.index(name)] if each in at]
        place = before[-1] if before else max(at.values())
        neighbour, item = body[place][1], _item(value)
        neighbour.trivia.trail = neighbour.trivia.trail or "\n"  # at the end of the file
        item.trivia.indent = neighbour.trivia.indent
        item.trivia.trail = neighbour.trivia.trail
        body.insert(place + 1, (SingleKey(name), item))


def _places(body: _Body) -> dict[str, int]:
    return {key.key: number for number, (key, _) in enumerate(body) if key is not None}


def _take_style(value: Any, old: Item) -> Item:
    """Return a value as TOML, with the indent and the comment of the one that it replaces."""
    item = _item(value)
    for name in ("indent", "comment_ws", "comment", "trail"):
        setattr(item.trivia, name, getattr(old.trivia, name))
    return item


def _edit_inline(table: Any, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name in table and _is_same(name, table[name].unwrap(), value):
            continue
        if value is not None:
            table[name] = _item(value)
        elif name in table:
            table.remove(name)


def _is_same(name: str, there: Any, value: Any) -> bool:
    if name == "query":
        return value is not None and str(there).strip() == value.strip()
    if value is None:  # a default that is written out
        return name in _DEFAULTS and bool(there) == _DEFAULTS[name]
    return bool(there == value)


def _item(value: Any) -> Item:
    """Return a value as TOML; texts in single quotes where possible: queries have double ones."""
    if not isinstance(value, str):
        item: Item = tomlkit.item(value)
        return item
    if "'" not in value and value.isprintable():
        return tomlkit.string(value, literal=True)
    rest = value.replace("\n", "")
    if "\n" in value and "'''" not in value and rest.isprintable():
        return String(StringType.MLL, f"{value}\n", f"\n{value}\n", Trivia())
    return tomlkit.string(value)


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise StarterRefused("the watch holds characters that are not Unicode") from error


def _load(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StarterRefused(
            f"watches.toml cannot be read: {error}: `supplierwatch check` says where"
        ) from error


def _watches(loaded: dict[str, Any]) -> list[dict[str, Any]]:
    listed = loaded.get("watch", [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise StarterRefused("watches.toml does not consist of [[watch]] tables: write them so")
    return listed


def _check_only_the_watch_changed(
    before: dict[str, Any], after: dict[str, Any], draft: WatchDraft
) -> None:
    was, now = _watches(before), _watches(after)
    numbers = [n for n, each in enumerate(was) if each.get("key") == draft.key]
    number = numbers[0] if numbers else len(was)
    rest_stays = {k: v for k, v in before.items() if k != "watch"} == {
        k: v for k, v in after.items() if k != "watch"
    }
    others = (*now[:number], *now[number + 1 :])
    if not rest_stays or list(others) != was[:number] + was[number + 1 :] or number >= len(now):
        raise _unfit()
    old: dict[str, Any] = was[number] if numbers else {}
    new = now[number]
    kept = {k: v for k, v in old.items() if k not in draft.wanted()}
    if {k: v for k, v in new.items() if k not in draft.wanted()} != {**kept, "key": draft.key}:
        raise _unfit()
    if not all(_is_written(new, name, value) for name, value in draft.wanted().items()):
        raise _unfit()


def _is_written(table: dict[str, Any], name: str, value: Any) -> bool:
    there = table.get(name, _DEFAULTS.get(name))
    if isinstance(value, str):
        return isinstance(there, str) and there.strip() == value.strip()
    return bool(there == (_DEFAULTS.get(name) if value is None else value))


def _unfit() -> StarterRefused:
    return StarterRefused(
        "watches.toml has a form in which this watch cannot be changed alone: edit it by hand"
    )
