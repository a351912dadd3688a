"""Damaged texts are repaired; letters that are right stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.mojibake import repair_text

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
    assert repair_text(as_latin2(right)) == right


@pytest.mark.parametrize(
    "right",
    ["It costs £330m – “a bargain”, she said.", "Zoë’s café", "Łódź and Kraków", "naïve façade"],
)
def test_text_read_as_windows_is_mended(right: str) -> None:
    assert repair_text(as_windows(right)) == right


def test_a_closing_quote_that_lost_its_third_byte_is_mended() -> None:
    assert repair_text("“may have been seenâ€. It") == "“may have been seen”. It"


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
    assert repair_text(right) == right


def test_a_foreign_word_survives_in_a_damaged_text() -> None:
    said = as_latin2(ENGLISH + "She isn’t at the ") + "château."
    assert repair_text(said) == ENGLISH + "She isn’t at the château."


def test_mending_twice_changes_nothing_more() -> None:
    once = repair_text(as_latin2(ENGLISH + "“It’s £5m,” he said – again."))
    assert repair_text(once) == once


SOUND = {
    "French": (
        "Le retard s’explique : « la tâche était rude », a dit l’hôpital. L’âge du parc, les âmes "
        "de bonne volonté et le château d’eau n’y ont rien changé, à 10 h 30. Â peine."
    ),
    "Romanian": (
        "Spitalul a spus că în anul următor România va plăti mai mult. Când va fi gata? "
        "Înainte de sfârșitul lunii, a răspuns câtă vreme sânt bani. ÎN CÂTE ZILE, ÂNTÂI?"
    ),
    "Polish": (
        "Szpital w Łodzi zapłacił za system 330 mln zł. Żaden lekarz nie był zadowolony, a źródła "
        "mówią o „ciężkim” wdrożeniu. Ślązacy też."
    ),
    "Vietnamese": (
        "Bệnh viện cho biết hệ thống mới bị chậm. Ấy là lần thứ hai, ông Âu Dương nói. "
        "Cần thêm ngân sách và nhân lực để hoàn tất."
    ),
    "Portuguese": (
        "A câmara disse que não há atraso. Ângela, a médica, pediu três sistemas e “um só” chegou. "
        "Âmbito do contrato: saúde."
    ),
    "English with loan words": (
        "The château’s maître d’ said that the pâté was off, and the bâtiment at the end of it "
        "was closed to the public. “Enough,” he wrote – in a note to the crêpe stall."
    ),
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_sound_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert repair_text(text) == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_ascii_is_never_touched(text: str) -> None:
    assert repair_text(text) == text


ORIGINAL = (
    "The trust said that Halcyon’s contract was worth £41m – too much, staff say. "
    "“We can’t afford it,” the nurses’ union wrote in its report of the year."
)


def test_utf8_read_as_windows_1252_is_undone() -> None:
    shown = ORIGINAL.encode().decode("cp1252", "ignore")  # parsers drop what cp1252 cannot show
    mended = repair_text(shown)
    assert mended.startswith("The trust said that Halcyon’s contract was worth £41m – too much")
    assert "“We can’t afford it,” the nurses’ union" in mended


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("worth ÂŁ41m to the firm and the board", "worth £41m to the firm and the board"),
        ("under Â§ 12 of the act that was passed", "under § 12 of the act that was passed"),
        ("a ward of 19Â°C was in the report", "a ward of 19°C was in the report"),
    ],
    ids=["pound", "section", "degree"],
)
def test_utf8_read_as_iso_8859_2_is_undone(damaged: str, meant: str) -> None:
    assert repair_text(damaged) == meant


def test_quotes_and_dashes_of_which_one_letter_is_left_are_restored_by_their_place() -> None:
    damaged = (
        "The trust said that Halcyonâs contract was worth ÂŁ41m â too much, staff say. "
        "âWe canât afford it,â the nursesâ union wrote in its report of the year."
    )
    assert repair_text(damaged) == ORIGINAL


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("The head of Palantirâs office said that.", "The head of Palantir’s office said that."),
        ("It was the boardâs, and theyâre in it.", "It was the board’s, and they’re in it."),
        ("She didnât sign the deal, and that is it.", "She didn’t sign the deal, and that is it."),
        (
            "The years 2019â2024 were the worst of all.",
            "The years 2019–2024 were the worst of all.",
        ),
        (
            "In the end it was âunsafeâ, and that was it.",
            "In the end it was “unsafe”, and that was it.",
        ),
        (
            "The chair said: âIt was on the list of the âbig fiveâ in May.â",
            "The chair said: “It was on the list of the ‘big five’ in May.”",
        ),
    ],
    ids=["possessive", "possessive before a comma", "not", "range", "quoted word", "nested"],
)
def test_each_place_gets_the_sign_it_asks_for(damaged: str, meant: str) -> None:
    assert repair_text(damaged) == meant


def test_a_right_letter_beside_damage_stays() -> None:
    damaged = "The château of the firmâs founder was sold â for ÂŁ2m â and that is the end of it."
    assert repair_text(damaged) == (
        "The château of the firm’s founder was sold – for £2m – and that is the end of it."
    )


def test_a_title_is_mended_by_what_its_article_shows() -> None:
    title = "A âfirstâ for Ostler"
    body = "The trustâs board said on Monday that it was âa firstâ, and that the work is done."
    assert repair_text(title, within=body) == "A “first” for Ostler"


def test_a_name_that_owns_something_shows_the_damage_by_itself() -> None:
    assert repair_text("Castellanâs bill lands") == "Castellan’s bill lands"


@pytest.mark.parametrize("sound", ["Le château", "Când vine", "Pâte à choux", "Xin chân thành"])
def test_sound_letters_stay_beside_damage_elsewhere(sound: str) -> None:
    body = "The trustâs board said on Monday that it was âa firstâ, and that the work is done."
    assert repair_text(sound, within=body) == sound


def test_a_text_that_stands_with_a_damaged_one_in_another_language_stays() -> None:
    assert (
        repair_text("Elle dit: « là-bâs »", within="Ce fut le printemps.") == "Elle dit: « là-bâs »"
    )
