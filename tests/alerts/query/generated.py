"""Queries and documents at random over the whole language, from few words so that they meet."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from alerts.query import Document

# spellings that meet: in capitals, joined, apart, with marks, dotted, possessive, other scripts
TEXT_WORDS = [
    "nhs", "NHS", "N.H.S.", "NHS's", "ice", "ICE", "Ice", "ICE’s", "palantir", "Palantir's",
    "Palantír", "Palanti\u0301r", "pal\u00adantir", "e-prescribing", "e prescribing",
    "eprescribing", "E‑Prescribing", "prescribing", "health", "care", "healthcare", "health-care",
    "Health  care", "health\ncare", "the", "are", "a", "area", "of", "O’Brien", "OBrien", "brien",
    "state-of-the-art", "stateoftheart", "1,000", "1000", "3.5m", "35m", "AT&T", "C++", "Straße",
    "strasse", "Ελλάς", "ελλασ", "नमस्ते", "中文", "don't", "dont", "supplier", "suppliers",
    "supplied", "contract", "contracted", "woman", "women", "東京都", "富士NHSの", "Palantirа",
    "삼성은", "ระบบICE", "ﾊﾟｽ", "N.H.S.の", "1,000円", "Hawaiʻi", "Kaʻu", "EPR",
    "EPRs", "plans of care", "cares", "Lloyd's", "Lloyds", "LLOYD’S",
    "Palantirs", "womens", "A*STAR", "a star", "toys*r*us", "King's", "Care",
]  # fmt: skip
SEPARATORS = [" ", " ", " ", " ", ", ", ". ", "! ", "\n", "\n\n", " — ", "/", " (", ") ", "\u00a0",
              "-", "' ", "; "]  # fmt: skip
QUERY_WORDS = [
    "nhs", "NHS", "n.h.s.", "ice", "palantir", "Palantír’s", "e-prescribing", "eprescribing",
    "prescribing", "health", "care", "healthcare", "area", "a", "of", "o'brien", "obrien", "brien",
    "state-of-the-art", "stateoftheart", "1000", "3.5m", "35m", "strasse", "ελλας", "नमस्ते", "中文",
    "don't", "supplier", "contract", "woman", "東京", "富士NHS", "삼성", "ICE의", "ハス", "1000",
    "Hawai'i",
]  # fmt: skip
PHRASES = [
    "health care", "e prescribing", "care health", "nhs ice", "ice nhs palantir", "are a",
    "of the art", "at t", "東京 nhs", "ระบบ ice", "healthcare nhs", "state of the art",
    "o brien ice", "the health care",
]  # fmt: skip
WILD = ["palant*", "heal*", "wom?n", "sup?lier*", "pre*ing", "eprescr*", "con*ed"]
PLURALS = ["supplier", "suppliers", "EPR", "health care", "woman", "plan of care", "Suppliers"]
NAMES = ["Palantir's", "Lloyds", "women's health", "A*STAR", "Toys*R*Us", "Kings Care"]
RAW = ["NHS", "N.H.S.", "AT&T", "C++", "ICE’s", "health care", "Health  care", "(ICE", "3.5m"]


def texts(most: int = 14) -> st.SearchStrategy[str]:
    """A text of up to `most` words."""
    pieces = st.tuples(st.sampled_from(TEXT_WORDS), st.sampled_from(SEPARATORS))
    return st.lists(pieces, max_size=most).map(lambda made: "".join(w + s for w, s in made))


def documents() -> st.SearchStrategy[Document]:
    """A document; most have a body, some have pages or other fields."""
    short = texts(4)
    usual = st.builds(Document, title=short, summary=short, body=texts())
    others = st.builds(
        Document,
        title=short,
        summary=st.one_of(st.just(""), short),
        body=texts(),
        comments=short,
        authors=st.lists(texts(2), max_size=2).map(tuple),
        url=st.sampled_from(["", "https://www.nhs.example/ice-health/care?x=1000", "http://["]),
        source=st.sampled_from(["ledger", "nhs"]),
        source_name=st.sampled_from(["", "The Health Ledger"]),
        language=st.sampled_from(["", "en", "en-GB", "cy"]),
        kind=st.sampled_from(["news", "tender"]),
        buyer=texts(2),
        supplier=texts(2),
        value=st.sampled_from([None, 0.0, 1000.0, 2.5e6]),
        date=st.sampled_from([None, date(2026, 1, 31), date(2026, 2, 1)]),
        pages=st.lists(texts(6), max_size=3).map(tuple),
    )
    return st.one_of(usual, others)


def quoted(text: str) -> str:
    return f'"{text}"'


def terms() -> st.SearchStrategy[str]:
    """A term in one of its spellings."""
    word = st.sampled_from(QUERY_WORDS)
    phrase = st.sampled_from(PHRASES)
    wild = st.sampled_from(WILD)
    return st.one_of(
        word,
        phrase.map(quoted),
        wild,
        st.tuples(phrase, wild).map(lambda t: quoted(" ".join(t))),
        word.map(lambda w: f'cs("{w}")'),
        st.sampled_from(["ICE", "NHS", "Palantir"]).map(lambda w: f"cs:{w}"),
        phrase.map(lambda p: f'!"{p}"'),
        st.sampled_from(RAW).map(lambda r: f'raw:"{r}"'),
        st.sampled_from(RAW).map(lambda r: f'signs:"{r}"'),
        st.sampled_from(PLURALS).map(lambda r: f'plural("{r}")'),
        st.sampled_from(NAMES).map(quoted),
        st.sampled_from(["supplier", "contract", "health care"]).map(lambda w: f'stem("{w}")'),
        st.just("@halcyon"),
    )


def placed() -> st.SearchStrategy[str]:
    """What can stand beside NEAR, in brackets where it needs them."""
    number = st.integers(0, 6)

    def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        infix = st.one_of(
            number.map(lambda n: f"NEAR/{n}"),
            number.map(lambda n: f"w/{n}"),
            number.map(lambda n: f"ONEAR/{n}"),
            number.map(lambda n: f"pre/{n}"),
            number.map(lambda n: f"near/{n}f"),
            number.map(lambda n: f"NOT NEAR/{n}"),
            number.map(lambda n: f"not/{n}"),
            number.map(lambda n: f"NOT ONEAR/{n}"),
            st.sampled_from(["NEAR", "SENTENCE", "PARAGRAPH", "NOT SENTENCE", "w/s", "NOT w/p"]),
        )
        return st.one_of(
            st.tuples(inner, infix, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            st.lists(inner, min_size=2, max_size=4).map(lambda some: f"({' OR '.join(some)})"),
            st.tuples(st.lists(inner, min_size=2, max_size=3), number).map(
                lambda t: f"({' AND '.join(t[0])})~{t[1]}"
            ),
            st.tuples(st.sampled_from(PHRASES), number).map(lambda t: f'"{t[0]}"~{t[1]}'),
        )

    return st.recursive(terms(), deeper, max_leaves=5)


def queries() -> st.SearchStrategy[str]:
    """A query over the whole language; some consist of filters only."""
    atom = st.one_of(
        terms(),
        placed(),
        st.tuples(st.integers(1, 4), placed()).map(lambda t: f"atleast/{t[0]}({t[1]})"),
        st.tuples(st.integers(1, 12), placed()).map(lambda t: f"first/{t[0]}({t[1]})"),
        st.sampled_from(
            ["lang:en", "type:tender", "site:nhs.example", "value>999", "value<=1k",
             "date:2026-01", "date>2026-01-31", "source:ledger", "site:(x.example OR example)"]
        ),
    )  # fmt: skip
    fields = st.sampled_from(
        ["title", "headline", "lead", "body", "comments", "author", "url", "buyer", "supplier",
         "publication", "summary"]
    )  # fmt: skip

    def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from([" AND ", " ", " OR ", " NOT ", " AND NOT "]), inner)
            .map("".join).map(lambda text: f"({text})"),
            st.tuples(inner, inner).map(lambda t: f"({t[0]} OR NOT {t[1]})"),
            st.tuples(fields, inner).map(lambda t: f"{t[0]}:({t[1]})"),
            st.tuples(inner, st.integers(1, 9)).map(lambda t: f"({t[0]})^{t[1]}"),
            st.lists(inner, min_size=3, max_size=5).map(lambda some: f"({' OR '.join(some)})"),
        )  # fmt: skip

    return st.recursive(atom, deeper, max_leaves=7)
