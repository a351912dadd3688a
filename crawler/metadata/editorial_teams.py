"""Recognises names of an outlet's own staff, such as "News Desk" or "Ledger Staff". Pure.

They do not identify an author. Press offices and departments are not such names, since they are
organisations that publish in their own right.
"""

from __future__ import annotations

import re

_TEAM = re.compile(
    r"^(?:.{0,60}\s)?(?:staff|newsroom|news-?desk|desk|(?:web|news|city|sports?|national|foreign|world|health"
    r"|business|digital|online|media|features?|politics|tech|science|local|india|international)[\s-]desk"
    r"|(?:web|news|editorial|digital|online|content|reporting|staff|publishing|media|social(?:\smedia)?)\steam)$",
    re.IGNORECASE,
)
# "the editors" in other languages, with up to two further words: "Redazione Web", "La rédaction"
_EDITORS = re.compile(
    r"^(?:(?:die|la|el|de|a|equipo\sde|\w{1,20})\s)?(?:\w{1,20}-)?(?:(?:online-?|web-?)?redaktion(?:en)?"
    r"|r[ée]daction|redazione|redacci[óo]n|redac[çt][ãa]o|redactie|redakcj[ai]|redakce|toimitus"
    r"|redaksjonen|redaktionen)(?:\s\S{1,20}){0,2}$",
    re.IGNORECASE,
)
_END = re.compile(r"\s(?:staff|desk|newsroom|reporters|correspondents?|staff\s\w+)$", re.IGNORECASE)


def is_team(name: str) -> bool:
    """Return whether a name is that of an outlet's staff, not of a person or organisation."""
    return bool(_TEAM.match(name) or _EDITORS.match(name))


def strip_team_words(name: str) -> str:
    """Remove words for the staff from the end of a name: "Reuters Staff" becomes "Reuters"."""
    return _END.sub("", name)
