"""backup, restore, db check and export work while other parts of the configuration are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_article, an_instance

BROKEN = {
    "no TOML": ("watches.toml", "[[watch\n"),
    "a query that cannot be read": ("watches.toml", "[[watch]]\nkey = 'x'\nquery = 'a AND ('\n"),
    "suppliers": ("suppliers.toml", "[[supplier]]\nkey = 5\n"),
    "sources": ("sources.toml", "[[source]]\nkey = 'x'\nkind = 'telepathy'\nurl = 'x'\n"),
    "nobody": ("subscriptions.toml", "[[subscription]]\nto = [“me”]\n"),
}


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    made.stores(an_article("one", title="Halcyon opens an office"))
    return made


@pytest.mark.parametrize("broken", BROKEN)
def test_the_data_can_be_kept_safe(instance: Instance, tmp_path: Path, broken: str) -> None:
    instance.write(*BROKEN[broken])
    copy, table = tmp_path / "copy.db", tmp_path / "mentions.csv"

    assert instance.run("check").exit_code == Exit.CONFIG_INVALID
    assert instance.run("backup", str(copy)).exit_code == Exit.OK
    assert instance.run("db", "check").exit_code == Exit.OK
    exported = instance.run("export", str(table))
    assert exported.exit_code == Exit.OK, exported.output
    assert "which `supplierwatch check` lists" in exported.stderr
    assert "Halcyon opens an office" in table.read_text(encoding="utf-8")
    assert instance.run("restore", str(copy), "--yes").exit_code == Exit.OK


def test_where_it_cannot_be_told_where_the_data_is_nothing_is_done(
    instance: Instance, tmp_path: Path
) -> None:
    instance.write("settings.toml", "[service]\ndata = \n")
    run = instance.run("backup", str(tmp_path / "copy.db"))
    assert run.exit_code == Exit.CONFIG_INVALID
    assert not (tmp_path / "copy.db").exists()
