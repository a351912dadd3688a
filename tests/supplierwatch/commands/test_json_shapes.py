"""What --json prints has the fields that docs/commands.md promises to scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.model import AsideBlock
from tests.supplierwatch.commands.test_documentation import section
from tests.supplierwatch.instance import Instance, an_article, an_instance

URL = "https://ward-ledger.example/2026/millbrook"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Something to show for every command: a mention told, a watch that warns or not."""
    made = an_instance(tmp_path)
    with made.service():
        pass
    cut = AsideBlock(rule="menu", text="Wards and beds", tells=False)
    made.stores(an_article(asides=(cut,)))
    made.run("digest", "--yes")
    return made


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every field of a document, as `found[].why.words`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{at}.{key}".lstrip(".")
            yield from paths(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")


def promised(name: str) -> set[str]:
    found = re.search(r"```json\n(.*?)```", section(name), re.DOTALL)
    assert found, f"no JSON is documented for {name}"
    return set(paths(json.loads(found[1])))


@pytest.mark.parametrize(
    ("name", "args", "unseen"),
    [
        # of "warnings" there is none here; their shape is that of problems, tested below
        ("check", [], r"warnings\[\]"),
        ("deliveries", [], "never"),
        # nobody else tells this story; tests/supplierwatch/archive/test_stories_found.py has one
        ("search", ["halcyon"], r"found\[\]\.story\.|aside\."),
        ("explain", [URL], "never"),
        ("sources", [], "never"),
        ("watches", [], "never"),
        # both by links in messages; tests/supplierwatch/web/test_reader_pages.py has some
        ("readers", [], r"readers\[\]\.muted\[\]"),
        ("feedback", [], r"feedback\[\]"),
        ("feeds", [], "never"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_documented_field_is_there(
    instance: Instance, name: str, args: list[str], unseen: str
) -> None:
    real = set(paths(instance.json(name, *args)))
    missing = {path for path in promised(name) - real if not re.match(unseen, path)}
    assert missing == set()


@pytest.mark.parametrize(
    ("name", "args"),
    [("check", []), ("deliveries", []), ("search", ["halcyon"]), ("sources", []), ("watches", [])],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_no_field_is_undocumented(instance: Instance, name: str, args: list[str]) -> None:
    assert set(paths(instance.json(name, *args))) - promised(name) == set()


def test_problems_have_the_documented_shape(instance: Instance) -> None:
    instance.write(
        "sources.toml", '[[source]]\nkey = "s"\nkind = "fed"\nurl = "https://x.example"\n'
    )
    found = set(paths(instance.json("check", code=3)))
    documented = {p.replace("warnings", "problems") for p in promised("check") if "warn" in p}
    assert {p for p in found if p.startswith("problems")} == documented
