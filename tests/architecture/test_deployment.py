"""What the service is deployed with is valid, and says what the code says."""

from __future__ import annotations

import configparser
import json
import re
from importlib import resources
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
    assert services["mail"]["profiles"] == ["mail"]


def test_compose_opens_no_port_to_the_network() -> None:
    ports = [port for each in COMPOSE["services"].values() for port in each.get("ports", ())]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_compose_holds_no_password() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("${"), name


@pytest.mark.parametrize(
    "name", ["docker-compose.yml", "Dockerfile", "deploy/supplierwatch.service"]
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


def test_the_unit_runs_the_service_and_knows_when_not_to_start_again() -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read_string(read("deploy/supplierwatch.service"))
    service = unit["Service"]

    assert service["ExecStart"].endswith("/bin/supplierwatch run")
    assert int(service["TimeoutStopSec"]) > 15
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == {
        Exit.USAGE,
        Exit.CONFIG_INVALID,
        Exit.ALREADY_RUNNING,
    }
