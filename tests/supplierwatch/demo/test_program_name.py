"""What the demo tells a newcomer to type runs as it is printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supplierwatch.demo.program_name import name_program
from tests.architecture.project import ROOT

PROGRAM = "#!/bin/sh\necho started\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an environment that has the program, of which no shell knows."""
    place = tmp_path / "a folder"
    (place / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv("PATH", str(Path(shutil.which("sh") or "/bin/sh").parent))
    monkeypatch.setattr(sys, "executable", str(place / ".venv" / "bin" / "python"))
    add_program(place / ".venv" / "bin")
    return place


def add_program(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "supplierwatch").write_text(PROGRAM)
    (folder / "supplierwatch").chmod(0o755)


def type_it(place: Path) -> str:
    run = subprocess.run(
        name_program(), shell=True, cwd=place, check=True, capture_output=True, text=True
    )
    return run.stdout


def test_beside_the_interpreter_it_is_named_by_its_path_from_here(folder: Path) -> None:
    assert name_program() == ".venv/bin/supplierwatch"
    assert type_it(folder) == "started\n"


def test_elsewhere_it_is_named_by_its_whole_path(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert type_it(elsewhere) == "started\n"  # a blank in a folder's name is no end of it


def test_on_the_path_it_is_named_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder / '.venv' / 'bin'}:{os.environ['PATH']}")
    assert name_program() == "supplierwatch"
    assert type_it(folder) == "started\n"


def test_another_one_of_the_same_name_on_the_path_is_not_meant(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(folder / "other")
    monkeypatch.setenv("PATH", f"{folder / 'other'}:{os.environ['PATH']}")
    assert name_program() == ".venv/bin/supplierwatch"


def test_without_a_command_it_is_a_module(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / ".venv" / "bin" / "supplierwatch").unlink()
    assert name_program() == ".venv/bin/python -m supplierwatch"


def test_the_interpreter_of_these_tests_runs_what_is_named() -> None:
    said = subprocess.run(
        f"{name_program()} --help", shell=True, cwd=ROOT, check=True, capture_output=True
    )
    assert b"demo" in said.stdout
