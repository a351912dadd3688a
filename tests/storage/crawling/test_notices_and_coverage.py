"""Notices, runs and coverage: what the operator is told of the service itself."""

from __future__ import annotations

from datetime import timedelta

from storage.store import Store
from tests.support.builders import NOW, a_report, a_source, an_article

MINUTE = timedelta(minutes=1)


def test_a_notice_is_new_once_until_it_is_cleared(store: Store) -> None:
    with store.transaction() as unit:
        assert unit.notices.raise_("config", "line 3", NOW)
        assert not unit.notices.raise_("config", "line 4", NOW + MINUTE)
        [notice] = unit.notices.open()
        assert (notice.key, notice.text, notice.since) == ("config", "line 4", NOW)

        assert unit.notices.clear("config", NOW + 2 * MINUTE)
        assert not unit.notices.clear("config", NOW + 2 * MINUTE)
        assert not unit.notices.clear("never raised", NOW)
        assert unit.notices.open() == ()

        assert unit.notices.raise_("config", "line 5", NOW + 3 * MINUTE)
        assert unit.notices.open()[0].since == NOW + 3 * MINUTE


def test_notices_are_listed_oldest_first(store: Store) -> None:
    with store.transaction() as unit:
        unit.notices.raise_("b", "later", NOW + MINUTE)
        unit.notices.raise_("a", "earlier", NOW)

        assert [notice.key for notice in unit.notices.open()] == ["a", "b"]


def test_a_run_is_open_until_it_is_said_to_have_ended(store: Store) -> None:
    with store.transaction() as unit:
        unit.runs.start("run-1", ["a", "b"], NOW)
        unit.runs.start("run-2", ["c"], NOW + MINUTE)
        unit.runs.finish("run-1", "finished", NOW + 2 * MINUTE)

        [still] = unit.runs.open()
        assert (still.run_id, still.source_keys, still.status) == ("run-2", ("c",), None)
        newest, oldest = unit.runs.last(9)
        assert (newest.run_id, oldest.run_id) == ("run-2", "run-1")
        assert (oldest.status, oldest.ended_at) == ("finished", NOW + 2 * MINUTE)
        assert len(unit.runs.last(1)) == 1


def test_coverage_says_who_answered_who_is_blind_since_when_and_what_was_read(
    store: Store,
) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source(key) for key in ("a", "b", "c", "gone")], NOW)
        unit.sources.claim_due(NOW, limit=9, owner="run-1", lease=MINUTE)
        for key, outcome in (("a", "ok"), ("b", "blocked")):
            unit.sources.finish(
                a_report(key, outcome=outcome, errors=("HTTP 403",) if key == "b" else ()),
                next_at=NOW,
                validators=None,
                baseline_done=True,
            )
        unit.sources.declare([a_source(key) for key in ("a", "b", "c")], NOW)
        unit.items.put(an_article(), now=NOW - MINUTE, baseline=False)
        unit.items.put(an_article(), now=NOW, baseline=False)

        seen = unit.coverage(NOW - 5 * MINUTE, NOW)

    assert (seen.sources_total, seen.sources_answered, seen.items_read) == (3, 1, 1)
    assert [(b.key, b.since, b.cause) for b in seen.blind] == [("b", None, "HTTP 403")]
