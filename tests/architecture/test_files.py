"""Files are small, say what they are, go by the names they stand for, and betray no machine."""

from __future__ import annotations

import ast
import importlib
import statistics
from pathlib import Path

import pytest
from scrapy import Spider

from alerts.channels import Channel
from crawler.spider_base.kind_registry import known_kinds
from tests.architecture.project import (
    PACKAGES,
    ROOT,
    name_of,
    project_files,
    python_files,
    read,
    syntax_of,
)

MODULES = [path for path in python_files(*PACKAGES) if path.name != "__init__.py"]
LONGEST = 430  # lines, for the few files that are one idea in many lines
TEST_MODULES = [path for path in python_files("tests") if path.name != "__init__.py"]
TEST_FOLDERS = sorted({path.parent for path in TEST_MODULES})
LARGEST_FOLDER = 18  # modules and subpackages
# migrations are a history, of which no file is ever looked for by its subject
FOLDERS = sorted({path.parent for path in MODULES} - {ROOT / "storage/migrations/versions"})
# put together here, so that this file does not break its own rule
MACHINES = (
    "/" + "work/",
    "/" + "opt/wheels",
    "/" + "opt/pypi",
    "/" + "root/",
    "/tmp/" + "plan",
)
INDEXES = (
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "--index" + "-url",
    "--find" + "-links",
)


# Rules for each file are one test that names all files which break it: as a case each, thousands
# of files would take longer to be collected and reported than to be read.


def test_modules_say_what_lives_in_them() -> None:
    assert MODULES
    assert [name_of(path) for path in MODULES if not ast.get_docstring(syntax_of(path))] == []


def test_modules_are_small() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert statistics.median(lengths.values()) <= 120
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 300


def test_folders_hold_few_enough_parts_to_be_read_at_a_glance() -> None:
    parts: dict[Path, set[str]] = {folder: set() for folder in FOLDERS + TEST_FOLDERS}
    for path in MODULES + TEST_MODULES:
        for folder in parts.keys() & set(path.parents):
            parts[folder].add(path.relative_to(folder).parts[0])

    assert parts
    large = {name_of(f): sorted(names) for f, names in parts.items() if len(names) > LARGEST_FOLDER}
    assert large == {}


def test_folders_say_what_they_are_for() -> None:
    assert FOLDERS
    assert [
        name_of(folder)
        for folder in FOLDERS
        if not ast.get_docstring(syntax_of(folder / "__init__.py"))
    ] == []


def test_modules_of_tests_are_not_long() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in TEST_MODULES
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in python_files("tests")}

    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("kind", sorted(known_kinds()))
def test_a_spider_goes_by_the_name_of_its_file(kind: str) -> None:
    module = importlib.import_module(f"crawler.kinds.{kind}")
    spiders = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Spider)
        and each.__module__ == module.__name__
    ]

    assert [spider.name for spider in spiders] == [kind]


def test_there_is_a_kind_of_source() -> None:
    assert "feed" in known_kinds()


def test_a_channel_goes_by_the_name_of_its_file() -> None:
    package = ROOT / "alerts" / "channels"
    found = {}
    for path in package.glob("*.py"):
        module = importlib.import_module(f"alerts.channels.{path.stem}")
        for each in vars(module).values():
            if (
                isinstance(each, type)
                and each.__module__ == module.__name__
                and each is not Channel
            ):
                name = getattr(each, "name", None)
                if isinstance(name, str) and hasattr(each, "send"):
                    found[path.stem] = name

    assert "email" in found
    # files stand in for mail where there is no server: they are the e-mail channel then
    assert {stem: name for stem, name in found.items() if name != stem} in ({}, {"files": "email"})


def test_no_file_betrays_a_machine_or_a_package_index() -> None:
    said: dict[str, list[str]] = {}
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        # the Makefile tells pip-compile to leave indexes out
        forbidden = MACHINES if name_of(path) == "Makefile" else MACHINES + INDEXES
        if found := [word for word in forbidden if word in text]:
            said[name_of(path)] = found

    assert said == {}


@pytest.mark.parametrize("room", PACKAGES)
def test_a_room_tells_type_checkers_that_it_is_typed(room: str) -> None:
    assert (ROOT / room / "py.typed").exists()


def test_the_licence_is_apache() -> None:
    assert "Apache License" in read("LICENSE")
    assert 'license = "Apache-2.0"' in read("pyproject.toml")
