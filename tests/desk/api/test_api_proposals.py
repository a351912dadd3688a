"""Proposals for a watch by the API: listed, accepted, dismissed."""

from __future__ import annotations

from pathlib import Path

from tests.desk.api.api_client import client, problem_of
from tests.desk.browser import RunningDesk
from tests.supplierwatch.marked_stories import WITH_ICE

PROPOSALS = "/watches/ice/proposals"


def file_of(desk: RunningDesk) -> str:
    path: Path = desk.instance.config / "watches.toml"
    return path.read_text(encoding="utf-8")


def test_a_proposal_is_listed_and_accepted(marked: RunningDesk) -> None:
    program = client(marked, "editor")
    found = program.json(PROPOSALS)
    assert (found["query"], found["not_relevant"], found["relevant"]) == ("ICE", 3, 1)
    [best] = found["proposals"]
    assert (best["query"], best["dropped_not_relevant"]) == ('cs("ICE")', 3)
    there = f"{PROPOSALS}/{best['id']}/accept"
    assert program.json(there, method="POST")["query"] == 'cs("ICE")'
    assert file_of(marked) == WITH_ICE.replace("'ICE'", "'cs(\"ICE\")'")
    with marked.service.store.reading() as unit:
        entries = unit.audit.list(limit=9, thing="watch", subject="ice")
    assert [(e.change.action, e.change.before, e.change.after) for e in entries] == [
        ("watch.changed", "ICE", 'cs("ICE")')
    ]
    late = program.ask(there, method="POST")
    assert late.code == 409, "the file was changed, and is not in force yet"
    assert "meanwhile" in problem_of(late)["detail"]


def test_a_proposal_is_dismissed(marked: RunningDesk) -> None:
    program = client(marked, "editor")
    [best] = program.json(PROPOSALS)["proposals"]
    there = f"{PROPOSALS}/{best['id']}/dismiss"
    assert program.json(there, method="POST") == {"watch": "ice", "dismissed": best["id"]}
    after = program.json(PROPOSALS)
    assert (after["proposals"], after["dismissed"]) == ([], 1)
    assert program.ask(there, method="POST").code == 404
    assert file_of(marked) == WITH_ICE


def test_there_are_none_of_an_unknown_watch(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    assert program.ask("/watches/nobody/proposals").code == 404
    assert program.ask("/watches/nobody/proposals/0123456789/accept", method="POST").code == 404
