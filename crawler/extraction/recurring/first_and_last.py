"""Distinguishes background paragraphs at the ends of articles from an outlet's own notes. Pure.

A single-topic outlet may begin or end all its articles with the same paragraph of background. In
the same position are requests, sponsors, and descriptions of the outlet and its writers: they speak
for the outlet, address the reader, or name a sponsor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crawler.extraction.recurring.page_blocks import PageBlock, Row, find_row

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "header", "footer"))
_NOTE = re.compile(
    r"""\b(?:we|our|ours|(?-i:us|I|me|my)|you|your|yours
      |wir|uns|unser\w*|(?-i:Sie|Ihr|Ihre\w?)|nous|notre|nos|vous|votre|vos|nosotros|nuestr\w+|usted\w*
      |noi|nostr\w+|vostr\w+|voi|wij|we|ons|onze|jullie|uw
      |newsletters?|subscri\w+|abonn\w+|sign(?:ed)?[\s-]up|donat\w+|sponsor\w*|advert\w*|promoted
      |(?:supported|funded|paid|powered|brought|presented|produced|published|written|edited)
        \s(?:for\s)?(?:by|to|in)|in\s(?:association|partnership)\swith|partner\scontent
      |this\s(?:article|story|post|page|site|website|web\ssite|newspaper|publication|series
        |newsroom|content|report|coverage|channel|blog|podcast|press\srelease)
      |copyright|rights\sreserved|trade\s?marks?|press\soffice|media\scontact|for\s(?:more|further)
      |(?:reporter|correspondent|editor|writer|journalist|columnist|contributor|author)s?
      |read\smore|follow|contact|click|log\sin|cookies?|first\sappeared|originally)\b
      |^about\s|[@©®™]|https?://|\bwww\.|\.(?:com|org|net|co\.uk)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_first_or_last(
    blocks: Sequence[PageBlock], at: int, own: Mapping[Row, tuple[int, int]]
) -> bool:
    """Return whether a paragraph is directly before or after the article's own, in the same row.

    No heading and no long text may be between them.

    Args:
        blocks: of the page.
        at: the index of the paragraph.
        own: each row of paragraphs, with the indexes of the article's first and last one.
    """
    row = find_row(blocks[at])
    if row is None or row not in own:
        return False
    first, last = own[row]
    between = blocks[at + 1 : first] if at < first else blocks[last + 1 : at]
    return not any(_is_separator(block) for block in between)


def is_note(words: str) -> bool:
    """Return whether a paragraph speaks for the outlet or to the reader, or names its sponsor."""
    return _NOTE.search(words) is not None


def _is_separator(block: PageBlock) -> bool:
    return block.is_prose or (block.element is not None and block.element.tag in _HEADINGS)
