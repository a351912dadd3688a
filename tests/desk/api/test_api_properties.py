"""Whatever is asked by the declared parameters, the API answers within its description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from starlette.requests import Request

from storage.mentions.mention_pages import PagePosition
from supplierwatch.desk.api import routing
from supplierwatch.desk.api.cursors import PositionCursor, RowCursor, position_cursor, row_cursor
from supplierwatch.desk.api.endpoint import Endpoint
from supplierwatch.desk.api.parameters import LARGEST, Moment, Number, OneOf, Parameter
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import PROBLEM
from supplierwatch.service.desk_source import ServiceSource
from tests.desk.api.api_client import token_of
from tests.desk.browser import REPORT, RunningDesk, running_desk
from tests.supplierwatch.instance import an_article
from tests.support.sizes import examples

PROBLEMS = Draft202012Validator(PROBLEM)
# in every form that is right, nearly right, or a stranger's
QUERIES = st.lists(
    st.sampled_from(["halcyon", "trust", "AND", "OR", "NOT", "(", ")", '"', "*", "~5", "title:"])
    | st.text(max_size=6),
    max_size=8,
).map(" ".join)
POSITIONS = st.builds(
    PagePosition,
    st.datetimes(timezones=st.timezones()),
    st.integers(min_value=0, max_value=LARGEST),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDesk, bytes]]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        made.instance.stores(an_article("a1"), an_article("a2", title="Halcyon trust goes on"))
        yield made, token_of(made).encode()


def values(parameter: Parameter) -> st.SearchStrategy[str]:
    """Texts for a parameter, most of them taken."""
    kind = parameter.kind
    right: st.SearchStrategy[str]
    if isinstance(kind, Number):
        right = st.integers(kind.least, min(kind.most, kind.least + 3)).map(str)
        right |= st.integers(kind.least, kind.most).map(str)
    elif isinstance(kind, OneOf):
        right = st.sampled_from(kind.words)
    elif isinstance(kind, Moment):
        right = st.datetimes().map(lambda at: f"{at.isoformat(timespec='seconds')}Z")
        right |= st.dates().map(lambda day: day.isoformat())
    elif isinstance(kind, PositionCursor):
        right = POSITIONS.map(_position_text)
    elif isinstance(kind, RowCursor):
        right = st.integers(0, LARGEST).map(row_cursor)
    else:
        right = st.sampled_from(["halcyon-trusts", "corvid"]) | QUERIES
    return right | right | st.text(max_size=12)


def _position_text(position: PagePosition) -> str:
    try:
        return position_cursor(position)
    except OverflowError:  # beyond the years in UTC
        return "x"


@st.composite
def requests(draw: st.DrawFn, endpoint: Endpoint) -> tuple[dict[str, str], bytes]:
    """Values of the path, and a query string."""
    path = {each.name: draw(values(each)) for each in endpoint.parameters if each.place == "path"}
    pairs = [
        (each.name, draw(values(each)))
        for each in endpoint.parameters
        if each.place == "query" and (each.required or draw(st.booleans()))
    ]
    pairs += draw(st.just([]) | st.just([]) | st.lists(st.tuples(st.text(), st.text()), max_size=2))
    return path, urlencode(pairs, quote_via=quote).encode()


READING = [each for each in routing.load_endpoints() if each.method == "GET"]


@pytest.mark.parametrize("endpoint", READING, ids=lambda each: each.name)
def test_every_answer_fits_its_description_and_nothing_fails(
    desk: tuple[RunningDesk, bytes], endpoint: Endpoint
) -> None:
    running, token = desk
    source = ServiceSource(running.service, lambda: REPORT, {})
    shape = Draft202012Validator(endpoint.schema)

    @settings(max_examples=examples(40) if endpoint.parameters else 1, deadline=None)
    @given(request=requests(endpoint))
    def check(request: tuple[dict[str, str], bytes]) -> None:
        path, query = request
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "path_params": path,
            "query_string": query,
            "headers": [(b"authorization", b"Bearer " + token), (b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
        }
        answer = routing.respond(source, {"GET": endpoint}, Request(scope))
        document = json.loads(bytes(answer.body))
        if answer.status_code == 200:
            shape.validate(document)
        else:
            assert answer.status_code in (400, 404), document
            PROBLEMS.validate(document)

    check()


@given(position=POSITIONS)
def test_a_cursor_leads_to_its_position(position: PagePosition) -> None:
    text = _position_text(position)
    if text != "x":
        assert PositionCursor().read("cursor", text) == position


@given(row=st.integers(0, LARGEST))
def test_a_cursor_leads_to_its_row(row: int) -> None:
    assert RowCursor().read("cursor", row_cursor(row)) == row


@given(text=st.text() | st.from_regex(r"\A[A-Za-z0-9_-]{0,60}\Z"))
def test_what_is_no_cursor_is_refused_or_read(text: str) -> None:
    for kind in (PositionCursor(), RowCursor()):
        with suppress(ApiProblem):
            kind.read("cursor", text)
