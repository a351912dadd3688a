"""Pages in another language: whole, in the language of the user, with no text left in English."""

from __future__ import annotations

import re
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path

import pytest

from supplierwatch.desk import site
from supplierwatch.desk.languages import choose_language, list_languages
from supplierwatch.formatting.translation import Language
from tests.desk.browser import Browser, RunningDesk, running_desk
from tests.desk.languages.extraction import TEMPLATE, list_translations, read_catalog
from tests.supplierwatch.instance import an_article

PAGES = (
    "/",
    "/?show=starred",
    "/?show=mine",
    "/?tag=none",
    "/account",
    "/briefings",
    "/changes",
    "/channels",
    "/item/1",
    "/item/1?watch=corvid",
    "/item/1/say",
    "/messages",
    "/new-source",
    "/new-subscription",
    "/new-watch",
    "/operator",
    "/opml",
    "/search",
    "/search?q=halcyon",
    "/search?q=nowhere",
    "/set-aside",
    "/sources",
    "/sources/ward-ledger",
    "/sources/ward-ledger/edit",
    "/sources/ward-ledger/remove",
    "/story/1",
    "/subscriptions",
    "/subscriptions/morning",
    "/subscriptions/morning/edit",
    "/subscriptions/morning/remove",
    "/suppliers",
    "/suppliers/halcyon",
    "/tokens",
    "/users",
    "/watches",
    "/watches/halcyon-trusts",
    "/watches/halcyon-trusts/edit",
)
# content, names, queries, keys and values of the configuration, which are shown as they are
DATA = re.compile(
    r"Millbrook[^·]*|told staff on Monday\.|.*which supplies the software.*|roll-out|Ruth Amery"
    r"|\b(?:The Ward Ledger|Halcyon Health|Halcyon|The move is on hold|halcyon-trusts|no-board)\b"
    r"|\b(?:corvid(?: data)?|halcyon|nowhere|(?:ward-ledger|trolley)(?:\.example)?|morning|trust)\b"
    r"|\b(?:reader|editor|operator|session\.opened|session|Deutsch|English)\b"
    r"|comms@trust\.example|Media watch <watch@trust\.example>|https?://\S+|daily at 07:30"
    r"|england-and-wales|scotland|northern-ireland|^(?:low|medium|high)$|^Linux-.*"
    r"|^(?:boardpapers?|feed|govuk|page|parliament|sitemaps?|tenders?|news|release|question|hansard)$"
    r"|· feed ·|Europe/London|Markdown|Word|CSV|JSON Lines|Atom|OPML|SHA-256"
    r"|UTC|GMT|BST|supplierwatch"
    # paraphrases of queries, and what a thread calls an event, are English
    r"|The supplier .*|.*but not “board papers”.*|Nothing satisfies .*|^“nowhere”\.$|^article$"
)
DATE = re.compile(
    r"(?:\b[A-Z][a-z]{2} |\b[A-Z][a-z]{5,8} )?\b\d{1,2} (?:[A-Z][a-z]{2,8}) \d{4}(?:, \d\d:\d\d)?\b"
)


class Texts(HTMLParser):
    """Collects visible texts: of elements, and of attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "input", "br", "img", "hr", "rect"):
            self.inside.append(tag if not given.get("data-skip") else "code")
        for name in ("aria-label", "placeholder", "alt", "data-label"):
            self.found.append(given.get(name) or "")
        if tag != "time":
            self.found.append(given.get("title") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        # code is the same in all languages; preformatted text and options of forms are data
        if not {"code", "kbd", "pre", "script", "textarea", "q", "mark"} & set(self.inside):
            self.found.append(data)


def texts_of(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    return [" ".join(text.split()) for text in parser.found if text.strip()]


@pytest.fixture
def browser(desk: RunningDesk) -> Browser:
    desk.instance.stores(
        an_article("a1"),
        an_article("a2", source_key="trolley", url="https://trolley.example/a2"),
    )
    return desk.browser("operator")


class Pseudo(NullTranslations):
    """Marks what is translated."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def strip_translated(page: str) -> str:
    """Return a page without what is within brackets, at any depth."""
    kept, depth = [], 0
    for character in page:
        depth += character == "⟦"
        if not depth:
            kept.append(character)
        depth -= character == "⟧"
    assert depth == 0
    return "".join(kept)


