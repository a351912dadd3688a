"""kill -9 of the delivery worker at each point of the SMTP transaction (RELIABILITY 6, 3)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.email import SmtpChannel
from alerts.dispatch.delivery import deliver_due
from config.model import SmtpServer
from storage.store import open_store
from tests import ROOT
from tests.support.outgoing import a_notification, parsed
from tests.support.servers.mailserver import ScriptedServer

WORKER = """
import sys
from datetime import UTC, datetime
from alerts.channels.email import SmtpChannel
from alerts.dispatch.delivery import deliver_due
from config.model import SmtpServer
from storage.store import open_store

store = open_store(sys.argv[1], migrate=False)
server = SmtpServer(host="127.0.0.1", port=int(sys.argv[2]), security="none",
                    username=None, password=None)
class Waits(SmtpChannel):
    def send(self, message):
        receipt = super().send(message)
        if sys.argv[3] == "before-commit":
            print("sent", flush=True)
            sys.stdin.read()
        return receipt
deliver_due(store, {"email": Waits(server, "Watch <watch@trust.example>")},
            now=lambda: datetime.now(UTC), owner="killed")
"""
MESSAGES = 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "most"),
    [("mail", 0), ("data", 0), ("text", 1), ("before-commit", 1)],
    ids=["before-data", "at-data", "after-the-dot", "after-250-before-commit"],
)
def test_a_killed_worker_loses_nothing_and_doubles_at_most_the_one_in_flight(
    tmp_path: Path, step: str, most: int
) -> None:
    url = f"sqlite:///{tmp_path}/watch.db"
    store = open_store(url)
    with store.transaction() as unit:
        for number in range(MESSAGES):
            unit.outbox.enqueue(a_notification(key=f"k{number}"), datetime.now(UTC))

    worker: list[subprocess.Popen[bytes]] = []
    killed: list[str] = []

    def kill_once() -> None:
        if not killed:
            killed.append(step)
            os.kill(worker[0].pid, signal.SIGKILL)
            worker[0].wait(10)

    with ScriptedServer(reached={step: kill_once}) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, url, str(server.port), step],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        worker.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if step == "before-commit":
                assert process.stdout.readline() == b"sent\n"
                kill_once()
            process.wait(30)
        finally:
            process.kill()
            process.stdin.close()
            process.stdout.close()
        assert killed

        # the service is started again; the lease of the dead one runs out
        channel = SmtpChannel(
            SmtpServer(
                host="127.0.0.1", port=server.port, security="none", username=None, password=None
            ),
            "Watch <watch@trust.example>",
        )
        for minutes in (0, 30):
            at = datetime.now(UTC) + timedelta(minutes=minutes)
            deliver_due(store, {"email": channel}, now=lambda at=at: at, owner="next")  # type: ignore[misc]

        ids = [parsed(raw)["Message-ID"] for raw in server.received]
        with store.reading() as unit:
            assert unit.outbox.counts() == {"sent": MESSAGES}
        assert len(set(ids)) == MESSAGES
        assert len(ids) - MESSAGES <= most
        assert len(set(server.received)) == MESSAGES, "a resend has the same bytes"
    store.close()
