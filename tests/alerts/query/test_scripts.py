"""Names beside other scripts, and terms of scripts that put no blanks between words."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.query import Document, QueryError, compile_query
from alerts.query.text.token_set import TokenSet
from alerts.query.text.tokens import parts_of, tokenise
from tests.alerts.query.agreement import check

YES, NO = True, False
ROWS = [
    # a Latin name beside another script
    ("corvantis", "病院とCorvantisの契約を更新", YES),
    ("corvantis", "与Corvantis签署合同", YES),
    ("corvantis", "Corvantis는 계약을 발표했다", YES),
    ("corvantis", "โรงพยาบาลเลือกCorvantisแล้ว", YES),
    ("corvantis", "ໂຮງໝໍCorvantisໃໝ່", YES),
    ("corvantis", "контракт с Corvantisом", YES),
    ("corvantis", "الشركة وCorvantis وقعت", YES),
    ("corvantis", "החוזה לCorvantis נחתם", YES),
    ("corvantis", "η Corvantisτης", YES),
    ("corvantis", "अस्पताल Corvantisने", YES),
    ("corvantis", "ＣｏｒｖａｎｔｉｓとＥＨＲ", YES),
    ("corvantis", "病院とCorvantis’sの契約", YES),
    ("corvantis", "「Corvantis」は", YES),
    ("corvantis", "Corvantissaの", NO),
    ("corvantis", "の大Corvantisxの", NO),
    ('"corvantis health"', "株式会社Corvantis Healthは", YES),
    ("corvantis-x", "新しいCorvantis-Xの", YES),
    ("corvantis7", "新しいCorvantis7の", YES),
    ('cs("CVH")', "病院とCVHの契約", YES),
    ('cs("CVH")', "病院とcvhの契約", NO),
    ('raw:"Corvantis"', "病院とCorvantisの契約", YES),
    ("corvan*", "病院とCorvantisの契約", YES),
    ("n.h.s.", "英国N.H.S.の", YES),
    ("3.5", "約3.5億円", YES),
    ("1,000", "約1,000円", YES),
    ("title:corvantis", "病院とCorvantisの契約", NO),
    ("palantir NEAR/3 corvantis", "Palantirと病院Corvantis", YES),
    # terms wholly in a script without blanks
    ("東京", "東京都は発表した", YES),
    ("東京", "昨日東京で", YES),
    ("東京", "東の京", NO),
    ("東京", "東 京", YES),
    ('"東京都"', "東京都は発表した", YES),
    ("契約 AND 病院", "病院の契約", YES),
    ("契約 NOT 病院", "病院の契約", NO),
    ("ブリンドル", "新ブリンドル社", YES),
    ("ﾌﾞﾘﾝﾄﾞﾙ", "新ブリンドル社", YES),
    ("ブリンドル・ケア", "ブリンドルケア社", YES),
    ("北京大学", "北京大学医院", YES),
    ("โรงพยาบาล", "ที่โรงพยาบาลใหม่", YES),
    ("โรงเรียน", "ที่โรงพยาบาลใหม่", NO),
    ("ໂຮງໝໍ", "ທີ່ໂຮງໝໍໃໝ່", YES),
    ("មន្ទីរពេទ្យ", "នៅមន្ទីរពេទ្យថ្មី", YES),
    ("ဆေးရုံ", "ဒီဆေးရုံမှာ", YES),
    ("삼성", "삼성은 발표했다", YES),
    ("삼성", unicodedata.normalize("NFD", "삼성은 발표했다"), YES),
    (unicodedata.normalize("NFD", "삼성"), "삼성은 발표했다", YES),
    ("가", "각", NO),
    ("富士Corvantis", "新しい富士Corvantisの", YES),
    ('cs("東京")', "東京都", YES),
    ("東京 NEAR/4 契約", "東京での大きな契約", NO),
    ("東京 NEAR/5 契約", "東京での大きな契約", YES),
    ("atleast/2(東京)", "東京都と東京", YES),
    # scripts with blanks are compared by word, as Latin is
    ("больница", "в больнице", NO),
    ("больница", "Больница №5", YES),
    ("νοσοκομείο", "το Νοσοκομείο", YES),
    ("مستشفى", "في مستشفى جديد", YES),
    ("контр*кт", "этот контракт", YES),
    ("अस्पताल", "नया अस्पताल", YES),
]


@pytest.mark.parametrize(
    ("query", "text", "matches"), ROWS, ids=[f"{q} :: {t}" for q, t, _ in ROWS]
)
def test_a_name_ends_where_the_script_changes(query: str, text: str, matches: bool) -> None:
    check(query, text, matches)


def test_a_place_is_that_of_the_name_alone() -> None:
    text = "病院とCorvantisの契約"
    hit = compile_query("corvantis").matches(Document(body=text))
    assert hit is not None
    assert [text[span.start : span.end] for span in hit.spans] == ["Corvantis"]


@pytest.mark.parametrize("query", ["東京*", "東?", '"病院 東*"', "삼성전자*"])
def test_a_wildcard_beside_such_letters_is_refused_with_the_form_to_write(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    assert "found by character" in caught.value.message
    assert "*" not in caught.value.hint


def test_the_canonical_form_has_no_blanks_where_the_script_has_none() -> None:
    assert compile_query("東京都").canonical == '"東京都"'
    assert compile_query("삼성전자").canonical == '"삼성전자"'


@given(st.text(alphabet="ab1é東京ブﾌﾞ삼각ไทяжαµب١हि'’ʻ-.,_ ", max_size=30))
def test_words_with_and_without_places_are_the_same(text: str) -> None:
    words: dict[int, list[str]] = {}
    for token in tokenise(text):
        words.setdefault(token.word, []).append(token.folded)
    assert TokenSet(text).spelled.split() == ["-".join(word) for word in words.values()]


def test_sentences_without_blanks_are_not_remembered() -> None:
    before = parts_of.cache_info().currsize
    for number in range(50):
        tokenise(f"東京都は{number}の発表をした")
    assert parts_of.cache_info().currsize == before


def test_every_letter_belongs_to_a_word() -> None:
    for at in range(0, sys.maxunicode + 1, 5):
        letter = chr(at)
        if letter.isalpha() and unicodedata.category(letter) != "Lm":
            assert tokenise(f"{letter}"), hex(at)
