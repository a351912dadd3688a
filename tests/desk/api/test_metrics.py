"""/metrics: what Prometheus reads of a service with and without trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.model import MessageState
from supplierwatch.desk.api.metrics import Metric, read_metrics, render
from supplierwatch.health.health import Health
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.service.service import Service
from tests import ROOT
from tests.supplierwatch.instance import Instance, an_article, an_instance

DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z]+="(?:[^"\\\n]|\\.)*")\})? (?P<value>[0-9.e+-]+)'
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    made.stores(an_article("a1"))
    made.run("digest", "--yes")
    return made


@pytest.fixture
def service(instance: Instance) -> Iterator[Service]:
    with instance.service() as service:
        yield service


def text_of(service: Service) -> str:
    health = Health(service)
    health.note_success("crawl")
    return render(read_metrics(ServiceSource(service, health.report, {})))


def samples(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            parts = SAMPLE.fullmatch(line)
            assert parts is not None, line
            key = f"{parts['name']}{{{parts['labels']}}}" if parts["labels"] else parts["name"]
            assert key not in found, "a sample stands there twice"
            found[key] = float(parts["value"])
    return found


def test_queues_messages_and_sources_are_counted(service: Service) -> None:
    found = samples(text_of(service))
    assert found["supplierwatch_items"] == 1
    assert found['supplierwatch_messages{state="sent"}'] == 1
    assert found['supplierwatch_sources{state="new"}'] == 2
    assert found['supplierwatch_sources{state="ok"}'] == 0
    assert found["supplierwatch_database_up"] == 1
    assert found['supplierwatch_queue_oldest_seconds{queue="match"}'] == 0
    assert found['supplierwatch_worker_failures{worker="crawl"}'] == 0
    for state in MessageState:
        assert f'supplierwatch_messages{{state="{state}"}}' in found
    statuses = [found[f'supplierwatch_status{{status="{s}"}}'] for s in ("ok", "degraded")]
    assert sum(statuses) == 1


def test_each_metric_has_help_and_type_and_is_documented(service: Service) -> None:
    text = text_of(service)
    names = {key.partition("{")[0] for key in samples(text)}
    for name in names:
        assert text.count(f"# HELP {name} ") == 1
        assert text.count(f"# TYPE {name} gauge\n") == 1
        assert f"`{name}`" in DOCUMENT
    documented = set(re.findall(r"^\| `(supplierwatch_\w+)`", DOCUMENT, re.MULTILINE))
    # nothing is set aside here, and threads do the steps
    of_jobs = {name for name in documented if "_job" in name} | {"supplierwatch_leads"}
    of_workers = {"supplierwatch_worker_ready"}
    assert documented - names == {"supplierwatch_quarantined"} | of_jobs | of_workers


def test_a_database_that_does_not_answer_is_a_metric(service: Service) -> None:
    with service.store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE quarantine")
    found = samples(text_of(service))
    assert found["supplierwatch_database_up"] == 0
    assert not [name for name in found if name.startswith("supplierwatch_sources")]


def test_labels_are_escaped() -> None:
    metric = Metric(name="m", what="What.", samples=(({"a": 'x"y\\z\nw'}, 1),))
    assert render([metric]) == '# HELP m What.\n# TYPE m gauge\nm{a="x\\"y\\\\z\\nw"} 1\n'
    assert samples(render([metric]))
