"""A page of the database is overwritten (row 32), and a power cut at any instant (row 5)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.engine.backup import backup, verify
from storage.errors import DatabaseUnusable, StorageError
from storage.store import Store, Unit, open_store
from storage.tables import item, mention, outbox, told
from supplierwatch.shell.exits import Exit
from tests import ROOT
from tests.storage.engine.test_crashes import assert_whole, prepare
from tests.supplierwatch.instance import Instance, an_article, an_instance
from tests.support.builders import NOW
from tests.support.builders import an_article as a_stored_article

PAGE = 4096
ROUNDS = 16


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A database of some hundred pages, closed properly, so that all is in one file."""
    instance = an_instance(tmp_path_factory.mktemp("whole"))
    instance.stores(
        *(
            an_article(
                f"n{n}",
                body=f"Halcyon told the trust: {' '.join(f'n{n}x{k}' for k in range(300))}.",
            )
            for n in range(40)
        )
    )
    with instance.store() as store:
        backup(store.url, instance.data / "copy.db")
    return instance


def database_of(instance: Instance) -> Path:
    with instance.store() as store:
        return Path(store.url.removeprefix("sqlite:///"))


def a_damaged_copy(whole: Instance, folder: Path, seed: int) -> Instance:
    """The same with 200 random bytes over a page, its head or its midst."""
    chance = random.Random(seed)
    instance = an_instance(folder)
    instance.data.mkdir(parents=True)
    target = instance.data / database_of(whole).name
    shutil.copyfile(whole.data / "copy.db", target)
    pages = target.stat().st_size // PAGE
    at = chance.randrange(0, pages) * PAGE + chance.choice([0, 8, chance.randrange(PAGE - 200)])
    with target.open("r+b") as file:
        file.seek(at)
        file.write(chance.randbytes(200))
    return instance


def is_sound(file: Path) -> bool:
    """What SQLite itself says, asked without any of our code."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
            return (
                said == [("ok",)] and not connection.execute("PRAGMA foreign_key_check").fetchall()
            )
    except sqlite3.Error:
        return False


def test_an_overwritten_page_is_found_and_what_to_do_is_said(
    whole: Instance, tmp_path: Path
) -> None:
    found = 0
    for seed in range(ROUNDS):
        instance = a_damaged_copy(whole, tmp_path / str(seed), seed)
        file = instance.data / database_of(whole).name
        sound = is_sound(file)
        run = instance.run("db", "check")
        assert run.exit_code == (0 if sound else Exit.DATABASE_REFUSED), (seed, run.output)
        if not sound:
            found += 1
            assert "supplierwatch restore" in run.output
    assert found > ROUNDS / 4


def test_nothing_is_written_once_a_page_was_found_damaged(whole: Instance, tmp_path: Path) -> None:
    refused = 0
    for seed in range(10 * ROUNDS):
        if refused >= 2:
            break
        instance = a_damaged_copy(whole, tmp_path / str(seed), seed)
        file = instance.data / database_of(whole).name
        try:
            store = open_store(f"sqlite:///{file}", migrate=False)
        except StorageError as error:
            if "restore" not in str(error):
                pytest.fail(f"{seed}: {error}")
            refused += 1
            continue
        said = None
        for number in range(20):
            try:
                with store.transaction() as unit:
                    unit.items.put(a_stored_article(), now=NOW, baseline=False)
                assert said is None, f"{seed}: written after {said}"
            except DatabaseUnusable as error:
                told_before, said = said, str(error)
                if "supplierwatch restore" not in said:
                    pytest.fail(f"{seed}, {number}: {said}")
                if told_before and not said.startswith("nothing is written any more"):
                    pytest.fail(f"{seed}, {number}: tried again: {said}")
        store.close()
        refused += said is not None
    assert refused >= 2


def test_damage_that_sqlite_names_by_bytes_that_are_no_text_is_found(
    whole: Instance, tmp_path: Path
) -> None:
    instance = an_instance(tmp_path / "damaged")
    instance.data.mkdir(parents=True)
    file = instance.data / database_of(whole).name
    sound = (whole.data / "copy.db").read_bytes()
    damaged = sound.replace(b"CREATE TABLE robots", b"CREATE TABL\xf2 robots")
    assert damaged != sound
    file.write_bytes(damaged)
    with pytest.raises(DatabaseUnusable, match="supplierwatch restore"):
        open_store(f"sqlite:///{file}", migrate=False)


def test_a_restored_backup_is_sound_again_and_the_damaged_file_is_kept(
    whole: Instance, tmp_path: Path
) -> None:
    instance = next(
        instance
        for seed in range(ROUNDS)
        if (instance := a_damaged_copy(whole, tmp_path / str(seed), seed))
        .run("db", "check")
        .exit_code
    )
    run = instance.run("restore", str(whole.data / "copy.db"), "--yes")
    assert run.exit_code == 0, run.output
    assert instance.run("db", "check").exit_code == 0
    assert list(instance.data.glob("*.before-restore*"))


WORKS = """
import sys
from datetime import timedelta
from itertools import count
from storage.model import Receipt
from storage.store import open_store
from tests.storage.engine import test_crashes
from tests.support.builders import a_message_to_send, an_article

