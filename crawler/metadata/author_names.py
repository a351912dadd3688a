"""Splits bylines and author fields of a page into names. Pure.

Removed: "by", roles, degrees, dates, e-mail addresses, the name of the site. Names of organisations
are not split at "and" or "&".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.metadata.editorial_teams import is_team, strip_team_words
from crawler.metadata.site_names import SiteNames
from crawler.text.plain_text import one_line

MAX_BYLINE = 5_000  # characters of a byline that are read
_MAX_NAME = 100
_MAX_WORDS = 9

_MAIL = r"[^\s@()<>\[\],;:\"]++@[^\s@()<>\[\],;:\"]++"
_MAIL_FIRST = re.compile(rf"^\s*+(?:mailto:)?{_MAIL}\s*+\((?P<name>[^()]++)\)\s*+$", re.IGNORECASE)
_MAILS = re.compile(
    rf"[(<\[]?(?:mailto:\s*+)?(?<![^\s()<>\[\],;:\"@]){_MAIL}[)>\]]?", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\([^()]*+\)|\[[^\[\]]*+\]")
_BY = re.compile(
    r"^(?:(?:(?:view\s)?(?:all\s)?(?:posts|articles|stories)|words|story|text|report|article|analysis"
    r"|written|posted|reported|published|compiled|submitted|exclusive|opinion|column|comment|feature"
    r"|(?:guest\s)?(?:post|blog|column|article))\s)?by\b[\s:]*+"
    r"|^(?:words|text|author|authors|writer)\s*+:\s*+",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(  # followed by names of people who are not the authors
    r"(?:^|[\s,;|(])(?:(?:medically|clinically|fact)[\s-])?(?:reviewed|edited|checked|photograph(?:s|ed|y)?"
    r"|photos?|pictures?|illustrat(?:ed|ions?)|video|translated|updated|additional\sreporting"
    r"|with\sreporting)\sby\b.*"
    r"|(?:^|[\s,;|(])(?:image|photo|picture|video|credit|source)s?\s*+:.*",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = re.compile(
    r"(?<![\s,|·•–—-])[\s,|·•–—-]*+(?:"
    r"(?:(?:on|at)\s)?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[\s,.]*+)?"
    rf"(?:\b{_MONTH}\s++\d|\d{{1,2}}(?:st|nd|rd|th)?\s++(?:of\s)?{_MONTH}(?![a-z])|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d"
    r"|\d{1,2}[:.]\d\d(?:\s?[ap]\.?m)?)"
    r"|\b(?:last\s)?(?:updated|modified|published|posted|edited|revised)\b"
    r"|\b\d++\s(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?\b"
    r").*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[;|·•—]|(?<!\s)\s++[-–]++\s")  # blanks around it are stripped later
_COMMA = re.compile(r",\s*+(?:and\s|&\s)?\s*+")
_AND = re.compile(r"(?<!\s)\s++(?:and|&|\+)\s++")
# in other languages, where both are names: "Ramón y Cajal" is one person
_AND_ELSEWHERE = re.compile(r"(?<!\s)\s++(?:und|et|y|e|en|och|og|i|ja)\s++")
_SLASH = re.compile(r"(?<=[^\W\d])\s*+/\s*+(?=[^\W\d])")
_PLACE = re.compile(
    r"\s(?:in|at)\s(?=[A-Z]).*|\s(?:for|of|from)\s(?:the\s)?(?=[A-Z]).*", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:(?:no |follow )?authors?|unknown|anonymous|admin(?:istrator)?|user ?name|guest"
    r"|super ?user|wordpress|none|null|undefined|n/?a|editor|root|test|default|share|follow"
    r"|comments?|by|read more|more from.*|.{0,20}click here.*|see all.*|view (?:profile|bio).*"
    r"|about the authors?|contributors?|agenc(?:y|ies)|wires?|and|with|in|at|for)$",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"\s(?:and|&|of|for|the|from|by)\s", re.IGNORECASE)
_DEGREE = re.compile(
    r"(?:ph\.?\s?d|m\.?d|m\.?a|m\.?s|m\.?sc|m\.?eng|ll\.?[bm]|j\.?d|b\.?a|b\.?sc|b\.?ed|d\.?phil|mph|mba|r\.?n"
    r"|r\.?d|r\.?d\.?n|d\.?o|dds|frcp|frcs|frcgp|mrcp|obe|mbe|cbe|kc|qc|cfa|cpa|pharm\.?d|esq)\.?$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:\b\w|\b(?:[JS]r|St|Esq))\.$")
_ROLE_NOUN = (
    r"(?:editors?|reporters?|correspondents?|writers?|journalists?|columnists?|contributors?|authors?|producers?"
    r"|critics?|photographers?|interns?|analysts?|bloggers?|anchors?|presenters?|editor-in-chief|desk|staff"
    r"|fellow|director|manager|officer|professor|lecturer|chief|bureau\schief|researcher|student)"
)
_ROLE_WORD = (
    r"(?:staff|senior|junior|chief|deputy|associate|assistant|managing|executive|acting|contributing"
    r"|guest|freelance|special|lead|principal|former|our|the|a|news|web|online|digital|data|features?|city"
    r"|night|science|health|healthcare|medical|technology|tech|politics|political|business|economics?"
    r"|finance|financial|education|environment|climate|energy|transport|legal|crime|court|social|affairs"
    r"|home|foreign|world|international|national|regional|local|community|defen[cs]e|diplomatic|security"
    r"|sports?|football|games?|gaming|culture|arts?|music|film|food|travel|style|lifestyle|opinion"
    r"|investigations?|investigative|consumer|industry|policy|public|parliamentary|westminster|royal"
    r"|religion|media|video|multimedia|general|breaking|live|trending|audience|social\smedia|copy|sub|and|&|of"
    r"|uk|us|eu|nhs|europe|london)"
)
_ROLE = re.compile(
    rf"(?:{_ROLE_WORD}[\s-]++){{0,5}}{_ROLE_NOUN}(?:\s(?:at|for|of|in)\s.*)?$", re.IGNORECASE
)
_TRAILING_ROLE = re.compile(
    rf"(?<=\w)[\s,]++(?:is\s)?(?:{_ROLE_WORD}[\s-]++){{1,5}}{_ROLE_NOUN}$", re.IGNORECASE
)
_TRAILING_WORD = re.compile(r"\s(?:with|and|is|by|&|follow|subscribe)$", re.IGNORECASE)
_ENDS_IN_ROLE = re.compile(rf"\b{_ROLE_NOUN}$", re.IGNORECASE)
_ORGANISATION_WORD = re.compile(
    r"\b(?:departments?|agency|association|press|news|newsroom|team|office|ministry|council|university"
    r"|institutes?|trust|foundation|committee|bureau|services?|reports|staff|ltd|limited|inc|plc|llp|llc"
    r"|gmbh|group|society|authority|commission|company|college|school|hospitals?|federation|union|board"
    r"|centre|center|network|alliance|government|nhs|desk|herald|times|gazette|tribune|journal|daily"
    r"|magazine|media|partners|associates|sons|co|reporters|agencies|wires?|editors)\b",
    re.IGNORECASE,
)
_NEWS_AGENCIES = frozenset(
    ("afp", "reuters", "ap", "pa", "bloomberg", "dpa", "aap", "ani", "pti", "tass", "xinhua",
     "efe", "ansa", "jiji", "kyodo", "upi", "cnn", "bbc", "npr", "pa media", "associated press",
     "press association")
)  # fmt: skip


def split_names(claim: str, sites: SiteNames, *, is_organisation: bool = False) -> list[str]:
    """Return the names in a byline or author field, in its order; empty if there are none.

    Args:
        claim: the text, such as "By Ada Okonjo and Rhys Penhale".
        sites: the names of the site, which are not authors.
        is_organisation: the page declares it as one organisation: it is kept unchanged.
    """
    text = one_line(claim[:MAX_BYLINE]).strip(" ,|")
    if is_organisation:
        text = employer if is_news_agency(employer := strip_team_words(text)) else text
        return [text] if _is_plausible(text) else []
    names: list[str] = []
    for part in _SEPARATOR.split(_clean_byline(text)):
        names += _split_part(part, sites)
    return list(dict.fromkeys(name for name in names if not sites.is_name(name)))


def is_person_name(name: str) -> bool:
    """Return whether a text may be a person's name: two to five words, none of an organisation."""
    words = name.split()
    return (
        2 <= len(words) <= 5
        and any(character.isupper() for character in words[0])
        and not words[-1][0].islower()
        and not any(character.isdigit() for character in name)
        and not any(one.search(name) for one in (_ORGANISATION_WORD, _NO_PERSON, _PLACEHOLDER))
        and not _ROLE.match(name)
    )


