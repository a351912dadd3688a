"""A cluster of real processes: `run` processes that plan, and workers without a configuration."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from storage.store import Store, open_store
from tests.support.program_forks import Forked, start_program
from tests.support.services import Installation


@dataclass(slots=True)
class Member:
    """A process of the cluster; what it says goes to a file."""

    name: str
    process: Forked | subprocess.Popen[str]
    log_file: Path

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self.log_file.read_text()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 60.0) -> int:
        """End it by SIGTERM; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Processes on one PostgreSQL. `place` has the configuration, and the mails that are sent."""

    place: Installation
    url: str
    members: list[Member] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=dict)

    def leader(self, *options: str, name: str | None = None) -> Member:
        """Start a process with the configuration, which plans and does no jobs."""
        data = self.place.folder / f"leader-{len(self.members)}"
        environ = {"SUPPLIERWATCH_DATA": str(data)}
        config = ("--config", str(self.place.config))
        return self._start(name or "leader", (*config, "run", "--plan-only", *options), environ)

    def worker(self, *options: str, **environ: str) -> Member:
        """Start a worker, which has the URL of the database and no configuration."""
        own = {"SUPPLIERWATCH_DATA": str(self.place.data), **environ}
        return self._start("worker", ("worker", *options), own)

    def _start(self, name: str, arguments: tuple[str, ...], environ: Mapping[str, str]) -> Member:
        number = len(self.members)
        log_file = self.place.folder / f"{name}-{number}.log"
        elsewhere = self.place.folder / f"cwd-{number}"
        elsewhere.mkdir()
        with log_file.open("w") as sink:
            process = start_program(
                arguments,
                output=sink,
                errors=sink,
                environ={"SUPPLIERWATCH_DATABASE_URL": self.url, **self.environ, **environ},
                cwd=elsewhere,
            )
        member = Member(name=f"{name}-{number}", process=process, log_file=log_file)
        self.members.append(member)
        return member

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The shared database."""
        store = open_store(self.url, migrate=False)
        try:
            yield store
        finally:
            store.close()

    def logs(self) -> str:
        """The last lines of every process."""
        return "\n".join(f"== {one.name}\n{one.log[-3000:]}" for one in self.members)

    def told(self) -> list[str]:
        """The names of the pages that were told, once for each telling."""
        statement = (
            "SELECT item.url FROM told JOIN mention ON mention.id = told.mention_id "
            "JOIN item ON item.id = mention.item_id WHERE told.outbox_id IS NOT NULL"
        )
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = connection.execute(statement).fetchall()
        return [row[0].rpartition("/")[2] for row in rows]

    def close(self) -> None:
        """Kill what still runs."""
        for member in self.members:
            if member.process.poll() is None:
                member.kill()


def make_due(cluster: Cluster) -> None:
    """Let the time of every next poll have come."""
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("UPDATE source SET next_at = '2026-01-01'")
