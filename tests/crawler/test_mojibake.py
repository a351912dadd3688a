"""Damaged texts are mended; letters that are right stay."""

from __future__ import annotations

import pytest

from crawler.mojibake import mend

ENGLISH = "The trust said that the system is for all of the wards and was on time. "


def as_latin2(text: str) -> str:
    """UTF-8 that was read as ISO-8859-2, control bytes lost on the way."""
    read = text.encode().decode("iso-8859-2")
    return "".join(c for c in read if not 0x80 <= ord(c) <= 0x9F)


def as_windows(text: str) -> str:
    """UTF-8 that was read as Windows-1252."""
    return "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in text.encode()
    )


@pytest.mark.parametrize(
    "right",
    [
        ENGLISH + "It costs £330m a year.",
        ENGLISH + "Corvantis’s product isn’t ready, and we’ve said so.",
        ENGLISH + "“Questions travel, data stays,” she said.",
        ENGLISH + "He called it “a good start” – and left.",
        ENGLISH + "It can’t be done “by Friday”.",
        ENGLISH + "“It is late,” he said.\n“It is still late,” he said again.",
    ],
)
def test_text_read_as_latin_two_is_mended(right: str) -> None:
    assert mend(as_latin2(right)) == right


@pytest.mark.parametrize(
    "right",
    ["It costs £330m – “a bargain”, she said.", "Zoë’s café", "Łódź and Kraków", "naïve façade"],
)
def test_text_read_as_windows_is_mended(right: str) -> None:
    assert mend(as_windows(right)) == right


def test_a_closing_quote_that_lost_its_third_byte_is_mended() -> None:
    assert mend("“may have been seenâ€. It") == "“may have been seen”. It"


@pytest.mark.parametrize(
    "right",
    [
        "Le château du comte a été bâti à l’âge d’or; la pâte, le mât et l’appât sont prêts.",
        "Când a râs, a rămas mâhnit. Îl întâmpină la sfârșit, cât și atât. Ăla e.",
        "Zażółć gęślą jaźń; ŁÓDŹ i Śląsk, źdźbło, żółw.",
        "Tâm và Lâm đã cân nhắc; Ân nói rằng sân bay gần đây.",
        "A câmara municipal adiou; há relâmpagos e você não vê.",
        "Ünlü şarkıcı kâr etti, hâlâ orada.",
        "Plain English with a château in it, and Zoë’s résumé.",
        ENGLISH + "The Château de la Pâquerie was on the list of the day, and Mr Lââm was there.",
        "",
        "ASCII only",
    ],
)
def test_letters_that_are_right_stay(right: str) -> None:
    assert mend(right) == right


def test_a_foreign_word_survives_in_a_damaged_text() -> None:
    said = as_latin2(ENGLISH + "She isn’t at the ") + "château."
    assert mend(said) == ENGLISH + "She isn’t at the château."


def test_mending_twice_changes_nothing_more() -> None:
    once = mend(as_latin2(ENGLISH + "“It’s £5m,” he said – again."))
    assert mend(once) == once