store = open_store(sys.argv[1], migrate=False)
now = test_crashes.NOW
print("ready", flush=True)
for number in count(1):
    with store.transaction() as unit:
        for part in range(3):
            url = f"https://ward-ledger.example/{number}-{part}"
            words = " ".join(f"w{number}p{part}n{n}" for n in range(200))
            article = an_article(url=url, guid=url, title=url, summary=words[:300], body=words)
            unit.items.put(article, now=now, baseline=False)
    with store.transaction() as unit:
        me = [s.subscriber_id for s in unit.subscribers.all()]
        test_crashes.match(unit, me[0])
    with store.transaction() as unit:
        unit.tellings.cut(me, notification=a_message_to_send(f"m{number}"),
            tellings=unit.tellings.pending(me), next_at={}, local_date={}, now=now)
    with store.transaction() as unit:
        message = unit.outbox.claim(now, owner="worker", lease=timedelta(minutes=5))
    if message is not None:
        with open(sys.argv[2], "ab", buffering=0) as sink:
            sink.write(message.notification.delivery_key.encode() + b"\\n")
        with store.transaction() as unit:
            receipt = Receipt(outcome="delivered", detail="taken")
            unit.outbox.record(message.row_id, receipt, now=now, next_at=None)
"""


WAYS = ("whole", "tail", "boundary", "torn", "flipped")


def stop(writer: subprocess.Popen[bytes]) -> None:
    """Stop a process where it stands, and wait until it does."""
    os.kill(writer.pid, signal.SIGSTOP)
    _, status = os.waitpid(writer.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "the writer ended"


def cut_copy(database: Path, folder: Path, way: str, chance: random.Random) -> Path:
    """The file and its log as a disk may have them after a power cut."""
    copy = folder / "watch.db"
    wal = Path(f"{database}-wal")
    log = wal.read_bytes() if wal.exists() else b""
    shutil.copyfile(database, copy)
    if log:
        frame = PAGE + 24
        frames = (len(log) - 32) // frame
        if way == "tail":
            log = log[: chance.randrange(len(log) + 1)]
        elif way == "boundary":
            log = log[: 32 + frame * chance.randrange(frames + 1)]
        elif way == "torn" and frames:
            at = 32 + frame * (frames - 1) + chance.randrange(frame)
            log = log[:at] + b"\0" * (len(log) - at)
        elif way == "flipped" and frames:
            at = 32 + frame * (frames - 1)
            log = log[:at] + bytes(byte ^ 0xFF for byte in log[at : at + 200]) + log[at + 200 :]
        Path(f"{copy}-wal").write_bytes(log)
    return copy


def check_after_a_cut(unit: Unit) -> tuple[int, int]:
    """Nothing half, nothing twice, nothing told without its message; items and messages."""
    assert_whole(unit)
    db = unit.items._db
    items = int(db.scalar(select(func.count()).select_from(item)) or 0)
    assert items % 3 == 0
    urls = list(db.scalars(select(item.c.url)))
    assert len(urls) == len(set(urls))
    keys = list(db.scalars(select(outbox.c.delivery_key)))
    assert len(keys) == len(set(keys))
    each = select(func.count()).select_from(told).group_by(told.c.subscriber_id, told.c.mention_id)
    assert set(db.scalars(each)) <= {1}
    mentions = int(db.scalar(select(func.count()).select_from(mention)) or 0)
    assert mentions <= items
    return items, len(keys)


def test_after_a_power_cut_at_any_instant_all_of_a_unit_is_there_or_nothing(
    sqlite_store: Store, tmp_path: Path
) -> None:
    prepare(sqlite_store)
    database = Path(sqlite_store.url.removeprefix("sqlite:///"))
    chance = random.Random(20261126)
    sink = tmp_path / "sink"
    seen: list[tuple[int, int]] = []
    with subprocess.Popen(
        [sys.executable, "-c", WORKS, sqlite_store.url, str(tmp_path / "sink")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            copies: list[tuple[Path, str, set[str]]] = []
            for number in range(ROUNDS):
                time.sleep(chance.uniform(0.01, 0.15))
                folder = tmp_path / f"cut-{number}"
                folder.mkdir()
                # what a disk has is of one instant: the writer is stopped for as long as we copy
                stop(writer)
                way = WAYS[number % len(WAYS)]
                sent = set(sink.read_text().split()) if sink.exists() else set()
                copies.append((cut_copy(database, folder, way, chance), way, sent))
                os.kill(writer.pid, signal.SIGCONT)
        finally:
            writer.kill()
    for copy, way, sent in copies:
        verify_after_recovery(copy)
        opened = open_store(f"sqlite:///{copy}", migrate=False)
        with opened.reading() as unit:
            seen.append(check_after_a_cut(unit))
            keys = set(unit.items._db.scalars(select(outbox.c.delivery_key)))
        opened.close()
        if way == "whole":
            assert sent <= keys, "sent, and not known of"
    assert max(items for items, _ in seen) > 3
    assert max(messages for _, messages in seen) > 1


def verify_after_recovery(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("SELECT count(*) FROM item").fetchall()  # plays in what the log has
    verify(copy)


def test_a_log_cut_at_every_page_opens_with_whole_units(
    sqlite_store: Store, tmp_path: Path
) -> None:
    prepare(sqlite_store)
    database = Path(sqlite_store.url.removeprefix("sqlite:///"))
    with subprocess.Popen(
        [sys.executable, "-c", WORKS, sqlite_store.url, str(tmp_path / "sink")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            wal = Path(f"{database}-wal")
            until = time.monotonic() + 60
            while time.monotonic() < until and wal.stat().st_size < 120 * PAGE:
                time.sleep(0.01)
            stop(writer)
            main, log = database.read_bytes(), wal.read_bytes()
        finally:
            writer.kill()
    frame = PAGE + 24
    items_before = messages_before = 0
    ends = range(32, min(len(log), 32 + 200 * frame) + 1, frame)
    assert len(ends) > 50
    for end in ends:
        copy = tmp_path / "cut.db"
        for suffix in ("-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)
        copy.write_bytes(main)
        Path(f"{copy}-wal").write_bytes(log[:end])
        verify_after_recovery(copy)
        opened = open_store(f"sqlite:///{copy}", migrate=False)
        with opened.reading() as unit:
            items, messages = check_after_a_cut(unit)
        opened.close()
        # the more of the log there is, the more is there
        assert items >= items_before
        assert messages >= messages_before
        items_before, messages_before = items, messages
    assert items_before > 0
