"""Every command and option has help and is documented; the documents say no more than is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from supplierwatch.cli import app
from supplierwatch.shell.exits import Exit
from tests import ROOT

DOCUMENT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
ROOT: Any = typer.main.get_command(app)


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for key, command in group.commands.items():
        full = f"{name} {key}".strip()
        yield full, command
        if hasattr(command, "commands"):
            yield from commands(command, full)


COMMANDS = dict(commands(ROOT))


def section(name: str) -> str:
    found = re.search(rf"^## {re.escape(name)}$(.*?)(?=^#|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section for {name}"
    return found[1]


def options(command: Any) -> list[Any]:
    return [each for each in command.params if each.name != "help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented_and_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    first = (command.help or "").splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 64, "in 80 columns the list of commands has one line for each"
    assert f"supplierwatch {name}" in section(name) or hasattr(command, "commands")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_has_help_and_is_documented(name: str) -> None:
    for option in options(COMMANDS[name]):
        assert option.help, f"{name}: {option.name} has no help"
        longest = max(option.opts, key=len)
        if longest.startswith("--"):
            assert longest in section(name), f"{name}: {longest} is not documented"
        else:
            assert option.metavar.strip("[]").rstrip("].") in section(name)


def test_global_options_have_help_and_are_documented() -> None:
    for option in options(ROOT):
        assert option.help
        assert f"`{max(option.opts, key=len)}" in DOCUMENT


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if not hasattr(c, "commands")])
def test_command_teaches_by_examples_that_name_it(name: str) -> None:
    epilog = re.sub(r"\[/?[a-z]+\]", "", COMMANDS[name].epilog or "")
    assert f"{name.split()[-1]}" in epilog
    for line in epilog.splitlines():
        assert len(line) <= 79, f"does not fit 80 columns: {line}"


def test_documents_name_no_command_and_no_option_that_is_not_there() -> None:
    named = set(re.findall(r"^## ([a-z][a-z -]*)$", DOCUMENT, re.MULTILINE))
    assert named == set(COMMANDS)
    known = {opt for _, c in [("", ROOT), *COMMANDS.items()] for o in c.params for opt in o.opts}
    written = set(re.findall(r"--[a-z][a-z-]*", DOCUMENT))
    assert written - known == {"--help"}


def test_exit_codes_are_documented_as_they_are() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", DOCUMENT, re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(e.value, e.name) for e in Exit]
