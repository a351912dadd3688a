"""Remove lines that publishers insert into the text of an article. Pure.

Three kinds are removed: links to other articles, requests to readers (newsletters, apps, tips,
commission) and credits. A line is recognised by its wording, never by its site; long lines stay
whatever they contain, since an article may be about a newsletter.
"""

from __future__ import annotations

import re

_MAX_WORDS = 70  # of a line that may be removed
_MIN_DUPLICATE = 100  # characters; shorter lines may repeat, as in tables and lists

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
      click|read\sour|sign\s(?:up|in)|subscribe|get\b|join|download|follow|like\sus|find\sus|never\smiss|register
      |for\s(?:the\slatest|more|all)|check\sout|submit|send|e-?mail|donate|support|help\sus
      |(?:do|did|have|are)\syou\b|have\sa\b|want\b|would\syou|if\syou\b|start\syour|there.s\b
      |let\sus\sknow|tell\sus|we\s(?:want|need|recommend|independently|may)|our\s\w+|you\scan\s(?:also\s)?
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
      |our\s(?:\w+\s)?(?:subscription|members(?:hip)?)\b|breaking\snews\sand\s|bookmark
      |what\syou\sthink|subscription|comment(?:ing)?\s(?:on\sthis|policy|guidelines)|sign\sin\s(?:now|here|to)""",
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
    r"""^(?:\W*+|[-_*\s]++|[\w.+-]++@[\w-]++\.[\w.]++|\d{4}-\d\d-\d\dT[\d:.+Z-]+
      |comments?|advertisements?|article\scontent|share(?:\sthis(?:\s\w+)?)?|share\son\s\w+|print
      |loading\W*|tags?\s?:.{0,100}|topics?\s?:.{0,100}|(?:swipe|scroll)\s.{0,40})$""",
    re.IGNORECASE | re.VERBOSE,
)


def article_lines(text: str, title: str | None) -> str:
    """Remove inserted lines, the title, and repeated long lines from a text."""
    headline = _fold(title) if title else None
    seen: set[str] = set()
    kept: list[str] = []
    for line in text.split("\n"):
        if is_house_line(line):
            continue
        folded = _fold(line)
        if folded == headline or (len(folded) > _MIN_DUPLICATE and folded in seen):
            continue
        seen.add(folded)
        kept.append(line)
    return "\n".join(kept)


def is_house_line(line: str) -> bool:
    """Whether a line is a link to another article, a request to readers or a credit."""
    if _NO_CONTENT.match(line):
        return True
    words = line.count(" ") + 1
    if words > _MAX_WORDS:
        return False
    if _CREDIT.match(line) or (words < 30 and _POINTER.match(line)):
        return True
    return bool(_REQUEST.match(line) and _REQUEST_OBJECT.search(line))


def _fold(line: str) -> str:
    return " ".join(re.findall(r"\w+", line.casefold()))
