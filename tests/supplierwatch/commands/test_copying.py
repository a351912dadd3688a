"""`db copy` on the command line: what FROM and TO may be, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.engine.service_lock import ServiceLock
from storage.store import open_store
from supplierwatch.commands.administration.copying import read_database_argument
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import CommandError
from tests.supplierwatch.instance import Instance, an_article, an_instance


@pytest.fixture
def stocked(tmp_path: Path) -> Instance:
    instance = an_instance(tmp_path)
    with instance.service():
        pass
    instance.stores(an_article())
    return instance


def test_a_copy_says_how_many_rows_and_that_both_sides_agree(
    stocked: Instance, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "watch.db"
    run = stocked.run("db", "copy", str(stocked.data / "supplierwatch.db"), str(target))
    assert run.exit_code == Exit.OK, run.output
    assert "copied" in run.stdout
    assert "both sides hold the same" in run.stdout
    store = open_store(f"sqlite:///{target}", migrate=False)
    with store.reading() as unit:
        assert unit.items.count() == 1
    store.close()


def test_a_copy_is_refused_while_the_service_of_the_configuration_runs(
    stocked: Instance, tmp_path: Path
) -> None:
    # the database may lie elsewhere than the data folder, which the service locks
    elsewhere = tmp_path / "elsewhere" / "watch.db"
    with ServiceLock(stocked.data):
        run = stocked.run("db", "copy", str(elsewhere), str(tmp_path / "other.db"))
        assert run.exit_code == Exit.DATABASE_REFUSED  # it is not there
        elsewhere.parent.mkdir()
        (stocked.data / "supplierwatch.db").rename(elsewhere)
        run = stocked.run("db", "copy", str(elsewhere), str(tmp_path / "other.db"))
    assert run.exit_code == Exit.ALREADY_RUNNING, run.output
    assert not (tmp_path / "other.db").exists()


def test_databases_are_named_by_path_url_file_or_variable(tmp_path: Path) -> None:
    url = "postgresql://watch:secret@db.example/watch"
    (tmp_path / "url").write_text(f"{url}\n")
    assert read_database_argument(url, {}) == url
    assert read_database_argument(f"@{tmp_path}/url", {}) == url
    assert read_database_argument("env:URL", {"URL": url}) == url
    assert read_database_argument(f"{tmp_path}/a.db", {}) == f"sqlite:///{tmp_path}/a.db"


@pytest.mark.parametrize("argument", ["env:NONE", "env:", "@/nowhere/url", "@{folder}/empty"])
def test_a_name_that_leads_to_no_url_is_told_without_the_value(
    argument: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("hunter2\n")
    with pytest.raises(CommandError) as told:
        read_database_argument(argument.format(folder=tmp_path), {})
    assert told.value.exit == Exit.USAGE
    assert "hunter2" not in told.value.message
    assert "env:NAME" in told.value.hint
