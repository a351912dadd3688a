"""Decides which sentences of an article may stand in a summary. Pure.

Left out are questions, pieces of quotations, captions, what is said to the reader, navigation,
bylines and what is too short or too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alerts.text.navigation import is_navigation
from alerts.text.sentences import sentence_bounds

MIN_WORDS, MAX_LENGTH = 6, 320  # words; characters
MIN_LETTERS = 0.6  # share of the characters that are letters
MAX_CAPITALS = 0.5  # share of the letters
_ENDED = re.compile(r"[.!…][\"”’'»)\]]*$")
_QUESTION = re.compile(r"\?[\"”’'»)\]]*$")
_CAPTION = re.compile(
    r"\W{0,3}(?:(?:file |library |stock )?(?:picture|photo|photograph|image|video|graphic|credit"
    r"|caption|illustration)s?\b[^.]{0,40}?(?::|©|\bby\b)|pictured\b|from left\b|above ?:|below ?:"
    r"|more (?:pictures|photos|images)\b|©|\(c\) )",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\((?:left|right|centre|center|pictured|image|photo|picture)[^)]{0,60}\)|\bpictured (?:above"
    r"|below|left|right|outside|inside|with|at|in)\b|©|\bgetty images\b|\bfile photo\b",
    re.IGNORECASE,
)
_PLEA = re.compile(
    r"\b(?:support (?:our|local|independent) journalism|become a (?:member|supporter|subscriber)"
    r"|(?:make a )?donat(?:e|ion) (?:to us|now|today)|get in touch|have your say|let us know"
    r"|(?:contact|e-?mail|write to|call|ring) (?:our|us|the (?:editor|newsdesk|newsroom))\b"
    r"|(?:if|were|are) you(?:'ve|’ve| have)? (?:been )?(?:affected|have a (?:story|tip))"
    r"|do you (?:have|know|work|want)\b|our (?:readers'? )?(?:poll|newsletter|app|podcast)\b"
    r"|terms (?:and conditions|of use)|(?:cookie|privacy) (?:policy|settings)"
    r"|(?:all )?rights reserved|this (?:article|story|piece) (?:first |was )?(?:first )?"
    r"(?:appeared|published|updated|amended)|comments? (?:are|is|below)\b|log ?in to|sign in to"
    r"|advertis(?:e|ing) with us|in your inbox|turn on notifications)",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"[Bb]y (?:[A-Z][\w'’.-]* ){1,2}[A-Z][\w'’-]*(?:,| and |\.?$)|\w+ reports?\.?$"
    r"|(?:[Ll]ast )?(?:[Uu]pdated|[Pp]ublished|[Pp]osted)\b[^.]{0,20}\d"
    r"|(?:[Aa]dditional )?(?:[Rr]eporting|[Ee]diting) by\b"
)
_ADDRESS = re.compile(r"https?://|www\.|\S@[^\s@]{1,100}\.\w")
_OPENING = re.compile(r"[“„«]|(?<!\w)[\"'‘](?=\w)")
_MARKS = re.compile(
    r"(?P<open>[“„«]|(?<![\w.,!?…])[\"'‘](?=[\w£$€(…]))|(?P<close>[”»\"]|['’](?!\w))"
)
_QUOTED = re.compile(r"[“\"][^”\"]{0,500}+[”\"]|(?<!\w)[‘'][^’']{0,500}+[’'](?!\w)")
_READER = re.compile(r"\b(?:you|your|yours)\b|^please\b", re.IGNORECASE)
# words that point at a sentence before: alone, it is not understood
_POINTS_BACK = re.compile(
    r"(?:he|she|they|it|its|his|her|their|this|that|these|those|such|but|and|or|so|yet|however"
    r"|meanwhile|instead|also|then|there|here|both|another|other|others|afterwards|since then"
    r"|as a result|in turn|for example|nevertheless|even so|by then"
    r"|the (?:latter|former|same|decision|move|news|finding|incident)"
    r"|in practice|in addition|according to (?:him|her|them)|most (?:have|are|of)|some of)\b",
    re.IGNORECASE,
)


def statements(text: str, *, most: int) -> Iterator[str]:
    """Yield the first sentences of a text that may stand in a summary.

    Args:
        text: of one article; paragraphs are lines.
        most: sentences that are looked at.
    """
    is_quoted, before = False, 0
    for number, (start, end) in enumerate(sentence_bounds(text)):
        if number >= most:
            return
        if "\n" in text[before:start]:
            is_quoted = False  # a quotation that nobody closed ends with its paragraph
        before = end
        sentence = text[start:end]
        was_quoted, is_quoted = is_quoted, _is_left_open(sentence, is_quoted)
        if not was_quoted and not is_quoted and not why_not(sentence):
            yield sentence


def why_not(sentence: str) -> str:
    """Return why a sentence may not stand in a summary, in a word; empty if it may."""
    text = sentence.strip()
    if len(text) > MAX_LENGTH:
        return "long"
    if _QUESTION.search(text):
        return "question"
    if not _ENDED.search(text) or "\n" in text:
        return "heading"
    if _is_piece_of_quotation(text):
        return "quotation"
    if _CAPTION.match(text) or _CREDIT.search(text):
        return "caption"
    if _PLEA.search(text) or _READER.search(_QUOTED.sub(" ", text)):
        return "plea"
    if _ADDRESS.search(text):
        return "address"
    if _BYLINE.match(text):
        return "byline"
    if is_navigation(text):
        return "navigation"
    if len(text.split()) < MIN_WORDS:
        return "short"
    letters = sum(map(str.isalpha, text))
    if letters < MIN_LETTERS * len(text.replace(" ", "")):
        return "table"
    if sum(map(str.isupper, text)) > MAX_CAPITALS * letters:
        return "capitals"
    return ""


def points_back(sentence: str) -> bool:
    """Return whether a sentence begins with a word that points at one before ("She said")."""
    return _POINTS_BACK.match(sentence) is not None


def _is_piece_of_quotation(text: str) -> bool:
    """Return whether a sentence is not whole without the quotation that it is part of."""
    first = text[0]
    if first.islower() or first in "…,;:)-–—":
        return True
    # a quotation alone says nothing of who speaks
    if _OPENING.match(text):
        return True
    return _is_left_open(text, False) or _closes_more(text)


def _is_left_open(text: str, is_quoted: bool) -> bool:
    """Return whether a quotation is open after a text, given whether one was open before."""
    for mark in _MARKS.finditer(text):
        if mark["open"]:
            is_quoted = True
        elif mark.group() in '”»"' or is_quoted:
            is_quoted = False
    return is_quoted


def _closes_more(text: str) -> bool:
    """Return whether a quotation ends in a text that does not begin in it."""
    is_quoted = False
    for mark in _MARKS.finditer(text):
        if mark["open"]:
            is_quoted = True
        elif mark.group() in '”»"':
            if not is_quoted:
                return True
            is_quoted = False
        else:
            is_quoted = False
    return False
