"""What docs/reliability.md names as proof is a test that exists."""

from __future__ import annotations

import re

from tests.architecture.project import ROOT

TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_each_case_names_a_test_that_exists() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in TEST.findall(path.read_text(encoding="utf-8"))
    }
    said = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)`", said)

    assert len(named) > 300
    assert [name for name in named if name not in there] == []


def test_each_row_of_a_table_names_a_test() -> None:
    said = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [line for line in said.splitlines() if line.startswith("| ") and "| --- |" not in line]
    heads = [row for row in rows if row.endswith("| test |")]
    unproved = [row for row in rows if row not in heads and "`test_" not in row.split(" | ")[-1]]

    assert len(heads) > 5
    assert unproved == []


NUMBERED = {f"C-{n:02}" for n in range(1, 20) if n != 11} | {
    *(f"S-{n:02}" for n in range(1, 23) if n != 21),
    *(f"row {n}" for n in (1, 2, 4, 5, *range(17, 26), 32, 33, 37, 39, 40)),
    *(f"trap {n}" for n in range(1, 13) if n != 10),
}


def test_every_numbered_case_has_a_proof() -> None:
    said = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    proved = set(
        re.findall(r"^\| ((?:C|S)-\d\d|row \d+|trap \d+) \| [^|]+ \| `test_", said, re.MULTILINE)
    )
    assert NUMBERED - proved == set()
