"""Recognise names of an outlet's own staff, such as "News Desk" or "Ledger Staff". Pure.

They name nobody: whoever writes there is of the staff. Press offices and departments are no such
names, since they are organisations that speak for themselves.
"""

from __future__ import annotations

import re

_TEAM = re.compile(
    r"^(?:.{0,60}\s)?(?:staff|newsroom|news-?desk|desk|(?:web|news|city|sports?|national|foreign|world|health"
    r"|business|digital|online|media|features?|politics|tech|science|local|india|international)[\s-]desk"
    r"|(?:web|news|editorial|digital|online|content|reporting|staff|publishing|media|social(?:\smedia)?)\steam)$",
    re.IGNORECASE,
)
# "the editors" in other languages, with what may follow it: "Redazione Web", "La rédaction"
_EDITORS = re.compile(
    r"^(?:(?:die|la|el|de|a|equipo\sde|\w{1,20})\s)?(?:\w{1,20}-)?(?:(?:online-?|web-?)?redaktion(?:en)?"
    r"|r[ée]daction|redazione|redacci[óo]n|redac[çt][ãa]o|redactie|redakcj[ai]|redakce|toimitus"
    r"|redaksjonen|redaktionen)(?:\s\S{1,20}){0,2}$",
    re.IGNORECASE,
)
_END = re.compile(r"\s(?:staff|desk|newsroom|reporters|correspondents?|staff\s\w+)$", re.IGNORECASE)


def is_team(name: str) -> bool:
    """Whether a name is that of an outlet's own staff, and of no person or organisation."""
    return bool(_TEAM.match(name) or _EDITORS.match(name))


def employer_of(name: str) -> str:
    """Return a name without the words for the staff at its end: "Reuters Staff" is Reuters."""
    return _END.sub("", name)
