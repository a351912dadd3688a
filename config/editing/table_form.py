"""The form of the tables that can be edited, and the checks of an edit. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import StarterRefused

Wanted = Mapping[str, Any]  # name -> value; None: no line is needed; a mapping: a table in it


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """A kind of table.

    Args:
        file: its name, for messages.
        table: the name of the array of tables.
        order: the names in the order of a new table; a new line comes after its neighbours.
        defaults: values that need no line.
        swaps: (new, old) names of which one replaces the other, in its place.
    """

    file: str
    table: str
    order: tuple[str, ...]
    defaults: Mapping[str, Any]
    swaps: tuple[tuple[str, str], ...] = ()

    def unfit(self) -> StarterRefused:
        """Return the error that the file has an unusual form."""
        return StarterRefused(
            f"{self.file} has a form in which this {self.table} cannot be changed alone: edit it "
            "by hand"
        )


def is_nothing(value: Any) -> bool:
    """Return whether a value needs no line."""
    return value is None or (isinstance(value, Mapping) and not without_nothing(value))


def without_nothing(value: Wanted) -> dict[str, Any]:
    """Return the values that need a line."""
    return {name: each for name, each in value.items() if each is not None}


def load_tables(content: bytes, form: TableForm) -> dict[str, Any]:
    """Parse a file.

    Raises:
        StarterRefused: it is not TOML.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StarterRefused(
            f"{form.file} cannot be read: {error}: `supplierwatch check` says where"
        ) from error


def tables_of(loaded: dict[str, Any], form: TableForm) -> list[dict[str, Any]]:
    """Return the tables of a parsed file.

    Raises:
        StarterRefused: it does not consist of such tables.
    """
    listed = loaded.get(form.table, [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise StarterRefused(
            f"{form.file} does not consist of [[{form.table}]] tables: write them so"
        )
    return listed


def check_others_stay(
    before: dict[str, Any],
    after: dict[str, Any],
    form: TableForm,
    new: int | None,
    old: int | None,
) -> None:
    """Refuse unless all but the table `new` of the new file is all but `old` of the old one.

    With `new` alone, that table and all behind it are new.
    """
    was, now = tables_of(before, form), tables_of(after, form)
    if old is not None:
        was = was[:old] + was[old + 1 :]
    if new is not None:
        if new >= len(now):
            raise form.unfit()
        now = now[:new] + (now[new + 1 :] if old is not None else [])
    rest_stays = {k: v for k, v in before.items() if k != form.table} == {
        k: v for k, v in after.items() if k != form.table
    }
    if not rest_stays or was != now:
        raise form.unfit()


def check_written(
    old: dict[str, Any], new: dict[str, Any], wanted: Wanted, form: TableForm
) -> None:
    """Refuse unless a table has the wanted values, and what was not asked for stays."""
    kept = {k: v for k, v in old.items() if k not in wanted}
    if {k: v for k, v in new.items() if k not in wanted} != kept:
        raise form.unfit()
    for name, value in wanted.items():
        there = new.get(name, form.defaults.get(name))
        if isinstance(value, Mapping):
            stays = {k: v for k, v in (old.get(name) or {}).items() if k not in value}
            right = (there or {}) == stays | without_nothing(value)
        elif isinstance(value, str):
            right = isinstance(there, str) and there.strip() == value.strip()
        else:
            right = bool(there == (form.defaults.get(name) if value is None else value))
        if not right:
            raise form.unfit()
