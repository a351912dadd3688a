"""The dashboard and the alert rules name metrics that /metrics has, with their labels."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.architecture.project import ROOT, read

RULES = "deploy/prometheus/alerts.yml"
DASHBOARD: dict[str, Any] = json.loads(read("deploy/grafana/supplierwatch.json"))
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(read(RULES))["groups"] for rule in group["rules"]
]
# tests/desk/api/test_metrics.py and tests/cluster/test_probes.py hold the document against /metrics
DOCUMENTED = {
    name: set(re.findall(r"`(\w+)`", labels))
    for name, labels in re.findall(
        r"^\| `(supplierwatch_\w+)` \|([^|]*)\|", read("docs/api.md"), re.MULTILINE
    )
}
OF_PROMETHEUS = {"instance", "job"}


def _expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in ALERTS)
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("expression", sorted(set(_expressions())))
def test_expressions_name_metrics_and_labels_that_are_there(expression: str) -> None:
    names = set(re.findall(r"\bsupplierwatch_\w+", expression))
    assert names or expression.startswith("absent(up")
    assert names <= set(DOCUMENTED)
    labels = set(re.findall(r"by \((\w+)\)", expression))
    labels |= set(re.findall(r"[{,](\w+)!?=", expression))
    known = OF_PROMETHEUS.union(*(DOCUMENTED[name] for name in names))
    assert labels <= known


def test_each_metric_is_on_the_dashboard() -> None:
    shown = set(re.findall(r"\bsupplierwatch_\w+", json.dumps(DASHBOARD["panels"])))
    assert set(DOCUMENTED) - shown == set()


def test_panels_have_titles_of_their_own_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["title"] for panel in panels}) == len({panel["id"] for panel in panels})
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_each_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert rule["annotations"]["description"].endswith("."), rule["alert"]


def test_prometheus_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: Debian has it in the package prometheus")
    command = [promtool, "check", "rules", str(ROOT / RULES)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(ALERTS)} rules found" in checked.stdout
