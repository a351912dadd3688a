"""One list of commands: the Makefile's. CI, the README and the documents call the same ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.architecture.project import ROOT, read

PROMISED = (
    "setup",
    "run",
    "demo",
    "test",
    "test-fast",
    "test-long",
    "test-cluster",
    "test-web",
    "pictures",
    "package-check",
    "attack",
    "fuzz",
    "soak",
    "lint",
    "check",
    "bench",
    "pins",
)
MAKEFILE = read("Makefile")
TARGETS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("target", PROMISED)
def test_a_command_that_was_promised_is_there(target: str) -> None:
    assert target in TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_a_command_is_documented(target: str) -> None:
    assert re.search(rf"^{target}:.*## \w", MAKEFILE, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*\b{target}\b", MAKEFILE, re.MULTILINE)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_help_lists_every_command() -> None:
    told = subprocess.run(
        ["make", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert re.findall(r"^  make ([a-z-]+)", told, re.MULTILINE) == TARGETS


def test_ci_runs_the_commands_of_the_readme() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    called = re.findall(r"^make ([\w-]+)(?: CASES=\d+)?$", read(".ci/run"), re.MULTILINE)

    assert called == ["test", "test-cluster", "lint", "fuzz", "test-web"]
    assert "make test" in read("README.md")


@pytest.mark.parametrize("target", ["run", "demo", "test"])
def test_the_readme_has_the_plain_form_of_a_command(target: str) -> None:
    recipe = re.search(rf"^{target}:.*\n\t(.+)$", MAKEFILE, re.MULTILINE)
    assert recipe is not None
    plain = recipe[1].replace("$(BIN)", ".venv/bin")

    assert f"make {target}" in read("README.md")
    assert plain in read("README.md")
