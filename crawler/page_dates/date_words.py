"""Tell by words and names which dates are those of publication. Pure."""

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
_UPDATED_NAME = re.compile(r"updat|modif|edited|revis", re.IGNORECASE)
# words before a date that make it the date of something else
_UPDATED = re.compile(
    r"\b(?:updat(?:ed?|ing)|modified|edited|revised|reviewed|review|amended|corrected|correction"
    r"|changed|checked|accessed|retrieved|deadline|due|expire[sd]?|expiry|clos(?:es|ing)|valid"
    r"|effective|copyright|aktualisiert|ge[äa]ndert|stand|mise? à jour|modifi[ée]e?|actualizad[oa]"
    r"|aggiornato|atualizado|bijgewerkt|oppdatert|uppdaterad|opdateret)\b[^\d.;|]{0,30}$"
    r"|©[^\d.;|]{0,30}$",
    re.IGNORECASE,
)
_OTHER_DATE = re.compile(
    r"\b(?:until|till|event|starts?|begins?|ends?|born|died|joined|registered|meeting|hearing|next"
    r"|since|from|to|before|after|between|and|dated)\s?:?\s?(?:on\s|the\s)?$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|posted|publication|released|issued|written|filed|submitted|added|publi[ée]e?"
    r"|ver[öo]ffentlicht|erschienen|pubblicato|publicado|gepubliceerd|publicerad)\b[^\d]{0,40}$",
    re.IGNORECASE,
)
_MAX_LABEL = 100  # characters before a date that are read


def is_date_name(names: str) -> bool:
    """Whether classes, identifiers or properties say that an element holds a date."""
    return bool(_DATE_NAME.search(names))


def is_published_name(names: str) -> bool:
    """Whether they say that it is the date of publication."""
    return bool(_PUBLISHED_NAME.search(names))


def is_updated_name(names: str) -> bool:
    """Whether they say that it is the date of a change."""
    return bool(_UPDATED_NAME.search(names))


def is_other_date(before: str) -> bool:
    """Whether the words before a date make it that of a change, a deadline, a meeting."""
    end = before[-_MAX_LABEL:]
    return bool(_UPDATED.search(end) or _OTHER_DATE.search(end))


def is_published_label(before: str) -> bool:
    """Whether the words before a date say that it is the date of publication."""
    return bool(_PUBLISHED.search(before[-_MAX_LABEL:]))
