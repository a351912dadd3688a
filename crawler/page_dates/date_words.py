"""Decides by words and names whether a date is a publication date. Pure."""

from __future__ import annotations

import re

_DATE_NAME = re.compile(
    r"(?:^|[\s_-])(?:[a-z]{0,20}date(?:line|time|s|posted|published|created)?|pubdate"
    r"|publish(?:ed)?(?:on)?|time(?:stamp)?|posted(?:on)?|by-?line|details|meta(?:data|info)?"
    r"|submitted|info|created|dt)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_PUBLISHED_NAME = re.compile(
    r"publish|pub-?date|entry-?date|post(?:ed)?-?(?:date|on)|article-?date|date-?(?:posted|created)",
    re.IGNORECASE,
)
_OTHER_NAME = re.compile(
    r"updat|modif|edited|revis|(?:start|end|birth|death|event|expiry|closing)-?date|door-?time"
    r"|valid-?(?:from|through|until)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\W*+by\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][\"'’”)]*+$")
_SMALL_WORD = re.compile(r"(?<![^\W_])[^\W\d_A-Z][^\W\d_]++")
_MIN_SMALL_WORDS = 3  # in lower case beside the date in a sentence; date lines have names
# words before a date that make it the date of something else
_UPDATED = re.compile(
    r"\b(?:updat(?:ed?|ing)|modified|edited|revised|reviewed|review|amended|corrected|correction"
    r"|changed|checked|accessed|retrieved|deadline|due|expire[sd]?|expiry|clos(?:es|ing)|valid"
    r"|effective|copyright|correct\s(?:as|at)|as\s(?:of|at)|when|where|aktualisiert"
    r"|ge[äa]ndert|stand|mise? à jour|modifi[ée]e?|actualizad[oa]"
    r"|aggiornato|atualizado|bijgewerkt|oppdatert|uppdaterad|opdateret)\b[^\d.;|]{0,30}$"
    r"|©[^\d.;|]{0,30}$",
    re.IGNORECASE,
)
_OTHER_DATE = re.compile(
    r"\b(?:until|till|event|starts?|begins?|ends?|born|died|joined|registered|meeting|hearing|next"
    r"|since|from|to|before|after|between|and|dated|by|held|scheduled|starting|beginning|ending"
    r"|(?:takes?|taking|took)\splace)\s?:?\s?(?:on\s|the\s|for\s)?$",
    re.IGNORECASE,
)
# a time between the words and the date: "closes at 11:59pm on"
_CLOCK = re.compile(
    r"(?<![\s,])[\s,]++(?:at\s)?(?:\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\b\.?)?|noon|midday|midnight)"
    r"[\s,]*+(?:on\s(?:the\s)?)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day[\s,]*+)?$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|posted|publication|released|issued|written|filed|submitted|added|publi[ée]e?"
    r"|ver[öo]ffentlicht|erschienen|pubblicato|publicado|gepubliceerd|publicerad)\b[^\d]{0,40}$",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(r"\b(?:date|datum|fecha|data)\W*$", re.IGNORECASE)
_MAX_LABEL = 100  # characters before a date that are read


def is_date_name(names: str) -> bool:
    """Return whether classes, identifiers or properties mark an element as a date."""
    return bool(_DATE_NAME.search(names))


def is_published_name(names: str) -> bool:
    """Return whether they mark it as the publication date."""
    return bool(_PUBLISHED_NAME.search(names))


def is_other_name(names: str) -> bool:
    """Return whether they mark it as the date of a change, an event or a birth."""
    return bool(_OTHER_NAME.search(names))


def is_sentence(before: str, after: str) -> bool:
    """Return whether the words around a date are a sentence, which is about that day."""
    if _BYLINE.match(before) or not _SENTENCE_END.search(after.rstrip()):
        return False
    return len(_SMALL_WORD.findall(f"{before} {after}")) >= _MIN_SMALL_WORDS


def is_other_date(before: str) -> bool:
    """Return whether the words before a date mark it as that of a change, deadline or meeting."""
    end = before[-_MAX_LABEL:]
    return any(
        _UPDATED.search(one) or _OTHER_DATE.search(one) for one in (end, _CLOCK.sub(" ", end))
    )


def is_date_label(before: str) -> bool:
    """Return whether the words before a date are a general label such as "date"."""
    return bool(_DATE_LABEL.search(before[-_MAX_LABEL:]))


def is_published_label(before: str) -> bool:
    """Return whether the words before a date mark it as the publication date."""
    return bool(_PUBLISHED.search(before[-_MAX_LABEL:]))
