"""Generates an archive for `bench.search`, and thirty queries for it.

Word frequencies follow Zipf's law (the n-th word 1/n as often as the first); real words have the
ranks that they have in the trade press, followed by generated names. Items are spread over six
years, 200 outlets and a few kinds; some words are sometimes capitalised.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from sqlalchemy import insert

from bench.loads.matching_load import names
from storage.engine.engine import make_engine
from storage.tables import carrier, item

NEWEST = datetime(2026, 11, 24, tzinfo=UTC)
SPAN = timedelta(days=6 * 365)
OUTLETS = 200
AT_ONCE = 5_000
_GRAMMAR = (
    *("the", "of", "and", "to", "in", "a", "for", "that", "is", "on", "it", "with", "as", "was"),
    *("by", "at", "has", "be", "are", "from"),
)
_TRADE = (
    *("nhs", "health", "trust", "said", "data", "hospital", "patient", "care", "system", "service"),
    *("record", "digital", "new", "england", "staff", "year", "board", "contract", "platform"),
    *("supplier", "government", "national", "clinical", "programme", "minister", "report"),
    *("public", "software", "company", "information", "security", "million", "pounds", "plan"),
    *("local", "region", "group", "working", "access", "shared", "privacy", "review", "decision"),
    *("project", "deal", "federated", "electronic", "network", "technology", "safety", "outage"),
    *("breach", "waiting", "list", "integrated", "oracle", "ice", "epic", "rio", "tender"),
    *("award", "notice", "procurement", "framework", "council", "union", "letter", "question"),
    *("answer", "parliament"),
)
_LATER = 40_000  # generated names after the words of the trade


def vocabulary(random: Random) -> list[str]:
    """Return words, the most frequent first."""
    return [*_GRAMMAR, *_TRADE, *names(_LATER, random)]


QUESTIONS = {
    "a common word": "health",
    "the commonest word": "the",
    "a rare word": "{rare}",
    "a word that nobody wrote": "zzorbiq",
    "a name": "{name}",
    "a phrase": '"data platform"',
    "a phrase of three common words": '"federated data platform"',
    "a phrase with a name": '"{name} system"',
    "two common words": "trust AND outage",
    "five common words": "nhs AND data AND breach AND union AND council",
    "a rare word and a common one": "{rare} AND health",
    "sixty names": "{sixty}",
    "sixty names near forty words": "({sixty}) NEAR/10 ({forty})",
    "a common word without another": "health NOT trust",
    "a name without the commonest words": "{name} NOT (the OR of)",
    "cs() over a common word": 'cs("ICE")',
    "cs() over a common word, rare in capitals": 'cs("TENDER")',
    "cs() of a name that is a word": 'cs("Oracle") AND nhs',
    "common NOT NEAR common": "trust NOT NEAR/5 hospital",
    "common NOT NEAR the commonest": "outage NOT NEAR/10 (the OR of OR said)",
    "common NEAR common": "privacy NEAR/3 minister",
    "in one sentence": "breach SENTENCE supplier SENTENCE board",
    "a wildcard": "procure*",
    "a wildcard of three letters": "con* AND union",
    "in the title": "title:(privacy AND breach)",
    "at least three times": "atleast/3(privacy)",
    "on one site": "site:outlet-7.example AND health",
    "one type, nothing else": "type:tender",
    "a common word in one old month": "health AND date:2021-03",
    "by value": "value>2000000 AND data",
}


def questions(random: Random, words: list[str]) -> dict[str, str]:
    """Return the queries, with names from this vocabulary."""
    later = words[len(_GRAMMAR) + len(_TRADE) :]
    named = {
        "rare": later[-10],
        "name": later[600],
        "sixty": " OR ".join(random.sample(later[5_000:], 60)),
        "forty": " OR ".join(_TRADE[10:50]),
    }
    return {name: text.format(**named) for name, text in QUESTIONS.items()}


def fill(url: str, count: int, random: Random, words: list[str]) -> None:
    """Insert `count` items into an empty database with the newest schema, the oldest first."""
    engine = make_engine(url)
    made = make_rows(count, random, words)
    with engine.connect() as connection:
        for _ in range(0, count, AT_ONCE):
            rows = [row for _, row in zip(range(AT_ONCE), made, strict=False)]
            with connection.begin():
                connection.execute(insert(item), rows)
                connection.execute(insert(carrier), [_carrier(row) for row in rows])
    engine.dispose()


def make_rows(count: int, random: Random, words: list[str]) -> Iterator[dict[str, Any]]:
    """Yield rows of items, the oldest first."""
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for number in range(1, count + 1):
        chosen = random.choices(words, cum_weights=weights, k=random.randint(75, 135))
        seen = NEWEST - SPAN * (1 - number / count)
        outlet = f"outlet-{random.randrange(OUTLETS)}"
        tender = random.random() < 0.01
        yield {
            "id": number, "source_key": outlet, "kind": "tender" if tender else "news",
            "url": f"https://{outlet}.example/{number}", "title": _sentence(chosen[:9], random),
            "authors": ["A Reporter"], "published_at": seen, "published_raw": None,
            "language": "en", "summary": "", "body": _body(chosen[9:], random), "comments": "",
            "pages": [], "notice": _notice(random) if tender else None, "text_state": "full",
            "thin_reason": None, "content_hash": f"{number:064}", "entry_hash": f"{number:064}",
            "first_seen_at": seen, "fetched_at": seen, "revised_at": None, "revision": 1,
            "baseline": False, "story_id": number, "page_due_at": None, "page_attempts": 0,
            "etag": None, "last_modified": None,
        }  # fmt: skip


def _body(words: list[str], random: Random) -> str:
    sentences, at = [], 0
    while at < len(words):
        end = at + random.randint(8, 25)
        sentences.append(_sentence(words[at:end], random) + ".")
        at = end
    return " ".join(sentences)


def _sentence(words: list[str], random: Random) -> str:
    """Capitalise names and the first word, put a few words in capitals, add some punctuation."""
    made = []
    for at, word in enumerate(words):
        chance = random.random()
        if word == "nhs" or chance < 0.001 or (word == "ice" and chance < 0.02):
            word = word.upper()
        elif at == 0 or chance < 0.08:
            word = word.capitalize()
        elif chance < 0.1:
            word += ","
        elif chance < 0.11:
            word += "-based"
        made.append(word)
    return " ".join(made)


def _notice(random: Random) -> dict[str, Any]:
    return {
        "buyers": ["A Trust"], "suppliers": [], "value": round(10 ** random.uniform(4, 7.5)),
        "currency": "GBP", "deadline": None, "starts_on": None, "ends_on": None, "facts": [],
    }  # fmt: skip


def _carrier(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_id": row["id"], "source_key": row["source_key"], "url": row["url"], "url_key": None,
        "guid": None, "guid_key": None, "entry_hash": row["entry_hash"],
        "first_seen_at": row["first_seen_at"],
    }  # fmt: skip
