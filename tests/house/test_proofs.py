"""What docs/reliability.md names as proof is a test that exists."""

from __future__ import annotations

import re

from tests.house.project import ROOT

TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_each_case_names_a_test_that_exists() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in TEST.findall(path.read_text(encoding="utf-8"))
    }
    said = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"\| `(test_\w+)` \|", said)

    assert len(named) > 50
    assert [name for name in named if name not in there] == []
