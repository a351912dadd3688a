"""Edits one table in the text of a TOML file. Pure: comments, order and other tables stay.

tomlkit changes the lines; the result is parsed by the standard library, and refused unless exactly
that table differs and has the wanted values.
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
    drop_absent,
    load_tables,
    needs_no_line,
    select_tables,
)
from config.editing.toml_writing import append_tables
from config.errors import EditRefused

_Body = list[tuple[Key | None, Item]]
_BOM = b"\xef\xbb\xbf"


def read_file_tables(content: bytes, form: TableForm) -> list[dict[str, Any]]:
    """Parse the tables of a file, without defaults.

    Raises:
        EditRefused: the file is not TOML, or does not consist of such tables.
    """
    return select_tables(load_tables(content, form), form)


def change_table(content: bytes, form: TableForm, number: int, wanted: Wanted) -> bytes:
    """Return the file with values of one table changed; names that are not in `wanted` stay.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
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
    old = select_tables(before, form)[number]
    check_others_stay(before, load_tables(after, form), form, number, number)
    check_written(old, select_tables(load_tables(after, form), form)[number], wanted, form)
    return after


def add_tables(content: bytes, form: TableForm, tables: list[Wanted]) -> bytes:
    """Return the file with tables added at its end.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
    """
    before = load_tables(content, form)
    existing = select_tables(before, form)
    text = "\n".join(table_text(form, values) for values in tables)
    after = _encode_text(append_tables(content.decode("utf-8"), text))
    loaded = load_tables(after, form)
    check_others_stay(before, loaded, form, len(existing), None)
    for values, written in zip(tables, select_tables(loaded, form)[len(existing) :], strict=True):
        check_written({}, written, values, form)
    return after


def put_table(content: bytes, form: TableForm, number: int | None, wanted: Wanted) -> bytes:
    """Return the file with one table changed, or added at its end where `number` is None.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
    """
    if number is None:
        return add_tables(content, form, [wanted])
    return change_table(content, form, number, wanted)


def require_table(form: TableForm, number: int | None, key: str) -> int:
    """Return the number of a table.

    Raises:
        EditRefused: it is None: there is no table of this key.
    """
    if number is None:
        raise EditRefused(f"there is no {form.table} {key} in {form.file}")
    return number


def find_table(content: bytes, form: TableForm, key: str) -> int | None:
    """Return the number of the table with a key; None where there is none.

    Raises:
        EditRefused: the file is not TOML, or does not consist of such tables.
    """
    keys = [each.get("key") for each in read_file_tables(content, form)]
    return keys.index(key) if key in keys else None


def remove_table(content: bytes, form: TableForm, number: int) -> bytes:
    """Return the file without one table.

    Raises:
        EditRefused: the file is not TOML, or anything else in it would change.
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
        f"{name} = {_build_item(values[name]).as_string()}"
        for name in form.order
        if not needs_no_line(values.get(name))
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
        raise form.unusual_form_error() from error
    after = _encode_text(text.replace("\n", "\r\n") if only_crlf else text)
    return _BOM + after if content.startswith(_BOM) else after


def _edit_table(body: _Body, wanted: Wanted, form: TableForm) -> None:
    for new, old in form.swaps:
        at = _index_keys(body)
        if wanted[new] is not None and wanted[old] is None and old in at and new not in at:
            body[at[old]] = (SingleKey(new), _build_styled_item(wanted[new], body[at[old]][1]))
    for name, value in wanted.items():
        _set_value(body, name, value, form)


def _set_value(body: _Body, name: str, value: Any, form: TableForm) -> None:
    """Set or remove a line; insert a new one by `form.order`, before comments that follow."""
    at = _index_keys(body)
    if name in at:
        existing = body[at[name]][1]
        if isinstance(value, Mapping) and isinstance(existing, Table):
            inner = TableForm(file=form.file, table=form.table, order=("", *value), defaults={})
            for part, text in value.items():
                _set_value(existing.value.body, part, text, inner)
            return
        if isinstance(value, Mapping) and isinstance(existing, InlineTable):
            _edit_inline(existing, value, form)
            return
        if _is_same(name, existing.unwrap(), value, form):
            return
        if needs_no_line(value):
            del body[at[name]]
        else:
            body[at[name]] = (SingleKey(name), _build_styled_item(value, existing))
    elif not needs_no_line(value):
        item = _build_item(value)
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


def _index_keys(body: _Body) -> dict[str, int]:
    return {key.key: number for number, (key, _) in enumerate(body) if key is not None}


def _build_styled_item(value: Any, old: Item) -> Item:
    """Return a value as TOML, with the indent and the comment of the item that it replaces."""
    item = _build_item(value)
    for name in ("indent", "comment_ws", "comment", "trail"):
        setattr(item.trivia, name, getattr(old.trivia, name))
    return item


def _edit_inline(table: Any, wanted: Wanted, form: TableForm) -> None:
    for name, value in wanted.items():
        if name in table and _is_same(name, table[name].unwrap(), value, form):
            continue
        if not needs_no_line(value):
            table[name] = _build_item(value)
        elif name in table:
            table.remove(name)


def _is_same(name: str, existing: Any, value: Any, form: TableForm) -> bool:
    if isinstance(value, str):
        return isinstance(existing, str) and existing.strip() == value.strip()
    if value is None:  # a default that is written out
        return name in form.defaults and bool(existing == form.defaults[name])
    if isinstance(value, Mapping):
        return bool(existing == drop_absent(value))
    return bool(existing == value)


def _build_item(value: Any) -> Item:
    """Return a value as TOML; texts in single quotes if possible: queries contain double ones."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for name, each in drop_absent(value).items():
            table.append(name, _build_item(each))
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


def _encode_text(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise EditRefused("the text holds characters that are not Unicode") from error
