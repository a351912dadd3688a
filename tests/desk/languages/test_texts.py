"""The files of texts are complete, and no template has text that cannot be translated."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Catalog

from supplierwatch.desk.languages import FOLDER
from tests.desk.languages.extraction import (
    ROOT,
    TEMPLATE,
    extract_texts,
    list_translations,
    read_catalog,
    write,
)

TEMPLATES = sorted((ROOT / "supplierwatch/desk/templates").rglob("*.html"))
TRANSLATIONS = list(list_translations())
PLACEHOLDER = re.compile(r"%(?:\((\w+)\)[rs]|%)")
TAG = re.compile(r"<[^>]+>")
# a comment, statement or expression of Jinja; a tag of HTML with those in its attributes
TOKEN = re.compile(
    r"(\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}"
    r"|</?[a-zA-Z!](?:\"(?:\{\{.*?\}\}|\{%.*?%\}|[^\"])*\"|\{\{.*?\}\}|\{%.*?%\}|[^>\"])*>)",
    re.DOTALL,
)
SHOWN = re.compile(
    r"\b(aria-label|title|placeholder|alt|data-label|data-one|data-many)"
    r"=\"((?:\{\{.*?\}\}|\{%.*?%\}|[^\"])*)"
)
NO_TEXT = ("code", "kbd", "pre", "script", "style")  # what stands there is the same everywhere
SAME_EVERYWHERE = {"Europe/London", "Media watch"}


def ids_of(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


def forms_of(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


def test_the_file_of_texts_is_as_new_as_the_texts() -> None:
    extracted, kept = ids_of(extract_texts()), ids_of(read_catalog(TEMPLATE))
    assert extracted - kept == set(), "run `make texts`"
    assert kept - extracted == set(), "run `make texts`"
    assert len(kept) > 900


def test_extracting_again_changes_no_file(tmp_path: Path) -> None:
    write(tmp_path / "messages.pot", extract_texts())
    assert (tmp_path / "messages.pot").read_bytes() == TEMPLATE.read_bytes(), "run `make texts`"


def test_there_is_a_translation() -> None:
    assert FOLDER / "de/messages.po" in TRANSLATIONS


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.parent.name)
def test_a_translation_is_complete(path: Path) -> None:
    catalog = read_catalog(path)
    assert ids_of(catalog) == ids_of(read_catalog(TEMPLATE))
    assert [m.id for m in catalog if m.id and (m.fuzzy or not all(forms_of(m.string)))] == []


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.parent.name)
def test_a_translation_has_the_placeholders_and_tags_of_its_text(path: Path) -> None:
    for message in read_catalog(path):
        if not message.id:
            continue
        known = {name for form in forms_of(message.id) for name in PLACEHOLDER.findall(form)}
        tags = Counter(TAG.findall(forms_of(message.id)[-1]))
        for form in forms_of(message.string):
            assert set(PLACEHOLDER.findall(form)) <= known, form
            assert "%" not in PLACEHOLDER.sub("", form) or not known, form
            assert Counter(TAG.findall(form)) == tags, form


def find_plain_text(source: str) -> list[str]:
    """Return the visible texts of a template that no translation reaches."""
    found: list[str] = []
    inside = False  # of a block that is translated
    before = ""
    for at, token in enumerate(TOKEN.split(source)):
        if at % 2:
            if re.match(r"\{%-?\s*trans\b", token):
                inside = True
            elif re.match(r"\{%-?\s*endtrans\b", token):
                inside = False
            elif token.startswith("<"):
                for _, value in SHOWN.findall(token):
                    plain = "".join(_strip_blocks(value))
                    found += [plain] if re.search(r"[A-Za-z]{2}", plain) else []
            before = token
        elif not inside and re.search(r"[A-Za-z]{2}", token):
            skipped = re.match(rf"<(?:{'|'.join(NO_TEXT)})\b", before)
            found += [] if skipped else [token.strip()]
    return [text for text in found if text not in SAME_EVERYWHERE]


def _strip_blocks(value: str) -> str:
    value = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", value, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", value, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_has_no_text_outside_of_translation(path: Path) -> None:
    assert find_plain_text(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Nothing here.</p>", ["Nothing here."]),
        ('<p>{{ _("Nothing here.") }}</p>', []),
        ("<p>{% trans %}See <a>it</a>{% endtrans %}</p>", []),
        ('<a title="Open it">{{ name }}</a>', ["Open it"]),
        ('<a title="{{ _("Open it") }}">{{ name }}</a>', []),
        ('<a title="{% trans n=1 %}Open {{ n }}{% endtrans %}">{{ name }}</a>', []),
        ("{% if a %}one{% endif %}<code>a AND b</code>", ["one"]),
    ],
)
def test_text_outside_of_translation_is_found(source: str, found: list[str]) -> None:
    assert find_plain_text(source) == found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_translates_only_constants(path: Path) -> None:
    """What `_` returns is markup: a text of a stranger would not be escaped."""
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])(?:_|gettext|ngettext)\((?!\")[^)]*\)", source) == []
    # a word in an expression is shown, too, if it is one of several
    shown = re.findall(r"\{\{[^{}]*?\belse \"([A-Z][^\"]*)\"", source)
    assert [text for text in shown if text != "JSON Lines"] == []
