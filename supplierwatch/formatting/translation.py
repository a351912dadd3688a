"""The language of texts: translates them, by gettext, and writes numbers as it does.

The English texts are the keys. What no page of the desk asks for is English: a language holds only
within `use_language`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any

ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language with its texts. `tag`: as BCP 47 writes it."""

    tag: str = ENGLISH
    texts: NullTranslations

    @property
    def locale(self) -> str:
        """The same as Babel names it."""
        return self.tag.replace("-", "_")


_PRESENT: ContextVar[Language] = ContextVar("language")
_ENGLISH = Language(texts=NullTranslations())


def present_language() -> Language:
    """Return the language in force; English where none was chosen."""
    return _PRESENT.get(_ENGLISH)


@contextmanager
def use_language(language: Language) -> Iterator[None]:
    """Use a language within the block, in this thread."""
    reset = _PRESENT.set(language)
    try:
        yield
    finally:
        _PRESENT.reset(reset)


def gettext(text: str, /, **values: Any) -> str:
    """Translate a text; `%(name)s` in it is replaced where values are given."""
    said = present_language().texts.gettext(text) if text else ""
    return said % values if values else said


def ngettext(one: str, many: str, number: float, /, **values: Any) -> str:
    """Translate a text in the form that a number asks for; values are put in as in `gettext`."""
    # catalogues choose by whole numbers; 1.5 is plural in the languages that have one
    chosen = int(number) if number == int(number) else 2
    said = present_language().texts.ngettext(one, many, chosen)
    return said % values if values else said


def translate_phrase(text: str) -> str:
    """Translate phrases of a fixed set, with commas between, or with a remark in brackets."""
    whole = gettext(text)
    if whole != text:
        return whole
    phrase, bracket, remark = text.rpartition(" (")
    if bracket and remark.endswith(")"):
        return f"{gettext(phrase)} ({remark}"
    return ", ".join(gettext(part) for part in text.split(", "))


def mark_text(text: str) -> str:
    """Mark a constant for translation, and return it as it is: `gettext` is called at its use."""
    return text


def format_number(number: float, decimals: int = 0) -> str:
    """Return a number with its groups of thousands: `12,345` or `12.345`, by the language."""
    language = present_language()
    if language.tag == ENGLISH:
        return f"{number:,.{decimals}f}"
    from babel.numbers import format_decimal  # which no command needs

    pattern = f"#,##0.{decimals * '0'}" if decimals else "#,##0"
    return format_decimal(round(number, decimals), format=pattern, locale=language.locale)


def format_share(share: float) -> str:
    """Return a share of 1 in per cent: `12%`, or `12 %` by the language."""
    language = present_language()
    if language.tag == ENGLISH:
        return f"{share:.0%}"
    from babel.numbers import format_percent

    return format_percent(share, locale=language.locale)
