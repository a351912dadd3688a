"""The fields in which a query can look: a row for each, with all its spellings.

A new field of text is a row here and, if `Document` does not have it yet, a line there.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.model import FieldName

DEFAULT_SCOPE = ("title", "summary", "body")
# what lies in title, summary and body, whose words first/n counts
COUNTED = frozenset({*DEFAULT_SCOPE, "lead"})
# where spans can be shown, in reading order
SHOWN: tuple[FieldName, ...] = ("title", "summary", "body", "comments", "author", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field.

    `scope`: the texts that it looks in. `counts`: whether a term in it is enough for a watch;
    where it is not, the field only narrows. `also`: other vendors' names for it.
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
