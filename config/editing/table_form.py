"""Describes the tables that can be edited, and checks an edit. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import EditRefused

Wanted = Mapping[str, Any]  # name -> value; None: no line is needed; a mapping: a table in it


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """A kind of table.

    Args:
        file: its name, for messages.
        table: the name of the array of tables.
        order: the names, in the order in which lines are inserted.
        defaults: values that need no line.
        swaps: (new, old) names where a new line takes the position of the old one.
    """

    file: str
    table: str
    order: tuple[str, ...]
    defaults: Mapping[str, Any]
    swaps: tuple[tuple[str, str], ...] = ()

    def unusual_form_error(self) -> EditRefused:
        """Make the error for a file in an unusual form."""
        return EditRefused(
            f"{self.file} is in a form in which this {self.table} cannot be changed without "
            "changing more: edit it by hand"
        )


def needs_no_line(value: Any) -> bool:
    """Return whether a value needs no line."""
    return value is None or (isinstance(value, Mapping) and not drop_absent(value))


def drop_absent(value: Wanted) -> dict[str, Any]:
    """Return the values that need a line."""
    return {name: each for name, each in value.items() if each is not None}


def load_tables(content: bytes, form: TableForm) -> dict[str, Any]:
    """Parse a file.

    Raises:
        EditRefused: it is not TOML.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise EditRefused(
            f"{form.file} cannot be read: {error}: `supplierwatch check` says where"
        ) from error


def select_tables(loaded: dict[str, Any], form: TableForm) -> list[dict[str, Any]]:
    """Return the tables of a parsed file.

    Raises:
        EditRefused: it does not consist of such tables.
    """
    listed = loaded.get(form.table, [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise EditRefused(f"{form.file} has no [[{form.table}]] tables: write it as such tables")
    return listed


def check_others_stay(
    before: dict[str, Any],
    after: dict[str, Any],
    form: TableForm,
    new: int | None,
    old: int | None,
) -> None:
    """Check that the files are equal without table `new` of the new and `old` of the old one.

    Without `old`, the table at `new` and all after it are new.

    Raises:
        EditRefused: they differ.
    """
    was, now = select_tables(before, form), select_tables(after, form)
    if old is not None:
        was = was[:old] + was[old + 1 :]
    if new is not None:
        if new >= len(now):
            raise form.unusual_form_error()
        now = now[:new] + (now[new + 1 :] if old is not None else [])
    rest_stays = {k: v for k, v in before.items() if k != form.table} == {
        k: v for k, v in after.items() if k != form.table
    }
    if not rest_stays or was != now:
        raise form.unusual_form_error()


def check_written(
    old: dict[str, Any], new: dict[str, Any], wanted: Wanted, form: TableForm
) -> None:
    """Check that a table has the wanted values, and that its other values are unchanged.

    Raises:
        EditRefused: it has not, or they are not.
    """
    kept = {k: v for k, v in old.items() if k not in wanted}
    if {k: v for k, v in new.items() if k not in wanted} != kept:
        raise form.unusual_form_error()
    for name, value in wanted.items():
        existing = new.get(name, form.defaults.get(name))
        if isinstance(value, Mapping):
            stays = {k: v for k, v in (old.get(name) or {}).items() if k not in value}
            right = (existing or {}) == stays | drop_absent(value)
        elif isinstance(value, str):
            right = isinstance(existing, str) and existing.strip() == value.strip()
        else:
            right = bool(existing == (form.defaults.get(name) if value is None else value))
        if not right:
            raise form.unusual_form_error()
