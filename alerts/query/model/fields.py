"""The fields that a query can search: a row for each, with all its spellings.

A new text field is a row here and, if `Document` does not have it yet, an attribute there.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.model import FieldName

DEFAULT_SCOPE = ("title", "summary", "body")
# fields within title, summary and body, the words that first/n counts
COUNTED = frozenset({*DEFAULT_SCOPE, "lead"})
# fields in which spans are displayed, in reading order
SHOWN: tuple[FieldName, ...] = ("title", "summary", "body", "comments", "author", "url", "aside")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field of the query language.

    Args:
        name: its canonical name.
        scope: the document fields that it searches.
        says: how the paraphrase names it.
        also: other vendors' names for it.
        counts: whether a term in it is enough for a watch; if not, the field only narrows.
    """

    name: str
    scope: tuple[str, ...]
    says: str
    also: tuple[str, ...] = ()
    counts: bool = True


FIELDS = (
    FieldRow(
        name="title", scope=("title",), says="in the title",
        also=("headline", "intitle", "allintitle", "hd"),
    ),
    FieldRow(
        name="lead", scope=("lead",), says="in the opening", also=("ingress", "leadparagraph"),
    ),
    FieldRow(name="summary", scope=("summary",), says="in the summary", also=("standfirst",)),
    FieldRow(name="body", scope=("body",), says="in the body", also=("intext", "text", "content")),
    FieldRow(name="comments", scope=("comments",), says="in readers' comments", also=("comment",)),
    FieldRow(
        name="aside", scope=("aside",), says="in the page around the article", also=("around",),
    ),
    FieldRow(name="author", scope=("author",), says="in the author's name", also=("byline",)),
    FieldRow(name="url", scope=("url",), says="in the address", also=("inurl", "allinurl", "link")),
    FieldRow(name="buyer", scope=("buyer",), says="as the buyer"),
    FieldRow(name="supplier", scope=("supplier",), says="as the supplier"),
    FieldRow(
        name="source", scope=("source",), says="as the source",
        also=("publication", "publisher", "outlet"), counts=False,
    ),
)  # fmt: skip
FIELD_NAMES = {spelling: row for row in FIELDS for spelling in (row.name, *row.also)}
