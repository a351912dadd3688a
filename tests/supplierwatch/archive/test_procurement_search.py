"""Procurement notices asked for by buyer, supplier and value, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.model import ProcurementNotice
from tests.supplierwatch.instance import Instance, an_article, an_instance

LINE = "Buyer: Fenmoor NHS Trust · Supplier: Tidewater Notes Ltd · Value: £250,000"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    notice = ProcurementNotice(
        buyers=("Fenmoor NHS Trust",),
        suppliers=("Tidewater Notes Ltd",),
        value=250_000.0,
        currency="GBP",
    )
    made.stores(an_article("notice", kind="tender", title="Ward system", notice=notice))
    made.stores(an_article("other", title="Another article", body="Nothing is bought here."))
    return made


@pytest.mark.parametrize(
    "query",
    ["buyer:fenmoor", 'supplier:"tidewater notes"', "value>200000", "type:tender value<1000000"],
)
def test_a_notice_is_found_by_its_fields_and_shown_with_them(
    instance: Instance, query: str
) -> None:
    run = instance.run("search", query)

    assert "1 item found" in run.stdout
    assert LINE in " ".join(run.stdout.split())


@pytest.mark.parametrize("query", ["buyer:tidewater", "supplier:fenmoor", "value>300000"])
def test_a_notice_is_not_found_by_the_fields_of_others(instance: Instance, query: str) -> None:
    assert "Nothing found" in instance.run("search", query).stdout


def test_explain_says_what_a_notice_states(instance: Instance) -> None:
    run = instance.run("explain", "https://ward-ledger.example/2026/notice")

    assert LINE in " ".join(run.stdout.split())


def test_scripts_get_the_fields_of_a_notice(instance: Instance) -> None:
    (found,) = instance.json("search", "buyer:fenmoor")["found"]

    assert found["notice"] == {
        "buyers": ["Fenmoor NHS Trust"],
        "suppliers": ["Tidewater Notes Ltd"],
        "value": 250_000.0,
        "currency": "GBP",
        "deadline": None,
        "starts_on": None,
        "ends_on": None,
        "facts": {},
    }


def test_sources_that_nobody_has_tried_are_named(instance: Instance) -> None:
    declared = (instance.config / "sources.toml").read_text()
    assert "Never tried" not in instance.run("sources").stdout

    tenders = 'key = "awards"\nkind = "tenders"\nurl = "https://tenders.example/search"\n'
    instance.write("sources.toml", f"{declared}\n[[source]]\n{tenders}")

    shown = " ".join(instance.run("sources").stdout.split())
    assert "Never tried against the real service: awards." in shown
