"""Recognises lines that consist of a date, optionally with the name of the publisher. Pure."""

from __future__ import annotations

import re

from crawler.text.month_names import MONTH_NAME, MONTHS

_MAX_LINE = 120  # characters
_PREFIX = re.compile(
    r"^[\W_]*+(?:(?:first\s|last\s|article\s)?(?:published|posted|updated|modified|created|date|dated)\b"
    r"[\s:]*+(?:on\b|at\b)?|on\b)?[\s:]*+",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\s(?:by|posted\sby|written\sby|von|par|por|di|door|av|af|przez|\||[-–—])\s", re.IGNORECASE
)
_MAX_BY_WORDS = 6
_DAY = re.compile(
    rf"(?<![^\W\d_]){MONTH_NAME}|\d\d?[/.]\d\d?[/.]\d{{4}}|\d{{4}}-\d\d-\d\d",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PART = re.compile(
    r"(?:\d{1,4}(?:st|nd|rd|th|h)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|[ap]\.?m\.?|\d{1,2}[ap]m|at|on|of|the|updated|published"
    r"|gmt|utc|bst|[ecmp][sd]?t|cest|ist|sast|aest|t|z)",
    re.IGNORECASE,
)
# of date lines in languages whose months are known: weekdays, and words before and within a date
_WORDS = frozenset(
    """
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes miércoles jueves viernes sábado domingo
    lunedì martedì mercoledì giovedì venerdì sabato domenica
    segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta
    sexta feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
    poniedziałek wtorek środa czwartek piątek sobota niedziela
    pondělí úterý středa čtvrtek pátek neděle maanantai tiistai keskiviikko torstai perjantai
    lauantai sunnuntai
    veröffentlicht aktualisiert erschienen erstellt geändert stand datum uhr am um den vom
    publié publiée mis mise à jour modifié le heures
    publicado publicada actualizado actualizada fecha el del de las
    pubblicato pubblicata aggiornato aggiornata il alle ore atualizado atualizada em às
    gepubliceerd bijgewerkt geplaatst op om uur publicerad uppdaterad kl klockan
    publiceret opdateret publisert oppdatert opublikowano opublikowany aktualizacja zaktualizowano
    data dodano godz o r publikováno aktualizováno vydáno v julkaistu päivitetty
    """.split()  # noqa: SIM905  a list would be unreadable
)
_TIME = re.compile(r"\d{1,2}h(?:\d\d)?", re.IGNORECASE)
_SPLIT = re.compile(r"[\s,:/|()+•·–—-]+|(?<=\d)\.(?=\d|\s|$)")


def is_date_line(line: str) -> bool:
    """Return whether a line is a date with a year, optionally with the name of the publisher."""
    if len(line) > _MAX_LINE or not (_YEAR.search(line) and _DAY.search(line)):
        return False
    date = _PREFIX.sub("", line, count=1)
    if by := _BY.search(date):
        if len(date[by.end() :].split()) > _MAX_BY_WORDS or not _YEAR.search(date[: by.start()]):
            return False
        if by.group().strip().isalpha():
            date = date[: by.start()]
    parts = [part for part in _SPLIT.split(date) if part]
    return len(parts) > 1 and all(map(_is_part, parts))


def _is_part(text: str) -> bool:
    text = text.rstrip(".")
    folded = text.casefold()
    return bool(
        _PART.fullmatch(text) or folded in MONTHS or folded in _WORDS or _TIME.fullmatch(text)
    )