def is_news_agency(name: str) -> bool:
    """Return whether a name is that of a news agency."""
    return name.casefold().removeprefix("the ") in _NEWS_AGENCIES


def _clean_byline(text: str) -> str:
    """Remove e-mail addresses, brackets, dates and people who are not authors from a byline."""
    if found := _MAIL_FIRST.match(text):
        text = found["name"]
    text = _MAILS.sub(" ", text)
    shorter = _IN_BRACKETS.sub(" ", text)
    text = shorter if re.search(r"\w", shorter) else text.strip("()[] ")
    text = _BY.sub("", " ".join(text.split()))
    text = _OTHER_WORK.sub("", text)
    return _DATE.sub("", text).strip(" ,|")


def _split_part(part: str, sites: SiteNames) -> list[str]:
    pieces = [piece for one in _COMMA.split(part) for piece in _split_at_and(one)]
    if len(pieces) > 1 and _ORGANISATION_WORD.search(pieces[0]) and not _has_person(pieces):
        pieces = [part]  # "Bureau of Alcohol, Tobacco and Firearms"
    names: list[str] = []
    for piece in pieces:
        name = _trim_name(piece)
        if names and is_person_name(names[-1]) and _is_aside(name):
            continue
        if _is_plausible(name) and not sites.is_name(name):
            names.append(name)
    return names


