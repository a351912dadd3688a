"""init, check, mail, digest, backup, restore: a configuration and its data, looked after."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from storage.engine.service_lock import ServiceLock
from supplierwatch.commands.sources import crawling
from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_article, an_instance
from tests.support.servers.mailserver import ScriptedServer


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return an_instance(tmp_path)


@pytest.fixture
def stocked(instance: Instance) -> Instance:
    with instance.service():
        pass
    instance.stores(an_article())
    return instance


def test_init_writes_a_configuration_that_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    instance = Instance(config=tmp_path / "media", data=tmp_path / "media" / "data")
    first = instance.run("init", str(instance.config))
    assert first.exit_code == Exit.OK, first.output
    assert "check" in first.stdout
    checked = instance.json("check")
    assert checked["valid"]
    assert checked["counts"]["sources"] > 20


def test_init_touches_nothing_that_exists(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    instance.write("watches.toml", "# mine\n")
    assert instance.run("init", str(instance.config)).exit_code == Exit.FAILED
    assert (instance.config / "watches.toml").read_text(encoding="utf-8") == "# mine\n"


def test_check_says_what_the_configuration_means(instance: Instance) -> None:
    out = instance.run("check", "--verbose").stdout
    assert "sources    2" in out
    assert "no mail server: messages become files in" in " ".join(out.split())
    assert "All right" in out or "warning" in out
    query = next(w for w in instance.json("check")["watches"] if w["key"] == "no-board")
    assert query["paraphrase"] in " ".join(out.split())


def test_check_lists_all_problems_of_all_files_at_once(instance: Instance) -> None:
    instance.write("watches.toml", '[[watch]]\nkey = "a"\nqery = "halcyon"\n')
    instance.write(
        "sources.toml", '[[source]]\nkey = "s"\nkind = "fed"\nurl = "https://x.example"\n'
    )
    run = instance.run("check")
    assert run.exit_code == Exit.CONFIG_INVALID
    for said in ("watches.toml:3", "sources.toml:3", "subscriptions.toml", "fix:"):
        assert said in run.stderr
    assert "Traceback" not in run.output
    document = instance.json("check", code=Exit.CONFIG_INVALID)
    assert document["valid"] is False
    assert {"watches.toml", "sources.toml"} <= {
        Path(problem["file"]).name for problem in document["problems"]
    }


@pytest.mark.parametrize(
    "command",
    ["search x", "crawl", "run", "sources", "watches", "deliveries", "digest", "db upgrade"],
)
def test_nothing_runs_on_a_broken_configuration(instance: Instance, command: str) -> None:
    instance.write("watches.toml", '[[watch]]\nkey = "a"\nquery = "halcyon AND"\n')
    run = instance.run(*command.split())
    assert run.exit_code == Exit.CONFIG_INVALID
    assert not instance.data.exists()


def test_a_missing_configuration_is_answered_with_init(tmp_path: Path) -> None:
    run = Instance(config=tmp_path / "none", data=tmp_path).run("check")
    assert run.exit_code == Exit.CONFIG_INVALID
    assert "supplierwatch init" in " ".join(run.stderr.split())


@pytest.mark.parametrize("command", [["crawl"], ["run"], ["db", "upgrade"]], ids=" ".join)
def test_a_second_service_on_one_data_folder_is_refused(
    instance: Instance, command: list[str]
) -> None:
    instance.data.mkdir()
    with ServiceLock(instance.data):
        run = instance.run(*command)
    assert run.exit_code == Exit.ALREADY_RUNNING
    assert "stop it first" in " ".join(run.stderr.split())


def test_a_service_that_does_not_poll_in_time_is_not_waited_for_longer(
    stocked: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.write(
        "sources.toml",
        '[[source]]\nkey = "ward-ledger"\nkind = "feed"\nurl = "https://ward.example/feed"\n',
    )
    assert crawling.WAIT_FOR_POLL <= 120  # seconds: somebody waits for the command
    monkeypatch.setattr(crawling, "WAIT_FOR_POLL", 0.2)  # seconds; a service that hangs never polls
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        assert len(looks) < 200, "it waits on"
        time.sleep(0.05)

    monkeypatch.setattr(crawling, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    with ServiceLock(stocked.data):
        run = stocked.run("crawl", "ward-ledger")
    assert run.exit_code == Exit.FAILED
    assert "ward-ledger  not polled yet" in run.stdout


def test_a_file_that_is_no_database_is_refused(stocked: Instance) -> None:
    database = next(stocked.data.glob("*.db"))
    for path in stocked.data.glob("*.db*"):
        path.unlink()
    database.write_bytes(b"this is no database " * 500)
    for command in (["search", "x"], ["crawl"]):
        run = stocked.run(*command)
        assert run.exit_code == Exit.DATABASE_REFUSED, run.output
        assert "Traceback" not in run.output


def test_a_database_of_a_newer_release_is_refused(stocked: Instance) -> None:
    _pretend_schema(stocked, "from-the-future")
    for command in (["search", "x"], ["sources"], ["db", "upgrade"]):
        run = stocked.run(*command)
        assert run.exit_code == Exit.DATABASE_REFUSED, (command, run.output)


def test_preview_shows_the_digest_and_changes_nothing(stocked: Instance) -> None:
    first = stocked.run("digest", "--preview")
    assert first.exit_code == Exit.OK, first.output
    assert "Millbrook pauses its Halcyon roll-out" in first.stdout
    assert stocked.run("digest", "--preview").stdout.splitlines()[0] == first.stdout.splitlines()[0]
    assert stocked.json("deliveries")["messages"] == []


def test_preview_as_html(stocked: Instance, tmp_path: Path) -> None:
    page = tmp_path / "digest.html"
    run = stocked.run("digest", "--preview", "--html", str(page))
    assert run.exit_code == Exit.OK, run.output
    assert "Halcyon" in page.read_text(encoding="utf-8")


def test_a_digest_is_sent_now_when_the_operator_says_so(stocked: Instance) -> None:
    refused = stocked.run("digest", input="n\n")
    assert refused.exit_code == Exit.FAILED
    assert stocked.json("deliveries")["messages"] == []
    sent = stocked.run("digest", "--yes")
    assert sent.exit_code == Exit.OK, sent.output
    kinds = [m["kind"] for m in stocked.json("deliveries", "--state", "sent")["messages"]]
    assert "digest" in kinds
    assert list((stocked.data / "mail").glob("*digest*.eml"))
    again = stocked.run("digest", "--yes")
    assert "Nothing is pending" in again.stdout


def test_deliveries_shows_what_became_of_each_message(stocked: Instance) -> None:
    stocked.run("digest", "--yes")
    out = stocked.run("deliveries").stdout
    assert "comms@trust.example" in out
    assert "sent" in out
    assert "No message in this state" in stocked.run("deliveries", "--state", "dead").stdout
    assert stocked.run("deliveries", "--state", "lost").exit_code == Exit.USAGE


def test_mail_test_without_a_server_writes_a_file_and_says_so(instance: Instance) -> None:
    run = instance.run("mail-test", "me@trust.example")
    assert run.exit_code == Exit.OK, run.output
    assert "no mail server" in run.stdout
    assert len(list((instance.data / "mail").glob("*.eml"))) == 1


def test_mail_test_says_how_it_went_and_which_records_decide(instance: Instance) -> None:
    settings = (instance.config / "settings.toml").read_text(encoding="utf-8")
    with ScriptedServer() as server:
        smtp = f'smtp = "127.0.0.1:{server.port}"\nsecurity = "none"\n'
        instance.write("settings.toml", settings.replace("[service]", f"{smtp}[service]"))
        run = instance.run("mail-test", "me@trust.example")
        assert run.exit_code == Exit.OK, run.output
        assert len(server.received) == 1
    said = " ".join(run.stdout.split())
    assert "NOT encrypted" in said
    assert "dig +short TXT trust.example must have a v=spf1 record" in said
    assert "DKIM-Signature with d=trust.example" in said
    assert "dig +short TXT _dmarc.trust.example" in said


def test_mail_test_fails_where_the_server_cannot_be_reached(instance: Instance) -> None:
    settings = (instance.config / "settings.toml").read_text(encoding="utf-8")
    smtp = 'smtp = "127.0.0.1:9"\nsecurity = "none"\n'
    instance.write("settings.toml", settings.replace("[service]", f"{smtp}[service]"))
    run = instance.run("mail-test", "me@trust.example")
    assert run.exit_code == Exit.FAILED
    assert "127.0.0.1:9 cannot be reached" in " ".join(run.stderr.split())


def test_mail_test_refuses_what_is_no_address(instance: Instance) -> None:
    run = instance.run("mail-test", "me at trust")
    assert run.exit_code == Exit.FAILED
    assert "is not a mail address" in " ".join(run.stderr.split())


def test_a_backup_can_be_restored(stocked: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert stocked.run("backup", str(copy)).exit_code == Exit.OK
    stocked.stores(an_article("later", title="Halcyon again", body=""))
    assert stocked.json("search", "halcyon")["looked_at"] == 2
    asked = stocked.run("restore", str(copy), input="n\n")
    assert asked.exit_code == Exit.FAILED
    assert stocked.json("search", "halcyon")["looked_at"] == 2
    done = stocked.run("restore", str(copy), "--yes")
    assert done.exit_code == Exit.OK, done.output
    assert stocked.json("search", "halcyon")["looked_at"] == 1


def test_backup_refuses_to_overwrite(stocked: Instance, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("precious", encoding="utf-8")
    assert stocked.run("backup", str(there)).exit_code == Exit.FAILED
    assert there.read_text(encoding="utf-8") == "precious"


def test_restore_refuses_what_is_no_backup(stocked: Instance, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_text("no database", encoding="utf-8")
    run = stocked.run("restore", str(wrong), "--yes")
    assert run.exit_code == Exit.FAILED
    assert stocked.json("search", "halcyon")["looked_at"] == 1


def test_verbose_shows_the_traceback(stocked: Instance, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_text("no database", encoding="utf-8")
    assert "Traceback" in stocked.run("restore", str(wrong), "--yes", "--verbose").stderr


def _pretend_schema(instance: Instance, revision: str) -> None:
    database = next(instance.data.glob("*.db"))
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
