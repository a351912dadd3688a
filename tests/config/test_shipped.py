"""The shipped files are right, mean what they say, and say why each source is there."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from config.model import Catalog
from supplierwatch.wiring import load
from tests import ROOT

FOLDER = ROOT / "config"
WATCHED = (
    "palantir oracle-health epic tpp emis-optum system-c dedalus nervecentre accurx altera "
    "intersystems meditech access-servelec graphnet orion-health better cegedim"
)


def _catalog() -> Catalog:
    return load(FOLDER, {}).catalog


def test_the_shipped_files_are_right_and_their_watches_have_no_warning() -> None:
    wired = load(FOLDER, {})

    assert wired.warnings == ()
    assert {subscription.to for subscription in wired.catalog.subscriptions} == {
        ("you@example.org",)
    }
    assert wired.catalog.settings.mail.smtp is None


def test_the_suppliers_that_matter_are_named() -> None:
    assert set(WATCHED.split()) <= {supplier.key for supplier in _catalog().suppliers}


def test_the_catalogue_has_sixty_sources_and_claims_none_as_verified() -> None:
    sources = _catalog().sources

    assert len(sources) >= 60
    assert Counter(source.confidence for source in sources).keys() == {"reported", "unconfirmed"}


def test_a_guess_is_off_until_somebody_has_tried_it() -> None:
    guesses = [source for source in _catalog().sources if source.confidence == "unconfirmed"]

    assert [source.key for source in guesses if source.enabled] == []


def test_each_source_says_why_it_is_there() -> None:
    text = (FOLDER / "sources.toml").read_text()
    told = re.findall(r"^# [A-Z].*\n(?:# .*\n)*\[\[source\]\]$", text, re.MULTILINE)

    assert len(told) == len(_catalog().sources)


def test_sources_are_fetched_over_tls() -> None:
    assert {urlsplit(source.url).scheme for source in _catalog().sources} == {"https"}