def _is_aside(name: str) -> bool:
    """Return whether the text after a person's name is a role or a place."""
    is_place = " " not in name and not name.isupper() and not is_news_agency(name)
    return is_place or bool(_ENDS_IN_ROLE.search(name)) or name[:3] in ("in ", "at ", "is ")


def _split_at_and(text: str) -> Iterable[str]:
    """Split where both sides of "and" or "&" are names; "Marks & Spencer" stays whole."""
    sides = [_trim_name(side) for side in _AND_ELSEWHERE.split(text)]
    if len(sides) > 1 and all(_is_name(side) for side in sides):
        return sides
    for separator in (_AND, _SLASH):
        sides = [_trim_name(side) for side in separator.split(text)]
        if len(sides) < 2:
            continue
        if _is_name(sides[0]) or (
            separator is _AND
            and all(_is_name(side) for side in sides[1:])
            and not _NO_PERSON.search(sides[0])
            and (" " in sides[0] or "&" not in text)
        ):
            return sides
    return [text]


def _is_name(side: str) -> bool:
    return is_person_name(side) or is_news_agency(side)


def _has_person(pieces: Iterable[str]) -> bool:
    return any(is_person_name(_trim_name(piece)) for piece in pieces)


def _trim_name(piece: str) -> str:
    name = _BY.sub("", piece.strip(" ,|/•·-–—:"))
    shorter = _PLACE.sub("", name)
    if _is_name(shorter):
        name = shorter
    if is_news_agency(employer := strip_team_words(name)):
        name = employer
    if is_team(name) and name[:4].lower() == "the ":
        return ""  # without the role at its end it would be the name of an outlet
    shorter = _TRAILING_ROLE.sub("", name)
    name = _TRAILING_WORD.sub("", shorter if " " in shorter else name)
    if name.endswith(".") and not _INITIAL.search(name):
        name = name[:-1]
    return name.strip(" ,|")


def _is_plausible(name: str) -> bool:
    return (
        1 < len(name) < _MAX_NAME
        and len(name.split()) <= _MAX_WORDS
        and any(character.isalpha() for character in name)
        and not re.search(r"@|https?:|www\.|[{}<>=]|[.!?]\s\w+\s\w+\s\w+", name)
        and not _PLACEHOLDER.match(name)
        and not _DEGREE.match(name)
        and not _ROLE.match(name)
        and not is_team(name)
    )
