"""Who sees which group, and which watch may match which item."""

from __future__ import annotations

import pytest

from storage.rules.groups import (
    EVERYTHING,
    NO_GROUPS,
    NOTHING_SEEN,
    DeclaredGroups,
    order_groups,
    scope_of_group,
    scope_of_user,
)

GROUPS = DeclaredGroups(
    watches={"north": "northgate", "east": "eastmoor"}, sources={"intranet": "eastmoor"}
)


@pytest.mark.parametrize(
    ("watch", "carried_by", "may"),
    [
        ("east", {"intranet"}, True),
        ("north", {"intranet"}, False),
        ("house", {"intranet"}, False),
        ("house", {"press"}, True),
        ("north", {"press"}, True),
        ("north", {"press", "intranet"}, True),
    ],
)
def test_a_watch_matches_what_its_group_sees(
    watch: str, carried_by: set[str], *, may: bool
) -> None:
    assert GROUPS.may_match(watch, carried_by) is may
    assert NO_GROUPS.may_match(watch, carried_by)


def test_a_further_source_may_show_an_item_to_more_groups() -> None:
    assert GROUPS.adds_readers({"intranet"}, "press")
    assert not GROUPS.adds_readers({"press"}, "intranet")
    assert not GROUPS.adds_readers({"intranet"}, "intranet")
    assert not GROUPS.adds_readers({"press"}, "other-press")


def test_sources_of_the_default_group_are_shared_and_watches_are_not() -> None:
    north = scope_of_group("northgate")
    assert north.shares("default")
    assert not north.has("default")
    assert not north.shares("eastmoor")
    assert not scope_of_group("default").has("northgate")
    assert EVERYTHING.has("northgate")
    assert not NOTHING_SEEN.has("default")


def test_a_user_sees_one_group_at_a_time_and_an_operator_all() -> None:
    both = ("northgate", "eastmoor")
    assert scope_of_user((), None, sees_all=False) == scope_of_group("default")
    assert scope_of_user(both, None, sees_all=False) == scope_of_group("eastmoor")
    assert scope_of_user(both, "northgate", sees_all=False) == scope_of_group("northgate")
    assert scope_of_user(both, "default", sees_all=False) is None
    assert scope_of_user((), None, sees_all=True) == EVERYTHING
    assert scope_of_user((), "eastmoor", sees_all=True) == scope_of_group("eastmoor")
    assert order_groups(("z", "default", "a")) == ("default", "a", "z")
