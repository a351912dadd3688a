"""The manifests for Kubernetes are valid, hardened, and fit what the program reads and serves."""

from __future__ import annotations

import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

from config.settings.environment import DATABASE_URL, PASSWORD, USERNAME
from supplierwatch.cluster.run_worker import STOP_WITHIN
from tests.architecture.project import ROOT, read

FILES = sorted(path.name for path in (ROOT / "deploy/kubernetes").glob("*.yaml"))
MANIFESTS: list[dict[str, Any]] = [
    found
    for name in FILES
    for found in yaml.safe_load_all(read(f"deploy/kubernetes/{name}"))
    if found
]
DEPLOYMENTS = [each for each in MANIFESTS if each["kind"] == "Deployment"]
VERSION = "1.30"  # of Kubernetes; the kinds here have been the same since 1.21


@pytest.mark.parametrize(
    "manifest", MANIFESTS, ids=lambda m: f"{m['kind']}-{m['metadata']['name']}"
)
def test_a_manifest_is_valid_by_the_schema_of_kubernetes(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_two_processes_plan_and_several_work() -> None:
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"] for each in DEPLOYMENTS}
    assert replicas == {"supplierwatch-planner": 2, "supplierwatch-worker": 3}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["metadata"]["name"])
def test_a_pod_is_hardened_probed_and_has_time_to_end(deployment: dict[str, Any]) -> None:
    pod = deployment["spec"]["template"]["spec"]
    assert (
        deployment["spec"]["selector"]["matchLabels"]
        == (deployment["spec"]["template"]["metadata"]["labels"])
    )
    assert pod["securityContext"]["runAsNonRoot"]
    assert f"--uid {pod['securityContext']['runAsUser']} " in read("Dockerfile")
    assert f"--gid {pod['securityContext']['runAsGroup']} " in read("Dockerfile")
    assert not pod["automountServiceAccountToken"]
    assert pod["terminationGracePeriodSeconds"] > STOP_WITHIN
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    probes = ("livenessProbe", "readinessProbe", "startupProbe")
    paths = {container[probe]["httpGet"]["path"] for probe in probes}
    assert paths == {"/health/live", "/health/ready"}
    assert "memory" in container["resources"]["limits"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    known = {f"{DATABASE_URL}_FILE", f"{PASSWORD}_FILE", USERNAME}
    assert {each["name"] for each in container["env"]} <= known


def test_no_manifest_holds_a_secret() -> None:
    assert "Secret" not in {each["kind"] for each in MANIFESTS}
    for name in FILES:
        assert not re.search(r"postgresql://|password:", read(f"deploy/kubernetes/{name}"))
