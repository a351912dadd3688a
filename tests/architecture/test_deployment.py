"""What the service is deployed with is valid, and says what the code says."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.locate import FOLDER_VARIABLE
from config.settings.environment import DATA, DATABASE_URL, PASSWORD, USERNAME
from config.tables.shape import DEFAULT_LISTEN
from supplierwatch.shell.exits import Exit
from tests.architecture.project import PACKAGES, ROOT, read

COMPOSE: dict[str, Any] = yaml.safe_load(read("docker-compose.yml"))
DEPLOYED = {
    kind: sorted(path.name for path in (ROOT / "deploy" / kind).iterdir())
    for kind in ("systemd", "kubernetes")
}
VARIABLES = {FOLDER_VARIABLE, DATA, DATABASE_URL, USERNAME, PASSWORD}
VARIABLES |= {f"{DATABASE_URL}_FILE", f"{PASSWORD}_FILE"}


def test_compose_is_valid_by_the_specification() -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "compose-spec.json").read_text(encoding="utf-8"))

    errors = jsonschema.validators.validator_for(schema)(schema).iter_errors(COMPOSE)

    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def test_compose_refers_to_nothing_that_is_not_there() -> None:
    services = COMPOSE["services"]
    mounts = [
        mount.split(":")[0] for each in services.values() for mount in each.get("volumes", ())
    ]

    assert {mount for mount in mounts if "/" not in mount} == set(COMPOSE["volumes"])
    assert all((ROOT / mount).is_dir() for mount in mounts if mount.startswith("./"))
    assert {name for each in services.values() for name in each.get("depends_on", ())} <= set(
        services
    )
    secrets = {name for each in services.values() for name in each.get("secrets", ())}
    assert secrets == set(COMPOSE["secrets"])


def test_compose_has_a_profile_for_one_service_for_a_cluster_and_for_a_mail_catcher() -> None:
    profiles: dict[str, set[str]] = {}
    for name, service in COMPOSE["services"].items():
        [profile] = service["profiles"]
        profiles.setdefault(profile, set()).add(name)

    assert profiles == {
        "single": {"supplierwatch"},
        "cluster": {"planner", "worker", "database"},
        "mail": {"mail"},
    }
    assert (
        "SUPPLIERWATCH_DATABASE_URL_FILE" not in COMPOSE["services"]["supplierwatch"]["environment"]
    )
    # what is scaled takes no port of the machine, and shares no folder
    assert not {"ports", "volumes"} & set(COMPOSE["services"]["worker"])


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_runs_nothing_as_root_or_with_a_root_that_can_be_written(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_docker_takes_the_compose_file() -> None:
    for command in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]) and not _run(*command, "version").returncode:
            break
    else:
        pytest.skip("neither docker-compose nor `docker compose` is installed")
    for profile in ("single", "cluster", "mail"):
        file = str(ROOT / "docker-compose.yml")
        checked = _run(*command, "--file", file, "--profile", profile, "config", "--quiet")
        assert checked.returncode == 0, checked.stderr


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_opens_no_port_to_the_network() -> None:
    ports = [port for each in COMPOSE["services"].values() for port in each.get("ports", ())]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_compose_holds_no_password() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith(("${", "/run/secrets/")), name


@pytest.mark.parametrize(
    "name",
    [
        "docker-compose.yml",
        "Dockerfile",
        *(f"deploy/{kind}/{name}" for kind, names in DEPLOYED.items() for name in names),
    ],
)
def test_deployment_sets_only_variables_that_are_read(name: str) -> None:
    assert set(re.findall(r"SUPPLIERWATCH_[A-Z_]+", read(name))) <= VARIABLES


def test_the_image_holds_every_room_and_nothing_unasked() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", read("Dockerfile"), re.MULTILINE))
    copied = {name for line in copied for name in line.split()}
    allowed = set(re.findall(r"^!(.+)$", read(".dockerignore"), re.MULTILINE))

    assert set(PACKAGES) <= copied
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_as_nobody_in_particular_and_watches_its_health() -> None:
    text = read("Dockerfile")
    port = DEFAULT_LISTEN.rpartition(":")[2]

    assert text.rindex("\nUSER supplierwatch") > text.rindex("\nFROM ")
    assert f"http://127.0.0.1:{port}/health" in text
    assert f"\nEXPOSE {port}\n" in text
    assert "--require-hashes -r requirements.txt" in text


UNITS = {
    "supplierwatch.service": "run",
    "supplierwatch-planner.service": "run --plan-only",
    "supplierwatch-worker@.service": "worker --listen 127.0.0.1:842%i",
}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_its_role_and_knows_when_not_to_start_again(name: str) -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read_string(read(f"deploy/systemd/{name}"))
    service = unit["Service"]

    assert service["ExecStart"].endswith(f"/bin/supplierwatch {UNITS[name]}")
    assert int(service["TimeoutStopSec"]) > 15
    # a worker locks no data folder
    running = set() if "worker" in name else {Exit.ALREADY_RUNNING}
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == {
        Exit.USAGE,
        Exit.CONFIG_INVALID,
        *running,
    }
    for key, value in HARDENED.items():
        assert service[key] == value, key


HARDENED = {
    "DynamicUser": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "PrivateTmp": "yes",
    "SystemCallFilter": "@system-service",
}


def test_there_is_no_other_unit() -> None:
    assert {path.name for path in (ROOT / "deploy/systemd").iterdir()} == set(UNITS)


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        # the program and the document are not installed where the units look for them
        text = re.sub(
            r"^ExecStart=\S+",
            "ExecStart=/bin/true",
            read(f"deploy/systemd/{name}"),
            flags=re.MULTILINE,
        )
        text = re.sub(r"^Documentation=.*$", "", text, flags=re.MULTILINE)
        (tmp_path / name.replace("@", "@1")).write_text(text, encoding="utf-8")

    checked = _run("systemd-analyze", "verify", "--man=no", *map(str, tmp_path.glob("*.service")))

    assert (checked.returncode, checked.stderr) == (0, "")
