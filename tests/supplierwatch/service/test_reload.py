"""Edits of the configuration while the service runs: in force within a second, or refused whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from alerts.query import WatchIndex
from storage.model import Article, WatchVersion
from storage.store import Store
from supplierwatch.service.reload import CONFIG_NOTICE, RESTART_NOTICE, ConfigWatch
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.supplierwatch.instance import WATCHES, Instance, an_article, an_instance
from tests.support.services import an_installation, eventually
from tests.support.site import FakeSite

OPERATOR = '\n[operator]\nto = "it@trust.example"\n'
BROKEN = WATCHES.replace('"corvid data"', '"corvid data')
EDITED = WATCHES.replace("halcyon NOT", "(halcyon OR corvid) NOT")


@dataclass
class Desk:
    """A service in this process, its files, and the watch over them."""

    instance: Instance
    service: Service
    watch: ConfigWatch
    store: Store

    def polls(self, times: int = 2) -> list[bool]:
        return [self.watch.poll() for _ in range(times)]

    def current(self) -> dict[str, WatchVersion]:
        with self.store.reading() as unit:
            return unit.watches.current()

    def notices(self) -> dict[str, str]:
        with self.store.reading() as unit:
            return {notice.key: notice.text for notice in unit.notices.open()}

    def refusals(self) -> list[EmailMessage]:
        """Every message to the operator."""
        with self.store.reading() as unit:
            raw = [m.notification.raw for m in unit.outbox.list(states=["queued"])]
        return [message_from_bytes(one, policy=default) for one in raw]

    def stores(self, article: Article) -> int:
        with self.store.transaction() as unit:
            now = self.service.clock()
            return unit.items.put(article, now=now, baseline=False).item_id

    def found_by(self, item_id: int) -> dict[str, int]:
        """Watch key -> the version that found the item."""
        with self.store.reading() as unit:
            found = [mention.match for mention in unit.mentions.of_item(item_id)]
        return {match.watch_key: match.watch_version for match in found}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    instance = an_instance(tmp_path)
    settings = instance.config / "settings.toml"
    settings.write_text(settings.read_text() + OPERATOR)
    with instance.store() as store:
        service = Service(load(instance.config, {}), store, owner="test")
        desk = Desk(instance, service, ConfigWatch(service, {}), store)
        assert desk.polls() == [False, False]  # what was read for the start
        yield desk


def test_an_edited_watch_is_in_force_at_the_second_look(desk: Desk) -> None:
    desk.instance.write("watches.toml", EDITED)
    assert desk.polls(3) == [False, True, False]
    assert desk.service.catalog.watches[1].query == '(halcyon OR corvid) NOT "board papers"'


def test_an_edit_makes_a_new_version_of_that_watch_and_of_no_other(desk: Desk) -> None:
    before = desk.current()
    desk.instance.write("watches.toml", EDITED)
    desk.polls()
    after = desk.current()
    assert after["no-board"].version == before["no-board"].version + 1
    assert after["no-board"].active_since > before["no-board"].active_since
    del before["no-board"], after["no-board"]
    assert after == before


def test_what_waited_is_matched_by_the_watches_under_which_it_came(desk: Desk) -> None:
    waiting = desk.stores(an_article("waiting", body="Halcyon is well. " * 40))
    desk.instance.write("watches.toml", EDITED)
    desk.polls()
    later = desk.stores(an_article("later", title="Later", body="Corvid is well. " * 40))
    desk.service.match()
    assert desk.found_by(waiting) == {"no-board": 1}
    assert desk.found_by(later) == {"no-board": 2}


def test_a_file_that_is_saved_as_it_was_changes_nothing(desk: Desk) -> None:
    desk.instance.write("watches.toml", WATCHES)
    assert desk.polls(3) == [False, False, False]


def test_an_edit_during_the_start_is_not_missed(desk: Desk) -> None:
    read = load(desk.instance.config, {})
    desk.instance.write("watches.toml", EDITED)  # while the database is migrated, say
    watch = ConfigWatch(Service(read, desk.store, owner="test"), {})
    assert [watch.poll() for _ in range(2)] == [False, True]


def test_a_file_that_grows_from_look_to_look_is_not_read(desk: Desk) -> None:
    # every prefix up to the last is broken or, worse, valid without the watches that follow
    path = desk.instance.config / "watches.toml"
    for end in range(10, len(EDITED), 40):
        path.write_text(EDITED[:end])
        assert desk.watch.poll() is False
    path.write_text(EDITED)
    assert desk.polls() == [False, True]
    assert desk.refusals() == []
    assert [v.version for v in desk.current().values()] == [1, 1, 2]


def test_a_broken_edit_leaves_the_last_good_set_in_force_and_is_told_once(desk: Desk) -> None:
    in_force = desk.service.in_force
    desk.instance.write("watches.toml", BROKEN)
    assert desk.polls(4) == [False] * 4
    assert desk.service.in_force is in_force
    [message] = desk.refusals()
    text = message.get_body(("plain",))
    assert text is not None
    assert "watches.toml:10" in text.get_content()
    assert "never closed" in text.get_content()
    assert message["To"] == "it@trust.example"
    assert "watches.toml:10" in desk.notices()[CONFIG_NOTICE]
    item = desk.stores(an_article())
    desk.service.match()
    assert desk.found_by(item) == {"halcyon-trusts": 1}


def test_a_broken_edit_that_is_saved_again_is_not_told_again_but_another_is(desk: Desk) -> None:
    for text in (BROKEN, BROKEN, BROKEN.replace("'@halcyon AND trust'", "'@halcyon AND'")):
        desk.instance.write("watches.toml", text)
        desk.polls()
    assert len(desk.refusals()) == 2


def test_a_mended_edit_clears_the_notice(desk: Desk) -> None:
    desk.instance.write("watches.toml", BROKEN)
    desk.polls()
    desk.instance.write("watches.toml", EDITED)
    assert desk.polls() == [False, True]
    assert desk.notices() == {}


def test_an_edit_that_is_taken_back_clears_the_notice(desk: Desk) -> None:
    desk.instance.write("watches.toml", BROKEN)
    desk.polls()
    desk.instance.write("watches.toml", WATCHES)
    assert desk.polls() == [False, False]
    assert desk.notices() == {}


def test_a_start_on_good_files_clears_what_was_said_of_bad_ones(desk: Desk) -> None:
    desk.instance.write("watches.toml", BROKEN)
    desk.polls()
    desk.instance.write("watches.toml", WATCHES)
    # stopped before it was looked at, and started again
    watch = ConfigWatch(Service(load(desk.instance.config, {}), desk.store, owner="test"), {})
    watch.poll()
    watch.poll()
    assert desk.notices() == {}


@pytest.mark.parametrize("name", ["settings", "sources", "watches", "subscriptions"])
def test_a_file_that_vanished_is_refused_by_its_name(desk: Desk, name: str) -> None:
    path = desk.instance.config / f"{name}.toml"
    text = path.read_text()
    path.unlink()
    assert desk.polls() == [False, False]
    assert f"{name}.toml" in desk.notices()[CONFIG_NOTICE]
    assert "there is no such file" in desk.notices()[CONFIG_NOTICE]
    path.write_text(text)
    desk.polls()
    assert desk.notices() == {}


def test_the_log_says_that_what_was_refused_is_mended(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    path = desk.instance.config / "watches.toml"
    text = path.read_text()
    path.write_text(text + "\n[[watch]\n")
    desk.polls()
    caplog.set_level("INFO")
    path.write_text(text)
    desk.polls()
    desk.polls()
    said = [record.message for record in caplog.records if "config.accepted" in record.message]
    assert len(said) == 1


def test_a_folder_that_vanished_is_refused_and_comes_back(desk: Desk) -> None:
    away = desk.instance.config.with_name("away")
    desk.instance.config.rename(away)
    assert desk.polls() == [False, False]
    assert "there is no folder" in desk.notices()[CONFIG_NOTICE]
    away.rename(desk.instance.config)
    desk.polls()
    assert desk.notices() == {}


def test_a_file_that_an_editor_replaced_with_the_old_times_and_size_is_seen(desk: Desk) -> None:
    path = desk.instance.config / "watches.toml"
    stat = path.stat()
    new = path.with_suffix(".new")
    new.write_text(WATCHES.replace("'halcyon NOT", "'wolpyon NOT"))
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.replace(path)
    assert desk.polls() == [False, True]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_be_read_again_is_read_again(desk: Desk) -> None:
    path = desk.instance.config / "watches.toml"
    path.chmod(0)
    desk.polls()
    assert "cannot be read" in desk.notices()[CONFIG_NOTICE]
    path.chmod(0o600)
    desk.polls()
    assert desk.notices() == {}


def test_a_look_that_failed_for_a_passing_reason_is_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: object) -> bool:
        raise OSError("database is locked")

    desk.instance.write("watches.toml", EDITED)
    desk.watch.poll()
    with monkeypatch.context() as patched:
        patched.setattr(desk.service, "put_in_force", locked)
        with pytest.raises(OSError, match="locked"):
            desk.watch.poll()
    assert desk.watch.poll() is True


def test_what_only_a_start_can_change_is_kept_and_said(desk: Desk) -> None:
    running = desk.service.catalog.settings.service
    settings = desk.instance.config / "settings.toml"
    before = settings.read_text()
    settings.write_text(
        before.replace(str(desk.instance.data), str(desk.instance.data) + "-elsewhere").replace(
            'listen = ""', 'listen = "127.0.0.1:9999"\npublic_url = "https://watch.example"'
        )
    )
    assert desk.polls() == [False, True]
    edited = desk.service.catalog.settings.service
    assert edited == replace(running, public_url="https://watch.example")
    assert desk.notices().keys() == {RESTART_NOTICE}
    assert "data, database_url, listen" in desk.notices()[RESTART_NOTICE]
    settings.write_text(before)
    desk.polls()
    assert desk.notices() == {}
    assert desk.service.catalog.settings.service == running


def test_an_edit_of_one_watch_compiles_that_one_only(desk: Desk) -> None:
    before = desk.service.in_force.wired.queries
    desk.instance.write("watches.toml", EDITED)
    desk.polls()
    after = desk.service.in_force.wired.queries
    assert [key for key in after if after[key] is not before[key]] == ["no-board"]
    assert isinstance(desk.service.in_force.wired.index, WatchIndex)


@pytest.mark.slow
def test_the_running_service_heeds_edits(tmp_path: Path) -> None:
    with FakeSite() as site:
        place = an_installation(tmp_path, site)
        query = "[[watch]]\nkey = \"halcyon\"\nquery = '{}'\n"

        def current() -> tuple[str, int]:
            with place.store() as store, store.reading() as unit:
                version = unit.watches.current()["halcyon"]
                return version.query, version.version

        def refusals() -> int:
            with place.reading() as unit:
                return sum(m.notification.kind == "operator" for m in unit.outbox.list())

        with place.running() as service:
            assert eventually(lambda: "service.started" in service.log)
            time.sleep(1)
            place.write("watches.toml", query.format("halcyon AND nhs"))
            assert eventually(lambda: current() == ("halcyon AND nhs", 2)), service.log
            place.write("watches.toml", query.format("halcyon AND ("))
            assert eventually(lambda: refusals() == 1), service.log
            assert current() == ("halcyon AND nhs", 2)
            place.write("watches.toml", query.format("halcyon"))
            assert eventually(lambda: current() == ("halcyon", 3)), service.log
            assert refusals() == 1
            assert service.ends_within(15)
