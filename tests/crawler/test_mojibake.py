"""Text that was decoded by the wrong encoding is mended; text that was not is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.mojibake import mend

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
    assert mend(text) == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_ascii_is_never_touched(text: str) -> None:
    assert mend(text) == text


ORIGINAL = (
    "The trust said that Halcyon’s contract was worth £41m – too much, staff say. "
    "“We can’t afford it,” the nurses’ union wrote in its report of the year."
)


def test_utf8_read_as_windows_1252_is_undone() -> None:
    shown = ORIGINAL.encode().decode("cp1252", "ignore")  # parsers drop what cp1252 cannot show
    mended = mend(shown)
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
    assert mend(damaged) == meant


def test_quotes_and_dashes_of_which_one_letter_is_left_are_restored_by_their_place() -> None:
    damaged = (
        "The trust said that Halcyonâs contract was worth ÂŁ41m â too much, staff say. "
        "âWe canât afford it,â the nursesâ union wrote in its report of the year."
    )
    assert mend(damaged) == ORIGINAL


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
    assert mend(damaged) == meant


def test_a_right_letter_beside_damage_stays() -> None:
    damaged = "The château of the firmâs founder was sold â for ÂŁ2m â and that is the end of it."
    assert mend(damaged) == (
        "The château of the firm’s founder was sold – for £2m – and that is the end of it."
    )


def test_mending_twice_changes_nothing_more() -> None:
    damaged = ORIGINAL.replace("£", "ÂŁ").replace("’", "â").replace("–", "â")
    assert mend(mend(damaged)) == mend(damaged)
