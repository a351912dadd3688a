"""Queries with one part changed, as they were written."""

from __future__ import annotations

import pytest

from alerts.proposals.query_parts import exclude_everywhere, find_parts, replace_part
from alerts.query import SupplierTerms, compile_query, compile_suppliers
from config.model import Supplier, Where

SUPPLIERS = compile_suppliers(
    [
        Supplier(
            key="corvantis",
            names=("Corvantis",),
            query=None,
            where=Where(file="suppliers.toml", line=1),
        )
    ]
)


def change(written: str, part: str, made: str) -> str | None:
    query = compile_query(written, suppliers=SUPPLIERS)
    parts = {each.text: each for each in find_parts(query)}
    changed = replace_part(query, parts[part], made, SUPPLIERS)
    return None if changed is None else changed.text


@pytest.mark.parametrize(
    ("written", "part", "made", "wanted"),
    [
        pytest.param("ice", "ice", 'cs("ICE")', 'cs("ICE")', id="a word"),
        pytest.param(
            'Halcyon  OR\nICE AND "blood test"',
            "ice",
            'cs("ICE")',
            'Halcyon  OR\ncs("ICE") AND "blood test"',
            id="blanks and lines stay",
        ),
        pytest.param(
            '(ice OR title:ice) NOT "ice cream"',
            "ice",
            "{} NOT NEAR/0 rink",
            '((ice NOT NEAR/0 rink) OR title:(ice NOT NEAR/0 rink)) NOT "ice cream"',
            id="wherever it stands alone, and not where it is excluded",
        ),
        pytest.param(
            'nhs AND "System C"',
            '"system c"',
            "{} NEAR/30 plural(nhs OR trust)",
            'nhs AND "System C" NEAR/30 plural(nhs OR trust)',
            id="a phrase",
        ),
        pytest.param(
            "@corvantis OR outage",
            "@corvantis",
            "{} NOT NEAR/0 street",
            "@corvantis NOT NEAR/0 street OR outage",
            id="a supplier",
        ),
        pytest.param(
            'plural("tablet" OR "EPR")',
            'plural("EPR")',
            'cs("EPR" OR "EPRs")',
            'plural("tablet" OR cs("EPR" OR "EPRs"))',
            id="within plural()",
        ),
    ],
)
def test_one_part_changes_and_the_rest_stays(
    written: str, part: str, made: str, wanted: str
) -> None:
    assert change(written, part, made) == wanted


@pytest.mark.parametrize(
    "written", ["nhs NOT ice", "(ice NEAR/3 rink) OR nhs", "atleast/2(ice) OR nhs", 'nhs "a ice"~3']
)
def test_a_part_that_does_not_stand_alone_is_left(written: str) -> None:
    assert "ice" not in {each.text for each in find_parts(compile_query(written))}


def test_what_the_language_refuses_is_no_change() -> None:
    assert change("ice", "ice", "{} NEAR/900 nhs") is None


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("ice", 'ice NOT source:"gazette"'),
        ("ice AND nhs", 'ice AND nhs NOT source:"gazette"'),
        ("ice OR nhs", '(ice OR nhs) NOT source:"gazette"'),
        ('ice NOT source:"herald"', 'ice NOT source:"herald" NOT source:"gazette"'),
    ],
)
def test_an_exclusion_applies_to_the_whole_query(written: str, wanted: str) -> None:
    changed = exclude_everywhere(compile_query(written), 'source:"gazette"', NOTHING)
    assert changed is not None
    assert changed.text == wanted


NOTHING: dict[str, SupplierTerms] = {}
