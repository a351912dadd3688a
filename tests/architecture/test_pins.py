"""Everything that is installed is pinned by hash, for every Python and machine we promise."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import pytest
from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.project import read

FILES = {
    "requirements.txt": (),
    "requirements-dev.txt": ("dev",),
    "requirements-bench.txt": ("dev", "bench"),
}
PROJECT: dict[str, Any] = tomllib.loads(read("pyproject.toml"))["project"]
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\\n]+)? \\((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)",
    re.MULTILINE,
)


def pins(name: str) -> dict[str, str]:
    return {canonicalize_name(found[1]): found[2] for found in PIN.finditer(read(name))}


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_a_pin_with_hashes(name: str) -> None:
    rest = PIN.sub("", read(name))

    assert [
        line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ] == []
    assert len(pins(name)) > 50


@pytest.mark.parametrize("name", FILES)
def test_the_pins_say_how_they_are_made(name: str) -> None:
    assert "#    make pins\n" in read(name)


@pytest.mark.parametrize(("name", "extras"), FILES.items(), ids=FILES)
def test_the_pins_are_what_pyproject_asks_for(name: str, extras: tuple[str, ...]) -> None:
    optional = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(each for extra in extras for each in optional[extra])]
    pinned = pins(name)

    missing = [
        text
        for text in asked
        if not (wanted := Requirement(text)).specifier.contains(
            pinned.get(canonicalize_name(wanted.name), "0")
        )
    ]

    assert missing == []


def test_what_builds_the_project_is_pinned_too() -> None:
    assert {"hatchling", "editables"} <= pins("requirements.txt").keys()


def test_all_files_agree_on_versions() -> None:
    running, developing, benching = (pins(name) for name in FILES)

    assert running.items() <= developing.items() <= benching.items()


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES)
def test_no_dependency_is_missing_on_another_python_or_machine(python: str, machine: str) -> None:
    environment = default_environment() | Environment(
        python_version=python,
        python_full_version=f"{python}.0",
        platform_machine=machine,
        sys_platform="linux",
    )
    pinned = pins("requirements-dev.txt")
    missing = []
    for name, version in pinned.items():
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # pinned for another Python
        if installed.version != version:
            continue  # installed by hand: what the pinned one needs is not known here
        for text in installed.requires or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is not None and not marker.evaluate({**environment, "extra": ""}):
                continue
            if canonicalize_name(requirement.name) not in pinned:
                missing.append(f"{name} needs {text}")

    assert missing == []
