"""A briefing as values, and as Markdown. Full texts only where the licence of the source allows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from alerts.messages.briefing import BriefedItem, BriefingDocument, date_line, day, paragraphs
from alerts.text.sanitize import line, web_link
from storage.model import Briefing, Span, StoredItem
from supplierwatch.formatting.hits import excerpt_of

MAX_TEXT = 20_000  # characters of one full text
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&$])")


def build_document(
    briefing: Briefing,
    items: Mapping[int, StoredItem],
    spans: Mapping[int, Sequence[Span]],
    *,
    author: str,
    outlets: Mapping[str, str],
    licensed: frozenset[str],
    home: str,
) -> BriefingDocument:
    """Return a briefing as it is shown; items that are no longer stored are left out.

    Args:
        briefing: the briefing.
        items: its items by id.
        spans: item id -> where a watch hit.
        author: the name of its user.
        outlets: source key -> its name.
        licensed: the keys of the sources whose full texts may be passed on.
        home: the address of the desk, without a slash at its end.
    """
    shown = []
    for entry in briefing.entries:
        item = items.get(entry.item_id)
        if item is None:
            continue
        may_have_text = item.source_key in licensed
        excerpt = excerpt_of(item, spans.get(item.item_id, ()))
        sentence = "" if excerpt is None else "".join(each.text for each in excerpt.segments)
        lines = item.body[:MAX_TEXT].split("\n") if may_have_text else []
        shown.append(
            BriefedItem(
                item_id=item.item_id,
                title=line(item.title, 300) or "(no title)",
                outlet=line(outlets.get(item.source_key, item.source_key), 120),
                at=item.published_at or item.first_seen_at,
                is_published=item.published_at is not None,
                sentence=line(sentence, 400),
                comment=entry.comment,
                paragraphs=tuple(text for each in lines if (text := line(each))),
                link=web_link(item.url),
                evidence=f"{home}/item/{item.item_id}",
            )
        )
    return BriefingDocument(
        title=briefing.title,
        introduction=briefing.introduction,
        author=author,
        at=briefing.changed_at,
        items=tuple(shown),
    )


def render_markdown(document: BriefingDocument) -> str:
    """Render a briefing as CommonMark; all untrusted text is escaped."""
    parts = [f"# {_escape(document.title)}", f"{_escape(document.author)}, {day(document.at)}"]
    parts += _split_paragraphs(document.introduction)
    for item in document.items:
        title = _escape(item.title)
        parts.append(f"## {f'[{title}](<{item.link}>)' if item.link else title}")
        evidence = f"[evidence](<{item.evidence}>)"
        parts.append(f"{_escape(date_line(item))} · {evidence}")
        parts += _split_paragraphs(item.comment)
        if item.paragraphs:
            parts += [_escape(text) for text in item.paragraphs]
        elif item.sentence:
            parts.append(f"> {_escape(item.sentence)}")
    return "\n\n".join(parts) + "\n"


def _split_paragraphs(text: str) -> list[str]:
    return [_escape(each) for each in paragraphs(text)]


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", line(text))
