"""The words of fixed sets that other packages define can be translated: none is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import pytest
from markupsafe import escape

from alerts.digest import changes
from alerts.dispatch.held_alerts import CAUSES
from alerts.text import missing_text
from alerts.threads.dates_ahead import DATE_LABELS
from config.model import Sensitivity
from crawler.polling.source_health import SourceProblemKind
from storage.model import MessageState, Role
from storage.model.sources import Outcome
from storage.rules.aside_rules import RULES
from supplierwatch.desk.languages import load_language
from supplierwatch.desk.pages.account.changes import THINGS
from supplierwatch.desk.pages.reading import today
from supplierwatch.desk.pages.suppliers import thread
from supplierwatch.desk.reading import facet_links
from supplierwatch.desk.render import _build_environment
from supplierwatch.desk.site import load_pages
from supplierwatch.formatting.account_words import VERDICTS, held_words
from supplierwatch.formatting.translation import use_language
from tests.desk.languages.extraction import TEMPLATE, read_catalog
from tests.support.builders import a_stored_item

SETS: dict[str, Iterable[str]] = {
    "roles": [str(role) for role in Role],
    "things": THINGS,
    "states of messages": [str(state) for state in MessageState],
    "outcomes of polls": get_args(Outcome),
    "problems of sources": get_args(SourceProblemKind),
    "sensitivities": get_args(Sensitivity),
    "causes": CAUSES.values(),
    "dates ahead": DATE_LABELS.values(),
    "rules": RULES.values(),
    "verdicts": VERDICTS.values(),
    "kinds of events": thread.LABELS.values(),
    "kinds of items": facet_links._KINDS.values(),
    "tabs of Today": today.LABELS.values(),
    "pages": [page.nav for page in load_pages() if page.nav],
    "changes": changes._KIND_NAMES.values(),
    "missing texts": [*missing_text._WORDS.values(), *missing_text._REFUSALS.values()],
}


@pytest.mark.parametrize("name", SETS)
def test_the_words_of_a_set_can_be_translated(name: str) -> None:
    assert set(SETS[name]) - {message.id for message in read_catalog(TEMPLATE)} == set()


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        ("a new headline, wording", "eine neue Überschrift, Wortlaut"),
        ("its page is not there (HTTP 404)", "die Seite ist nicht da (HTTP 404)"),
        ("in a menu (nav)", "in einem Menü (nav)"),
        (
            "asks readers to log in, to pay, to agree or to switch something on",
            "bittet Leser, sich",
        ),
        ("<b>of a stranger</b>", "&lt;b&gt;of a stranger&lt;/b&gt;"),
        ("100%, %(n)s (%d)", "100%, %(n)s (%d)"),
    ],
)
def test_a_phrase_is_translated_in_its_parts_and_any_other_text_stays(
    text: str, translated: str
) -> None:
    template = _build_environment().from_string("{{ text|phrase }}")
    with use_language(load_language("de")):
        assert template.render(text=text).startswith(translated)
    assert template.render(text=text) == str(escape(text))


def test_a_word_is_translated_at_each_use_and_any_other_text_is_escaped() -> None:
    template = _build_environment().from_string("{{ text|word }}, {{ 'reader'|word }}")
    assert template.render(text="reader") == "reader, reader"
    with use_language(load_language("de")):
        assert template.render(text="reader") == "Leser, Leser"
        assert template.render(text="<i>%s") == "&lt;i&gt;%s, Leser"
    assert template.render(text="reader") == "reader, reader"


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("timeout", "der Auftritt antwortete nicht rechtzeitig"),
        ("http-404", "die Seite ist nicht da (HTTP 404)"),
    ],
)
def test_why_a_text_is_missing_is_translated_with_its_remark(reason: str, why: str) -> None:
    item = a_stored_item(text_state="thin", thin_reason=reason)
    with use_language(load_language("de")):
        assert held_words(item).endswith(f": {why}")
