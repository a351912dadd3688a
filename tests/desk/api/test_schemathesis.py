"""schemathesis uses the running desk by its own OpenAPI document: reads it and changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from supplierwatch.desk.api import openapi, routing
from supplierwatch.desk.api.endpoint import BASE, Endpoint
from tests.desk.api.api_client import token_of
from tests.desk.browser import RunningDesk, running_desk
from tests.supplierwatch.instance import an_article
from tests.support.sizes import examples

ENDPOINTS = routing.load_endpoints()
SCHEMA = schemathesis.openapi.from_dict(openapi.describe(ENDPOINTS))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDesk, str]]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        made.instance.stores(an_article("a1"))
        # the token in use has a number that is not among the first that are tried
        tokens = [token_of(made) for _ in range(20)]
        yield made, tokens[-1]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_what_the_description_allows_is_answered_as_it_says(
    desk: tuple[RunningDesk, str], endpoint: Endpoint
) -> None:
    running, token = desk
    host, port = running.address
    operation = SCHEMA[endpoint.path][endpoint.method]

    @settings(
        max_examples=examples(30),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=f"http://{host}:{port}{BASE}",
            headers={"Authorization": f"Bearer {token}"},
            checks=CHECKS,
        )

    check()
