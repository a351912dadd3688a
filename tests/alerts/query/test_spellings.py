"""Singular and plural, possessives, and signs in names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.query import Document, QueryError, compile_query, compile_suppliers
from alerts.query.model.nodes import Spellings
from alerts.query.text.plurals import plural_forms
from alerts.query.text.spellings import make_spellings
from config.model import Supplier, Where
from tests.alerts.query.agreement import check

YES, NO = True, False
PLURALS = [
    ("electronic patient record", "two electronic patient records", YES),
    ("electronic patient records", "an electronic patient record", YES),
    ("Electronic Patient Records", "an electronic patient record", YES),
    ("electronic patient record", "an EPR", NO),
    ("electronic patient record", "electronic patients record their weight", NO),
    ("patient record", "the patients' records", YES),
    ("patient record", "patients’ records", YES),
    ("data breach", "data breaches", YES),
    ("data breaches", "a data breach", YES),
    ("e-prescription", "eprescriptions", YES),
    ("e-prescription", "e prescriptions", YES),
    ("check-in", "check-ins", YES),
    ("director of nursing", "directors of nursing", YES),
    ("directors of nursing", "the director of nursing", YES),
    ("freedom of information request", "freedom of information requests", YES),
    ("mother-in-law", "mothers-in-law", YES),
    ("EPR", "EPRs are late", YES),
    ("EPR", "the EPR's cost", YES),
    ("EPRs", "an EPR", YES),
    ("epr", "EPRs", YES),
    ("GP", "GPs and nurses", YES),
    ("GPs", "a GP", YES),
    ("ICS", "two ICSs", YES),
    ("ICS", "the ic", NO),
    ("PAS", "pass it on", NO),
    ("IT", "its systems", NO),
    ("IT system", "its systems", NO),
    ("IT system", "IT systems", YES),
    ("IT systems", "an IT system", YES),
    ("NHS trust", "NHS trusts", YES),
    ("NHS", "NH", NO),
    ("A&E", "two A&Es", YES),
    ("hospital", "hospitals", YES),
    ("hospitals", "the hospital", YES),
    ("hospital", "hospitality", NO),
    ("midwife", "midwives", YES),
    ("midwives", "a midwife", YES),
    ("wisdom tooth", "wisdom teeth", YES),
    ("mycobacterium", "mycobacteria", YES),
    ("olive", "olives", YES),
    ("olives", "an olive", YES),
    ("policy", "policies", YES),
    ("policies", "a policy", YES),
    ("survey", "surveys", YES),
    ("inquiry", "inquiries", YES),
    ("analysis", "analyses", YES),
    ("diagnoses", "a diagnosis", YES),
    ("crisis", "crises", YES),
    ("virus", "viruses", YES),
    ("viruses", "a virus", YES),
    ("bus", "buses", YES),
    ("process", "processes", YES),
    ("box", "boxes", YES),
    ("quiz", "quizzes", YES),
    ("woman", "women", YES),
    ("women", "a woman", YES),
    ("chairman", "chairmen", YES),
    ("child", "children", YES),
    ("grandchildren", "a grandchild", YES),
    ("person", "people", YES),
    ("spokespeople", "a spokesperson", YES),
    ("criterion", "criteria", YES),
    ("consortium", "consortia", YES),
    ("appendices", "an appendix", YES),
    ("life", "lives", YES),
    ("archives", "an archive", YES),
    ("clinics", "a clinic", YES),
    ("nurse", "nurses", YES),
    ("nurses", "a nurse", YES),
    ("case", "cases", YES),
    ("house", "houses", YES),
    ("menus", "a menu", YES),
    ("specimen", "specimens", YES),
    ("radio", "radios", YES),
    ("hero", "heroes", YES),
    ("news", "a new hospital", NO),
    ("new hospital", "the news hospital", NO),
    ("economics", "an economic case", NO),
    ("goods", "a good case", NO),
    ("means", "a mean case", NO),
    ("series", "a sery", NO),
    ("Philips", "Prince Philip", NO),
    ("Boots", "a boot", NO),
    ("Siemens", "Siemens wins", YES),
    ("corvan*", "corvantis", YES),
    ("東京", "東京都", YES),
    ("covid-19", "covid-19", YES),
]
POSSESSIVES = [
    ("Sainsbury's", "Sainsburys said", YES),
    ("Sainsbury's", "Sainsbury’s said", YES),
    ("Sainsbury's", "Sainsbury said", YES),
    ("Sainsbury’s", "SAINSBURYS SAID", YES),
    ("Sainsburys", "Sainsbury's said", YES),
    ("Sainsburys", "Sainsbury said", NO),
    ("McDonalds", "McDonald's said", YES),
    ("McDonalds", "McDonald’s said", YES),
    ("McDonalds", "MCDONALD'S SAID", YES),
    ("McDonalds", "Mr McDonald said", NO),
    ("McDonald's", "McDonalds said", YES),
    ("Lloyds", "Lloyd's of the bank", YES),
    ("Philips", "Prince Philip's scan", NO),
    ("Siemens", "Siemens said", YES),
    ('"Kings College Hospital"', "King's College Hospital", YES),
    ('"King\'s College Hospital"', "Kings College Hospital", YES),
    ('"Guys and St Thomas"', "Guy’s and St Thomas’", YES),
    ("\"Guy's and St Thomas'\"", "Guys and St Thomas", YES),
    ('"St Georges"', "St George's", YES),
    ('"women\'s health"', "womens health", YES),
    ('"children\'s hospital"', "Childrens Hospital", YES),
    ('cs("Sainsbury\'s")', "Sainsburys", NO),
    ("trusts", "the trust's plan", NO),
    ("title:Sainsburys", "Sainsbury's", NO),
    ("Sainsburys NEAR/3 trust", "the trust and Sainsbury's", YES),
    ("atleast/2(Sainsburys)", "Sainsburys, or Sainsbury's", YES),
    ("trust NOT Sainsburys", "the trust and Sainsbury's", NO),
]
SIGNS = [
    ("A*STAR", "the A*STAR lab", YES),
    ("A*STAR", "the A*Star lab", YES),
    ("A*STAR", "a star is born", NO),
    ("A*STAR", "an all-star team", NO),
    ('"the A*STAR lab"', "The A*STAR lab", YES),
    ("Toys*R*Us", "the Toys*R*Us shop", YES),
    ("Toys*R*Us", "TOYS*R*US", YES),
    ("E*TRADE", "E*Trade fell", YES),
    ("M*A*S*H", "M*A*S*H again", YES),
    ("hosp*l", "the hospital", YES),
    ("HOSP*L", "the hospital", YES),
    ('signs:"WAL*MART"', "Wal*Mart", YES),
    ('signs:"which?"', "Which? said", YES),
    ('signs:"which?"', "which said", NO),
    ('signs:"AT&T"', "at&t", YES),
    ('signs:"AT&T"', "the AT and T", NO),
    ('signs:"C++"', "a c++ team", YES),
    ("AT&amp;T", "bought by AT&T", YES),
    ("AT&#38;T", "bought by AT&T", YES),
    ('"Marks &amp; Spencer"', "Marks & Spencer", YES),
    ("caf&eacute;", "the café", YES),
    ("Sainsbury&rsquo;s", "Sainsburys", YES),
    ('"Yahoo!"', "Yahoo! said", YES),
    ("Hawai'i", "Hawaiʻi said", YES),
    ("Hawaiʻi", "Hawaii said", YES),
    ("Hawaiʻi", "Hawai‘i said", YES),
    ("Shi'a", "Shiʿa and Sunni", YES),
    ("o'brien", "Oʻbrien said", YES),
    ("Fens'R'Us", "the Fens R Us shop", YES),
    ("Fens'R'Us", "FensRUs", YES),
    ('"Fens R Us"', "the Fens'R'Us shop", YES),
    ('"Fens R Us"', "the Fens‘R’Us shop", YES),
    ('"Rock n Roll"', "rock'n'roll", YES),
]
UMLAUTS = [
    ("Müller", "Herr Mueller", YES),
    ("Müller", "Herr Muller", YES),
    ("Mu\N{COMBINING DIAERESIS}ller", "Herr Mueller", YES),
    ("Mueller", "Herr Müller", YES),
    ("Mueller", "HERR MÜLLER", YES),
    ("Mueller", "Herr Muller", NO),
    ("Müllers", "Muellers", YES),
    ("Ørbæk", "Oerbaek", YES),
    ("Åker", "Aaker", YES),
    ('"Mueller Pumpen"', "Müller Pumpen", YES),
    ('"Jürgen Müller"', "Juergen Mueller", YES),
    ('plural("Müller")', "Mueller", YES),
    ("mueller", "Müller", NO),
    ('cs("Mueller")', "Müller", NO),
    ("Blue", "Blü", NO),
    ("Que", "Qü", NO),
]


@pytest.mark.parametrize(("word", "text", "matches"), PLURALS, ids=lambda one: str(one))
def test_plural_finds_singular_and_plural(word: str, text: str, matches: bool) -> None:
    check(f'plural("{word}")', text, matches)


@pytest.mark.parametrize(("query", "text", "matches"), POSSESSIVES, ids=lambda one: str(one))
def test_a_name_is_found_with_and_without_its_apostrophe(
    query: str, text: str, matches: bool
) -> None:
    check(query, text, matches)


@pytest.mark.parametrize(("query", "text", "matches"), SIGNS, ids=lambda one: str(one))
def test_signs_in_names_are_found(query: str, text: str, matches: bool) -> None:
    check(query, text, matches)


@pytest.mark.parametrize(("query", "text", "matches"), UMLAUTS, ids=lambda one: str(one))
def test_a_name_is_found_with_umlauts_and_in_plain_letters(
    query: str, text: str, matches: bool
) -> None:
    check(query, text, matches)


@pytest.mark.parametrize(
    ("query", "says", "form"),
    [
        ("A*STAR", "sign of a name", 'signs:"A*STAR"'),
        ("a*star", "is a wildcard", 'signs:"a*star"'),
        ("WAL*MART", "is a wildcard", 'signs:"WAL*MART"'),
        ("Which?", "is a wildcard", 'signs:"Which?"'),
        ("AT&amp;T", "is read as AT&T", "AT&T"),
        ("AT&T", "are not compared", 'signs:"AT&T"'),
        ('plural("Hospitals")', "taken for a name", "hospital"),
    ],
)
def test_a_sign_that_may_be_meant_otherwise_is_warned_of(query: str, says: str, form: str) -> None:
    warnings = compile_query(query).warnings
    assert any(says in one.message and form in one.hint for one in warnings)


@pytest.mark.parametrize("query", ["hosp*l", "wom?n", "palant*", 'plural("Siemens")', "Lloyds"])
def test_a_clear_sign_is_not_warned_of(query: str) -> None:
    assert compile_query(query).warnings == ()


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("Yahoo!", '"Yahoo!"'),
        ("palant! nhs", "palant*"),
        ("*NSYNC", "signs:"),
        ("Marks &amp; Spencer", '"Marks & Spencer"'),
        ("cs(plural(EPR))", 'cs("EPR" OR "EPRs")'),
    ],
)
def test_what_is_refused_names_the_form(query: str, form: str) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    assert form in caught.value.hint


def test_a_suppliers_name_has_its_signs_and_possessives_and_no_plural() -> None:
    where = Where(file="suppliers.toml", line=1)
    names = ("A*STAR", "Sainsbury's", "Corvantis", "Which?", "AT&amp;T")
    terms = compile_suppliers([Supplier(key="some", names=names, query=None, where=where)])
    query = compile_query("@some", suppliers=terms)

    for text in ("the A*STAR lab", "Sainsburys", "Corvantis won", "Which? said", "by AT&T"):
        assert query.matches(Document(body=text)), text
    for text in ("a star is born", "two corvantises", "Corvantiss"):
        assert not query.matches(Document(body=text)), text


def test_plural_reaches_through_brackets_and_proximity() -> None:
    query = compile_query('plural((hospital OR "patient record") NEAR/3 failure)')
    assert query.matches(Document(body="failures of patient records"))
    assert compile_query('plural("patient record"~3)').matches(
        Document(body="the records of patients")
    )


def test_the_canonical_form_and_the_paraphrase_say_plural() -> None:
    query = compile_query('plural("electronic patient record" OR EPR)')
    assert query.canonical == 'plural("electronic patient record") OR plural("EPR")'
    assert "singular or plural" in query.paraphrase


@given(st.text(alphabet="aeiosxyzchmnpltESPR", min_size=1, max_size=9))
def test_any_word_has_itself_among_its_forms(word: str) -> None:
    forms = plural_forms(word)
    assert forms[0] == word.lower()
    assert len(forms) == len(set(forms)) <= 4
    assert all(forms)


@given(st.text(alphabet="aors SEP'’-&*", max_size=30))
def test_the_spellings_of_a_term_are_few(written: str) -> None:
    if not any(c.isalnum() for c in written):
        return
    made = make_spellings(written.replace("*", ""), plural=True)
    if isinstance(made, Spellings):
        assert 2 <= len(made.part.parts) <= 40
