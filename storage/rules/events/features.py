"""Reads the features of a report: words, names, amounts and dates, each with a weight. Pure.

Not a parser of English: a name is a word with a capital letter within a sentence, an amount is a
number of two digits or more, a date is a day with its month. Rarity decides later what counts.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import log
from typing import Literal

from storage.rules.events.function_words import FUNCTION_WORDS

FeatureKind = Literal["word", "name", "number", "date"]

# the first words of a report say what it is about; what follows is often background, repeated
# from earlier reports of other events
MAX_WORDS, MAX_CHARACTERS = 250, 4_000
LEAD = 60  # words that count twice, as those of the headline do
NAME, NUMBER, DATE = 2.0, 1.5, 1.5  # weight, relative to a word
# share of the words of a headline; with more capitals than this, they do not indicate names
MAX_CAPITALS = 0.6
_TOKEN = re.compile(r"[^\W_]+(?:[.,'’:/][^\W_]+)*|[.!?\n\"“”|]")
_MONTH_WORDS = frozenset(["May"])  # a function word and a month
_BREAKS = frozenset('.!?\n"“”|')
_MONTHS = {
    month[:3]: month
    for month in [
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december"),
    ]
}
_POSSESSIVE = re.compile(r"['’]s?$")


def read_features(title: str, body: str) -> dict[str, tuple[float, FeatureKind]]:
    """Return feature -> (weight, kind) of a report.

    The weight grows with the logarithm of how often it occurs; headline and lead count twice.
    """
    counts: Counter[str] = Counter()
    names: set[str] = set()
    numbers: set[str] = set()
    dates: set[str] = set()
    at = 0
    for part, is_title in ((title, True), (body, False)):
        tokens = _TOKEN.findall(part[:MAX_CHARACTERS])
        capitals_count = not (is_title and _is_capitalised(tokens))
        starts, before, day = True, "", ""
        for token in tokens:
            if token in _BREAKS:
                starts, day = True, ""
                continue
            at += 1
            if at > MAX_WORDS:
                break
            word, form = _read_token(token)
            weight = 2 if is_title or at <= LEAD else 1
            if form == "number":
                is_day = len(word) <= 2 and word.isdecimal()
                if is_day and _is_month(before):
                    dates.add(date := f"{int(word)} {_MONTHS[before[:3]]}")
                    counts[date] += weight
                day = word if is_day else ""
                if len(word) > 1:
                    counts[word] += weight
                    numbers.add(word)
            elif word:
                if day and _is_month(word):
                    dates.add(date := f"{int(day)} {_MONTHS[word[:3]]}")
                    counts[date] += weight
                counts[word] += weight
                if form == "acronym" or (form == "capital" and capitals_count and not starts):
                    names.add(word)
                day = ""
            else:
                day = day if token in ("of", "th", "st", "nd", "rd") else ""
            before, starts = word, False
    found: dict[str, tuple[float, FeatureKind]] = {}
    for name, count in counts.items():
        weight_of_count = 1 + log(count)
        if name in dates:
            found[name] = (DATE * weight_of_count, "date")
        elif name in numbers:
            found[name] = (NUMBER * weight_of_count, "number")
        elif name in names:
            found[name] = (NAME * weight_of_count, "name")
        else:
            found[name] = (weight_of_count, "word")
    return found


def _is_month(word: str) -> bool:
    month = _MONTHS.get(word[:3])
    return month is not None and month.startswith(word)


def _is_capitalised(tokens: list[str]) -> bool:
    words = [token for token in tokens if token not in _BREAKS]
    capitals = sum(1 for word in words if word[0].isupper())
    return capitals > MAX_CAPITALS * len(words)


@lru_cache(maxsize=65_536)
def _read_token(token: str) -> tuple[str, str]:
    """Return (the feature, "" for a function word; its form)."""
    if token[0].isdigit():
        return token.replace(",", "").casefold()[:40], "number"
    word = _POSSESSIVE.sub("", token).casefold()[:40]
    if len(word) < 2 or (word in FUNCTION_WORDS and token not in _MONTH_WORDS):
        return "", "word"
    form = "word"
    if token[0].isupper():
        form = "acronym" if token.isupper() and 2 <= len(token) <= 6 else "capital"
    return _remove_plural(word), form


def _remove_plural(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word