@pytest.mark.parametrize("path", PAGES)
def test_no_text_of_a_page_is_outside_of_translation(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    pseudo = Language(texts=Pseudo())
    monkeypatch.setattr(site, "choose_language", lambda chosen, accepted: pseudo)

    page = browser.ask(path)

    assert page.code == 200
    assert page.text.count("⟦") > 20
    left = [DATA.sub("", DATE.sub("", text)) for text in texts_of(strip_translated(page.text))]
    assert [text for text in left if re.search(r"[A-Za-z]{3}", text)] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("tag", [path.parent.name for path in list_translations()])
def test_no_text_of_a_page_is_left_in_english(browser: Browser, tag: str, path: str) -> None:
    translated = {
        str(message.id)
        for file in list_translations()
        for message in read_catalog(file)
        if file.parent.name == tag and isinstance(message.id, str) and message.id != message.string
    }

    page = browser.ask(path, headers={"Accept-Language": tag})

    assert page.code == 200
    assert f'<html lang="{tag}">' in page.text
    assert {text for text in texts_of(page.text) if not DATA.fullmatch(text)} & translated == set()


def test_a_user_chooses_a_language_and_gives_it_back(desk: RunningDesk) -> None:
    browser = desk.browser("reader")
    csrf = browser.ask("/account").csrf
    assert browser.ask("/account/language", {"csrf": csrf, "language": "de"}).code == 303
    assert browser.ask("/account").heading == "Ihr Konto"
    assert browser.ask("/account", headers={"Accept-Language": "en"}).heading == "Ihr Konto"
    assert desk.browser("editor").ask("/account").heading == "Your account"
    assert browser.ask("/account/language", {"csrf": csrf, "language": "xx"}).code == 400
    assert browser.ask("/account/language", {"csrf": csrf, "language": "../de"}).code == 400
    assert browser.ask("/account/language", {"csrf": csrf, "language": ""}).code == 303
    assert browser.ask("/account").heading == "Your account"


def test_the_desk_has_a_language_for_who_has_chosen_none(tmp_path: Path) -> None:
    with running_desk(tmp_path, more='\n[desk]\nlanguage = "de"\n') as desk:
        desk.people()
        browser = desk.browser()
        assert browser.ask("/sign-in", headers={"Accept-Language": "en"}).heading == "Anmelden"
        reader = desk.browser("reader")
        csrf = reader.ask("/account").csrf
        reader.ask("/account/language", {"csrf": csrf, "language": "en"})
        assert reader.ask("/account").heading == "Your account"


def test_dates_numbers_and_refusals_follow_the_language(browser: Browser) -> None:
    german = {"Accept-Language": "de"}
    page = browser.ask("/item/1", headers=german)
    assert re.search(r'title="(Mo|Di|Mi|Do|Fr|Sa|So)\., \d+\. \w+\.? \d{4}, \d\d:\d\d ', page.text)
    assert "vor 2 Std." in page.words
    assert (
        "Einen Artikel mit dieser Nummer gibt es nicht."
        in browser.ask("/item/99", headers=german).words
    )
    form = {"csrf": page.csrf, "do": "note", "text": " "}
    refused = browser.ask("/item/1/team", form, headers=german)
    assert "Die Notiz ist leer: schreiben Sie etwas." in refused.words


@pytest.mark.parametrize(
    ("chosen", "accepted", "tag"),
    [
        ((None, None), "", "en"),
        ((None, None), "de", "de"),
        ((None, None), "de-CH, en;q=0.9", "de"),
        ((None, None), "en;q=0.5, de;q=0.6", "de"),
        ((None, None), "en, de;q=0.6", "en"),
        ((None, None), "xx, de;q=0", "en"),
        ((None, None), "*", "en"),
        ((None, None), "de;q=x, ../../de, \\", "en"),
        ((None, "de"), "en", "de"),
        (("en", "de"), "de", "en"),
        (("xx", "de"), "en", "de"),
    ],
)
def test_the_user_comes_before_the_desk_and_the_browser(
    chosen: tuple[str | None, ...], accepted: str, tag: str
) -> None:
    assert choose_language(chosen, accepted).tag == tag


def test_the_file_of_texts_is_no_language() -> None:
    assert TEMPLATE.exists()
    assert "messages" not in list_languages()
