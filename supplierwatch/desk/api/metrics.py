"""`/metrics`: the state of the service for Prometheus, in its text format 0.0.4."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import DatabaseUnusable
from storage.jobs.step_jobs import ServiceStep
from storage.model import MessageState, Role, Scope
from supplierwatch.desk.api.authentication import authenticate, refuse_role
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.routing import HEADERS, AllMethods, problem_response, refuse_method
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.source_rows import rows
from supplierwatch.web.locality import is_local

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATUSES = ("ok", "degraded", "failing")

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A gauge with its samples: (labels, value)."""

    name: str
    what: str
    samples: tuple[tuple[Labels, float], ...]


def route(source: DeskSource) -> Route:
    """Return the route of the metrics."""
    return Route("/metrics", AllMethods(partial(_respond, source)), name="metrics")


def _respond(source: DeskSource, request: Request, _body: bytes | None) -> Response:
    try:
        if request.method not in ("GET", "HEAD"):
            raise refuse_method()
        if not is_local(request):
            refuse_role(authenticate(source, request), Role.OPERATOR, {Scope.OPERATE})
        text = render(read_metrics(source))
    except ApiProblem as problem:
        return problem_response(problem)
    except Exception:  # the client gets an answer, the log the cause
        log.exception("desk.metrics-failed")
        return problem_response(ApiProblem(500, "The service failed; its log says how."))
    headers = HEADERS | {"Cache-Control": "no-store"}
    return Response(text, headers=headers | {"Content-Type": CONTENT_TYPE})


def read_metrics(source: DeskSource) -> tuple[Metric, ...]:
    """Read the metrics; those of the database are left out while it does not answer."""
    report = source.report()
    found = [
        make_gauge(
            "info", "Version of supplierwatch.", [({"version": version("supplierwatch")}, 1)]
        ),
        make_gauge(
            "status",
            "1 for the state of the service, 0 for the others.",
            [({"status": each}, float(report["status"] == each)) for each in STATUSES],
        ),
        *_build_worker_metrics(report.get("workers", {})),
        *_build_queue_metrics(report.get("waiting", {})),
        *_build_job_metrics(report.get("cluster")),
    ]
    if "items" in report:
        found.append(make_gauge("items", "Items in the archive.", [({}, report["items"])]))
    if "messages" in report:
        counts = report["messages"]
        found.append(
            make_gauge(
                "messages",
                "Messages by state.",
                [({"state": str(each)}, counts.get(each, 0)) for each in MessageState],
            )
        )
    return (*found, *_read_database(source))


def _build_worker_metrics(workers: Mapping[str, Any]) -> Iterator[Metric]:
    for name, field, what in (
        ("worker_last_round_seconds", "seconds_ago", "Seconds since a worker's last round."),
        ("worker_failures", "failures", "Rounds of a worker that failed in a row."),
    ):
        yield make_gauge(
            name, what, [({"worker": key}, one[field]) for key, one in workers.items()]
        )


def _build_queue_metrics(waiting: Mapping[str, Any]) -> Iterator[Metric]:
    yield make_gauge(
        "queue_length",
        "Rows that wait, by queue.",
        [({"queue": key}, one["count"]) for key, one in waiting.items()],
    )
    yield make_gauge(
        "queue_oldest_seconds",
        "How long the oldest row of a queue has waited; 0 where none waits.",
        [({"queue": key}, one["oldest_seconds"] or 0) for key, one in waiting.items()],
    )


def _build_job_metrics(cluster: Mapping[str, Any] | None) -> Iterator[Metric]:
    if cluster is None:  # SQLite, where threads run the steps
        return
    yield make_gauge(
        "leads", "1 where this process leads: it plans.", [({}, float(cluster["leads"]))]
    )
    yield make_gauge(
        "job_workers", "Workers that take jobs, in all processes.", [({}, cluster["workers"])]
    )
    for field, what in (
        ("waiting", "Jobs that wait, by step."),
        ("running", "Jobs that run, by step."),
        ("failed", "Jobs that failed within a week, by step."),
        ("oldest_seconds", "How long the oldest waiting job has waited, by step; 0 without one."),
    ):
        by_step = cluster["jobs"]
        samples = [
            ({"step": str(step)}, by_step.get(step, {}).get(field) or 0) for step in ServiceStep
        ]
        yield make_gauge(f"jobs_{field}", what, samples)


def _read_database(source: DeskSource) -> Iterator[Metric]:
    try:
        with source.store.reading() as unit:
            states = {state.key: state for state in unit.sources.all()}
            failed_tasks = unit.quarantine.list()
    except DatabaseUnusable as error:
        log.warning("desk.metrics-without-database cause=%s", error)
        yield make_gauge("database_up", "1 while the database answers.", [({}, 0)])
        return
    yield make_gauge("database_up", "1 while the database answers.", [({}, 1)])
    found = rows(source.wired.catalog.sources, states, source.clock())
    by_state = Counter(row.status for row in found)
    yield make_gauge(
        "sources",
        "Declared sources by state.",
        [({"state": key}, by_state[key]) for key in sorted({*by_state, "ok"})],
    )
    tasks = Counter(each.task for each in failed_tasks if each.quarantined_at is not None)
    yield make_gauge(
        "quarantined",
        "Work that was set aside, by task.",
        [({"task": key}, tasks[key]) for key in sorted(tasks)],
    )


def render(metrics: Iterable[Metric]) -> str:
    """Return metrics in the text format; those without samples are left out."""
    lines = []
    for metric in metrics:
        if not metric.samples:
            continue
        lines += [f"# HELP {metric.name} {metric.what}", f"# TYPE {metric.name} gauge"]
        for labels, value in metric.samples:
            inner = ",".join(f'{name}="{_escape(text)}"' for name, text in labels.items())
            name = f"{metric.name}{{{inner}}}" if inner else metric.name
            lines.append(f"{name} {value!r}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def make_gauge(name: str, what: str, samples: Iterable[tuple[Labels, float]]) -> Metric:
    """Return a gauge; `name` without the prefix that all have."""
    return Metric(name=f"supplierwatch_{name}", what=what, samples=tuple(samples))
