"""No query within the bounds is slow, whatever the text: the worst that we know of, under a limit.

The limit is on processor time and more than ten times what all of it takes: what grows faster than
the text does not stay below it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from alerts.query import Document, compile_query
from tests.architecture.project import ROOT

SECONDS = 60
RUN = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from alerts.query import WatchIndex, compile_query
from tests.alerts.query.test_hostile import DOCUMENTS, QUERIES
queries = {{name: compile_query(text) for name, text in QUERIES.items()}}
for query in queries.values():
    query.canonical, query.paraphrase, query.warnings, query.fingerprint
index = WatchIndex(queries)
for document in DOCUMENTS.values():
    index.match(document)
print("done", len(queries), len(DOCUMENTS))
"""
WORDS = [f"w{number}" for number in range(60)]
NESTED = "ab"
for number in range(8):
    NESTED = f"({NESTED} NEAR/200 {'cd' if number % 2 else 'ab'})"

QUERIES = {
    "thousands of terms": " OR ".join(f"term{number}" for number in range(5000)),
    "the same word thousands of times": " AND ".join(["ab"] * 4000),
    "nested proximity": NESTED,
    "nested proximity of groups": NESTED.replace("ab", "(ab OR cd)").replace(
        " cd)", " (ab OR cd))"
    ),
    "a window of groups": "("
    + " AND ".join(f"({' OR '.join(WORDS[at::8])})" for at in range(8))
    + ")~200",
    "wildcards everywhere": " OR ".join(f"wor?{'*' if n % 2 else '?'}d{n}*" for n in range(200)),
    "wildcards in proximity": " NEAR/200 ".join(["(abc* OR wor?d*)"] * 8),
    "a phrase of wildcards": '"' + " ".join(["abc*"] * 50) + '"',
    "a phrase that nearly fits": '"' + " ".join(["ab cd"] * 24) + ' ab ab"',
    "proximity that is refused": "ab NOT NEAR/200 (cd NOT NEAR/200 ab)",
    "lists": f"({' OR '.join(WORDS[:30])}) NEAR/200 ({' OR '.join(WORDS[30:])})",
    "how often": "atleast/1000(ab NEAR/200 cd)",
    "exactly": 'raw:"ab cd" AND cs("ab" OR "cd")',
}
DOCUMENTS = {
    "two words": Document(body="ab cd " * 1000),
    "sixty words": Document(body=" ".join(WORDS[number * 7 % 60] for number in range(2000))),
    "one long word": Document(body="-".join(["ab"] * 4000)),
    "pairs": Document(body="ab-cd " * 1000),
    "blanks": Document(body="ab" + " " * 200_000 + "cd"),
    "stops": Document(body="a." * 50_000),
    "apostrophes": Document(body="a'" * 50_000),
    "marks": Document(body="a\u0301" * 50_000),
    "capitals that grow": Document(body="İ" * 20_000 + "ß" * 20_000),
}


@pytest.mark.long
def test_the_worst_queries_over_the_worst_texts_end() -> None:
    run = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.split() == ["done", str(len(QUERIES)), str(len(DOCUMENTS))]


@pytest.mark.parametrize("name", QUERIES)
def test_the_worst_queries_are_within_the_bounds(name: str) -> None:
    """Else the test above would show nothing."""
    assert compile_query(QUERIES[name]).text == QUERIES[name]


def test_a_row_of_hyphens_is_no_word() -> None:
    """All its parts would be near each other, and the number of pairs would be endless."""
    row = "-".join(["ab", *["xy"] * 40, "cd"])

    assert compile_query("ab NEAR/0 xy").matches(Document(body=row)) is not None
    assert compile_query("ab NEAR/0 cd").matches(Document(body=row)) is None
