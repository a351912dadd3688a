"""Removes lines that publishers insert into the text of an article. Pure.

Three kinds are removed: links to other articles, requests to readers (newsletters, apps, tips,
commission) and credits. A line is recognised by its wording, never by its site; long lines stay,
since an article may be about a newsletter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from crawler.extraction.cleaning.date_lines import is_date_line
from crawler.text.folding import fold_words

_MAX_WORDS = 60  # of a line that may be removed
_MAX_SHARE = 0.3  # of a text's words in removed lines of more than `_LONG` words
_LONG = 12
_MIN_HEADLINE_WORDS = 4  # of a heading that is not the title; shorter ones are also words of a text

_POINTER = re.compile(
    r"""^[-–—_*•▶►\s]*+(?:
      (?:(?:also|now)\s)?(?:read|see|watch|listen)(?:\s(?:more|next|also|now|too))?\s?[:|–»>-]
      |(?:also|must|further)[\s-](?:read|see|watch)\b
      |(?:read|see)\s(?:more|next|also)\b.{0,60}$
      |related(?:\s(?:articles?|posts?|stor(?:y|ies)|links?|topics?|content|news|reading))?\s?(?:[:|]|$)
      |(?:you\smay|you\smight)\s(?:also\s)?(?:like|be\sinterested)\b
      |(?:don.t|do\snot)\smiss\W*$
      |(?:most|more)\s(?:read|viewed|popular|from|in|on)\b[^.!?]{0,60}$
      |(?:more|popular|trending(?:\snow)?|recommended(?:\s\w+)?|editor.s\spicks?)\s?:?$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_REQUEST = re.compile(
    r"""^[\W_]*+(?:please\s|to\s)?(?:
      click|read\sour|(?:sign|log)\s(?:up|in|on)|discuss|comment\b|subscribe|get\b|join|download|follow|like\sus|find\sus|never\smiss|register
      |for\s(?:the\slatest|more|all)|check\sout|submit|send|e-?mail|donate|support|help\sus
      |(?:do|did|have|are)\syou\b|have\sa\b|want\b|would\syou|if\syou\b|start\s(?:your|each|every|the)\b|there.s\b|choose\b|add\b|make\sus\b
      |let\sus\sknow|tell\sus|we\s(?:want|need|recommend|independently|may)|our\s(?:(?:web)?site|community|newsletters?|apps?|readers|journalism)\b|you\scan\s(?:also\s)?
      |stay\b|keep\sup|receive|listen|watch|sent\b|reach\b|contact\b|this\s(?:article|post|page)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_REQUEST_OBJECT = re.compile(
    r"""newsletters?|(?:your|his|her)\sin-?box|\bmailing\slist|\bour\s(?:\w+\s){0,2}(?:apps?|podcast|
      channels?|emails?|e-?mail\salerts?|alerts?)\b|\bapps?\sfor\s(?:ios|android)|\bnews\sapp\b
      |(?:on|via|our)\s(?:twitter|facebook|instagram|youtube|whatsapp|telegram|linkedin|bluesky|flipboard|
      google\snews)\b|sign\sup\s(?:here|now|for|to)|subscri(?:be|bing)\s(?:now|today|to|for|here)
      |letters?\sto\sthe\seditor|\bcommission\b|affiliate|independent(?:ly)?\s(?:review|select|recommend)
      |get\sin\stouch\s(?:at|by|via|on|here)\b|(?:story|tip)\s(?:to\stell|for\sus)|have\sa\s(?:story|tip)\b|comments?\s(?:below|section)
      |our\s(?:\w+\s)?(?:subscription|members(?:hip)?)\b|breaking\snews\sand\s|bookmark|\bpreferred\ssource\b
      |\bjoin\s(?:our\s)?\d[\d,.]++\S*+\s(?:\w++\s)?(?:readers|subscribers|others|members)\b
      |what\syou\sthink|subscription|\bforums?\b|\bto\s(?:comment|post\sa\scomment|join\sthe\s(?:conversation|discussion))\b|comment(?:ing)?\s(?:on\sthis|policy|guidelines)|sign\sin\s(?:now|here|to)""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(
    r"""^[-–—_*•▶►\s]*+(?:
      (?:image|photo|picture|photograph|video|graphic|illustration)s?(?:\scredits?|\sby|\scourtesy(?:\sof)?)?
        \s?[:/|].{0,90}$
      |(?:source|credit)\s?:\s.{1,60}$
      |(?:additional\s|further\s)?(?:reporting|writing)\sby\s[^.]*$
      |[^.]{1,200}\scontributed\s(?:to\sthis|reporting|to\sthe)\b[^.]{0,40}\.?$
      |(?:©|\(c\)\s|copyright\b).{0,120}$
      |all\srights\sreserved.{0,40}$
      |(?:first|originally)\spublished\s(?:in|on|by)\b.{0,60}$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_CONTENT = re.compile(
    r"""^(?:\W*+|[\w.+-]++@[\w-]++\.[\w.]++|\d{4}-\d\d-\d\dT[\d:.+Z-]+
      |comments?|advertisements?|article\scontent|share(?:\sthis(?:\s\w+)?)?|share\son\s\w+|print
      |(?:tags?|tagged|topics?|filed\sunder|filed\sin|posted\sin|categor(?:y|ies)|keywords|labels)\s?[:|].{0,100}
      |(?:story|article|text|content)\s(?:continues|resumes)\s(?:below|after|beneath)
        (?:\s(?:the\s|this\s)?ad(?:vert(?:isement)?)?)?\W*
      |[^.!?]{0,80}(?<![^\W_])\d{1,3}[\s-]min(?:ute)?s?\sread\b[^.!?]{0,40}
      |(?:is|was)\sthis\s(?:page|article|information|content)\s(?:useful|helpful)\W*
      |loading\W*|(?:swipe|scroll)\s.{0,40}
      |(?:(?:image|photo|picture|slide|foto|bild)s?\s)?\d{1,3}\s?(?:/|of|von|sur|de|di|van|av|z)\s?\d{1,3}
      |(?:view|open|show|see)\s(?:full\s|photo\s|image\s|the\s)?(?:gallery|slideshow))$""",
    re.IGNORECASE | re.VERBOSE,
)

_FIRST_LINES = 3  # that may contain the publication date
_LAST_LINES = 4
_BIOGRAPHY = re.compile(
    r"""^(?:\sis\b.{0,80}\b(?:reporter|correspondent|editor|writer|journalist|columnist|author|contributor|producer
      |fellow|researcher|professor|lecturer|freelance|director|analyst|founder)\b
      |\s(?:ist|est|es|è|é|is|är|er|jest|on)\s(?:\w+\s){0,4}(?:redakteur|journalist|korrespondent
        |autor|reporter|giornalist|redatt|corrispondent|periodist|redact|corresponsal|jornalist|redator
        |repórter|verslaggever|redakt|rédact|correspondant|dziennikar|koresponden|toimittaja)
      |\sschreibt\s(?:für|über)\b
      |\s(?:covers|writes|reports|has\sbeen\s(?:a|an|the|covering|writing|reporting)|joined\s(?:the|us)|blogs)\b
      |.{0,200}\bfollow\s(?:him|her|them|me)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


def remove_inserted_lines(
    text: str, title: str | None, headings: Collection[str] = (), authors: Sequence[str] = ()
) -> str:
    """Remove inserted lines, headlines, date line and notes about authors from a text.

    Long inserted lines stay if they are much of the text: it is then about such things.

    Args:
        text: a line for each paragraph.
        title: of the article.
        headings: other headlines of the page.
        authors: of the article; notes about them in its last lines are removed.
    """
    headlines = {fold_words(one) for one in headings if len(one.split()) >= _MIN_HEADLINE_WORDS}
    headlines.add(fold_words(title) if title else "")
    lines = text.split("\n")
    inserted = [is_publisher_line(line) for line in lines]
    for at in range(min(_FIRST_LINES, len(lines))):
        inserted[at] = inserted[at] or is_date_line(lines[at])
    for at in range(max(1, len(lines) - _LAST_LINES), len(lines)):
        inserted[at] = inserted[at] or _is_biography(lines[at], authors)
    longer = [len(line.split()) for line, is_in in zip(lines, inserted, strict=True) if is_in]
    keeps_long = sum(n for n in longer if n > _LONG) > _MAX_SHARE * len(text.split())
    return "\n".join(
        line
        for line, is_in in zip(lines, inserted, strict=True)
        if not (is_in and not (keeps_long and len(line.split()) > _LONG))
        and not _is_headline(line, headlines)
    )


def _is_biography(line: str, authors: Sequence[str]) -> bool:
    """Return whether a line begins with the name of an author, followed by their role."""
    names = (name for name in authors if " " in name.strip() and line.startswith(name.strip()))
    return any(_BIOGRAPHY.match(line[len(name.strip()) :]) for name in names)


def _is_headline(line: str, headlines: Collection[str]) -> bool:
    return fold_words(line) in headlines


def is_publisher_line(line: str) -> bool:
    """Return whether a line is a link to another article, a request to readers or a credit."""
    if _NO_CONTENT.match(line):
        return True
    words = line.count(" ") + 1
    if words > _MAX_WORDS:
        return False
    if _CREDIT.match(line) or (words < 30 and _POINTER.match(line)):
        return True
    return bool(_REQUEST.match(line) and _REQUEST_OBJECT.search(line))
