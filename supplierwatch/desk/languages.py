"""The languages of the desk: one file of texts for each, and which of them a page is in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from supplierwatch.formatting.translation import ENGLISH, Language

FOLDER = Path(__file__).parent / "locale"
MAX_HEADER = 200  # characters of an Accept-Language header that are read


@cache
def list_languages() -> tuple[str, ...]:
    """Return the tags of the languages with a file of texts, and English, in which texts are."""
    return tuple(sorted({ENGLISH, *(path.parent.name for path in FOLDER.glob("*/messages.po"))}))


@cache
def load_language(tag: str) -> Language:
    """Read the texts of one of the languages."""
    if tag == ENGLISH:
        return Language(texts=NullTranslations())
    with (FOLDER / tag / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=tag.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Language(tag=tag, texts=GNUTranslations(compiled))


def name_language(tag: str) -> str:
    """Return what a language calls itself: `Deutsch`."""
    name = Locale.parse(tag, sep="-").get_display_name() or tag
    return name[:1].upper() + name[1:]


def choose_language(chosen: Iterable[str | None], accepted: str) -> Language:
    """Return the language of a page.

    Args:
        chosen: by the user, by the configuration; None where nothing is. The first that is known
            counts.
        accepted: the Accept-Language header of the browser, which counts where nothing was chosen.
    """
    for tag in (*(tag for tag in chosen if tag), *_read_accepted(accepted)):
        # a known dialect before its language: `de-CH` is answered by `de`
        for wanted in (tag, tag.partition("-")[0]):
            for known in list_languages():
                if known.casefold() == wanted.casefold():
                    return load_language(known)
    return load_language(ENGLISH)


def _read_accepted(header: str) -> Iterator[str]:
    """Return the tags of an Accept-Language header, the most wanted first."""
    weighed = []
    for at, part in enumerate(header[:MAX_HEADER].split(",")):
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        try:
            value = float(weight)
        except ValueError:
            continue
        if tag and value > 0:
            weighed.append((-value, at, tag.strip()))
    return (tag for _, _, tag in sorted(weighed))
