"""kill -9 of the sender, again and again, at each point of the SMTP transaction; what was doubled.

Fifty kills at each point. A process that has everything imported forks a sender for each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.email import SmtpChannel
from alerts.dispatch.delivery import deliver_due
from config.model import SmtpServer
from storage.store import Store
from tests import ROOT
from tests.support.outgoing import a_notification, parsed
from tests.support.servers.mailserver import ScriptedServer
from tests.support.sizes import size

pytestmark = pytest.mark.sized
KILLS = size(50, 6)
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
FORKING = """
import os, signal, sys
from datetime import datetime
from alerts.channels.email import SmtpChannel
from alerts.dispatch.delivery import deliver_due
from config.model import SmtpServer
from storage.store import open_store

url, port, step = sys.argv[1:]
server = SmtpServer(host="127.0.0.1", port=int(port), security="none", username=None, password=None)

class Sender(SmtpChannel):
    def send(self, message):
        receipt = super().send(message)
        if step == "before-commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return receipt

for line in sys.stdin:
    at = datetime.fromisoformat(line.strip())
    child = os.fork()
    if child == 0:
        store = open_store(url, migrate=False)
        sender = Sender(server, "watch@trust.example")
        deliver_due(store, {"email": sender}, now=lambda: at, owner="k")
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("over", flush=True)
"""


@pytest.mark.parametrize(
    ("step", "may_double"),
    [("mail", False), ("data", False), ("text", True), ("before-commit", True)],
    ids=["before-data", "at-data", "after-the-dot", "after-250-before-commit"],
)
def test_kills_lose_nothing_and_double_only_what_had_gone_out(
    sqlite_store: Store, step: str, may_double: bool
) -> None:
    victim: list[int] = []
    known = threading.Event()
    killed = Counter[str]()

    def kill() -> None:
        if known.wait(10) and victim:
            os.kill(victim.pop(), signal.SIGKILL)
            killed[step] += 1
            known.clear()

    with ScriptedServer(reached={step: kill}) as server:
        forking = subprocess.Popen(
            [sys.executable, "-c", FORKING, sqlite_store.url, str(server.port), step],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert forking.stdin is not None
        assert forking.stdout is not None
        own = SmtpChannel(
            SmtpServer(
                host="127.0.0.1", port=server.port, security="none", username=None, password=None
            ),
            "watch@trust.example",
        )
        try:
            for number in range(KILLS):
                at = NOW + timedelta(hours=number)
                with sqlite_store.transaction() as unit:
                    unit.outbox.enqueue(a_notification(key=f"k{number}"), at)
                forking.stdin.write(f"{at.isoformat()}\n")
                forking.stdin.flush()
                pid = int(forking.stdout.readline())
                if step != "before-commit":
                    victim.append(pid)
                    known.set()
                assert forking.stdout.readline() == "over\n"
                victim.clear()
                known.clear()
                # the next start takes over what the dead one held
                with sqlite_store.transaction() as unit:
                    assert unit.outbox.expire_leases("k", at) == 1
                known.set()
                deliver_due(sqlite_store, {"email": own}, now=lambda at=at: at, owner="next")  # type: ignore[misc]
        finally:
            forking.stdin.close()
            forking.wait(10)
            forking.stdout.close()
        copies = Counter(parsed(raw)["Message-ID"] for raw in server.received)
        distinct = set(server.received)
    if step != "before-commit":
        assert killed[step] == KILLS
    with sqlite_store.reading() as unit:
        assert unit.outbox.counts() == {"sent": KILLS}
    assert len(copies) == KILLS, "none is lost"
    assert len(distinct) == KILLS, "what goes again has the same bytes"
    assert set(copies.values()) == ({2} if may_double else {1})
