"""The fields of an item that a query can name, and the spellings of each."""

from __future__ import annotations

TEXT_FIELDS = {
    "title": "title", "headline": "title", "intitle": "title",
    "lead": "lead", "ingress": "lead",
    "body": "body", "comments": "comments", "author": "author",
    "url": "url", "inurl": "url", "buyer": "buyer", "supplier": "supplier",
}  # fmt: skip
FILTERS = {
    "site": "site", "domain": "site", "domainis": "site",
    "source": "source", "publication": "source",
    "lang": "lang", "language": "lang", "type": "type",
}  # fmt: skip
CASES = frozenset({"cs", "raw"})
DEFAULT_SCOPE = ("title", "summary", "body")
TYPES = {
    "news": "news", "release": "release", "tender": "tender", "question": "question",
    "pq": "question", "hansard": "hansard", "boardpaper": "boardpaper",
}  # fmt: skip
OURS = frozenset(TEXT_FIELDS) | frozenset(FILTERS) | CASES
# what other vendors have and we do not, with what to write here
FOREIGN = {
    "country": "lang: or site: narrow by language or outlet, as in site:uk",
    "city": "write the place as a word of the query",
    "links": "url:word looks at the item's own address",
    "sourcecountry": "site:uk takes outlets whose address ends in .uk",
    "sourcelang": "lang:en",
    "theme": "write the words of the theme",
    "tone": "there is no tone here: write the words that carry it",
    "sentiment": "there is no sentiment here: write the words that carry it",
    "stem": "use a wildcard: palant*",
    "hashtag": "write the word without #",
}
ALL_NAMES = OURS | frozenset(FOREIGN)
