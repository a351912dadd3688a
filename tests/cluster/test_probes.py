"""What probes and Prometheus are answered by a cluster: roles, readiness with reasons, jobs."""

from __future__ import annotations

import json
import re
import socket
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.cluster.processes import Cluster
from tests.support.services import eventually

PATIENCE = 240.0  # seconds; only a failure waits so long


def test_leader_standby_and_worker_say_whether_they_are_ready(cluster: Cluster) -> None:
    ports = [_find_port() for _ in range(3)]
    worker = cluster.worker("--listen", f"127.0.0.1:{ports[2]}")
    # no configuration was declared yet
    assert eventually(lambda: _ask(ports[2], "live")[0] == 200, within=PATIENCE), worker.log
    status, state = _ask(ports[2], "ready")
    assert (status, state["status"], state["role"]) == (503, "not ready", "worker")
    assert "no configuration was declared yet" in state["reasons"][0]
    assert _read_metrics(ports[2])["supplierwatch_worker_ready"] == 0

    leader = _start_listening(cluster, ports[0])
    assert eventually(lambda: _ask(ports[0], "ready")[0] == 200, within=PATIENCE), leader.log
    assert eventually(lambda: _ask(ports[2], "ready")[0] == 200, within=PATIENCE), worker.log
    standby = _start_listening(cluster, ports[1])
    assert eventually(lambda: _ask(ports[1], "ready")[0] == 200, within=PATIENCE), standby.log
    assert [_ask(port, "ready")[1]["role"] for port in ports] == ["leader", "standby", "worker"]
    assert _read_metrics(ports[2])["supplierwatch_worker_ready"] == 1
    assert eventually(
        lambda: _read_metrics(ports[0])["supplierwatch_job_workers"] == 1, within=PATIENCE
    )
    assert [_read_metrics(port)["supplierwatch_leads"] for port in ports[:2]] == [1, 0]
    assert "supplierwatch_jobs_waiting" in _read_metrics(ports[0])

    leader.kill()
    assert eventually(lambda: _ask(ports[1], "ready")[1]["role"] == "leader", within=PATIENCE)


def _start_listening(cluster: Cluster, port: int) -> Any:
    cluster.place.settings(service=f'listen = "127.0.0.1:{port}"\n')
    member = cluster.leader()
    assert eventually(lambda: "service.started" in member.log, within=PATIENCE), member.log
    return member


def _find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _ask(port: int, what: str) -> tuple[int, dict[str, Any]]:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/{what}", timeout=30) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def _read_metrics(port: int) -> dict[str, float]:
    """Return the metrics; of those with a label the last sample."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found = re.findall(r"^(\w+)(?:\{.*\})? ([0-9.e+-]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}
