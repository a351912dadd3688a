"""Edits one table in the text of a TOML file. Pure: comments, order and other tables stay.

tomlkit changes the lines; the result is read by the standard library's parser, and refused unless
exactly that table differs and has the wanted values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Item, Key, SingleKey, String, StringType, Table, Trivia

from config.editing.table_form import (
    TableForm,
    Wanted,
    check_others_stay,
    check_written,
    is_nothing,
    load_tables,
    tables_of,
    without_nothing,
)
from config.editing.toml_writing import append_tables
from config.errors import StarterRefused

_Body = list[tuple[Key | None, Item]]
_BOM = b"\xef\xbb\xbf"


def read_tables_of(content: bytes, form: TableForm) -> list[dict[str, Any]]:
    """Return the tables of a file, as they are written.

    Raises:
        StarterRefused: the file is not TOML, or does not consist of such tables.
    """
    return tables_of(load_tables(content, form), form)


def change_table(content: bytes, form: TableForm, number: int, wanted: Wanted) -> bytes:
    """Return the file with values of one table changed; names that are not wanted stay.

    Raises:
        StarterRefused: the file is not TOML, or anything else of it would change.
    """
    before = load_tables(content, form)

    def change(document: Any) -> None:
        listed = document[form.table]
        table = listed[number]
        if isinstance(listed, AoT):
            _edit_table(table.value.body, wanted, form)
        else:
            _edit_inline(table, wanted, form)

    after = _rewrite(content, form, change)
    old = tables_of(before, form)[number]
    check_others_stay(before, load_tables(after, form), form, number, number)
    check_written(old, tables_of(load_tables(after, form), form)[number], wanted, form)
    return after


def add_tables(content: bytes, form: TableForm, tables: list[Wanted]) -> bytes:
    """Return the file with tables added at its end.

    Raises:
        StarterRefused: the file is not TOML, or anything else of it would change.
    """
    before = load_tables(content, form)
    there = tables_of(before, form)
    text = "\n".join(table_text(form, values) for values in tables)
    after = _encode(append_tables(content.decode("utf-8"), text))
    loaded = load_tables(after, form)
    check_others_stay(before, loaded, form, len(there), None)
    for values, written in zip(tables, tables_of(loaded, form)[len(there) :], strict=True):
        check_written({}, written, values, form)
    return after


def remove_table(content: bytes, form: TableForm, number: int) -> bytes:
    """Return the file without one table.

    Raises:
        StarterRefused: the file is not TOML, or anything else of it would change.
    """
    before = load_tables(content, form)

    def remove(document: Any) -> None:
        del document[form.table][number]

    after = _rewrite(content, form, remove)
    check_others_stay(before, load_tables(after, form), form, None, number)
    return after


def table_text(form: TableForm, values: Wanted) -> str:
    """Return a table as new lines of the file."""
    lines = [
        f"{name} = {_item(values[name]).as_string()}"
        for name in form.order
        if not is_nothing(values.get(name))
    ]
    return "\n".join([f"[[{form.table}]]", *lines, ""])


def _rewrite(content: bytes, form: TableForm, change: Callable[[Any], None]) -> bytes:
    text = content.decode("utf-8-sig")
    only_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    if only_crlf:
        text = text.replace("\r\n", "\n")
    try:
        document = tomlkit.parse(text)
        change(document)
        text = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise form.unfit() from error
    after = _encode(text.replace("\n", "\r\n") if only_crlf else text)
    return _BOM + after if content.startswith(_BOM) else after


def _edit_table(body: _Body, wanted: Wanted, form: TableForm) -> None:
    for new, old in form.swaps:
        at = _places(body)
        if wanted[new] is not None and wanted[old] is None and old in at and new not in at:
            body[at[old]] = (SingleKey(new), _take_style(wanted[new], body[at[old]][1]))
    for name, value in wanted.items():
        _set(body, name, value, form)


def _set(body: _Body, name: str, value: Any, form: TableForm) -> None:
    """Set or remove a line. A new one comes after its neighbours, before comments below them."""
    at = _places(body)
    if name in at:
        there = body[at[name]][1]
        if isinstance(value, Mapping) and isinstance(there, Table):
            inner = TableForm(file=form.file, table=form.table, order=("", *value), defaults={})
            for part, text in value.items():
                _set(there.value.body, part, text, inner)
            return
        if isinstance(value, Mapping) and isinstance(there, InlineTable):
            _edit_inline(there, value, form)
            return
        if _is_same(name, there.unwrap(), value, form):
            return
        if is_nothing(value):
            del body[at[name]]
        else:
            body[at[name]] = (SingleKey(name), _take_style(value, there))
    elif not is_nothing(value):
        item = _item(value)
        order = form.order
        before = [at[each] for each in order[: order.index(name)] if each in at]
        lines = [n for n in at.values() if not isinstance(body[n][1], Table)]
        place = before[-1] if before else max(lines, default=-1)
        if place >= 0:
            neighbour = body[place][1]
            neighbour.trivia.trail = neighbour.trivia.trail or "\n"  # at the end of the file
            item.trivia.indent = neighbour.trivia.indent
        item.trivia.trail = "\n"
        body.insert(place + 1, (SingleKey(name), item))


def _places(body: _Body) -> dict[str, int]:
    return {key.key: number for number, (key, _) in enumerate(body) if key is not None}


def _take_style(value: Any, old: Item) -> Item:
    """Return a value as TOML, with the indent and the comment of the one that it replaces."""
    item = _item(value)
    for name in ("indent", "comment_ws", "comment", "trail"):
        setattr(item.trivia, name, getattr(old.trivia, name))
    return item


def _edit_inline(table: Any, wanted: Wanted, form: TableForm) -> None:
    for name, value in wanted.items():
        if name in table and _is_same(name, table[name].unwrap(), value, form):
            continue
        if not is_nothing(value):
            table[name] = _item(value)
        elif name in table:
            table.remove(name)


def _is_same(name: str, there: Any, value: Any, form: TableForm) -> bool:
    if isinstance(value, str):
        return isinstance(there, str) and there.strip() == value.strip()
    if value is None:  # a default that is written out
        return name in form.defaults and bool(there == form.defaults[name])
    if isinstance(value, Mapping):
        return bool(there == without_nothing(value))
    return bool(there == value)


def _item(value: Any) -> Item:
    """Return a value as TOML; texts in single quotes where possible: queries have double ones."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for name, each in without_nothing(value).items():
            table.append(name, _item(each))
        return table
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
        raise StarterRefused("the text holds characters that are not Unicode") from error
