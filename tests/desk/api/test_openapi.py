"""The OpenAPI document: complete, and true of what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from storage.model import MessageState
from supplierwatch.desk.api import openapi, routing
from supplierwatch.desk.api.endpoint import Endpoint
from supplierwatch.desk.api.parameters import read_query
from tests import ROOT
from tests.desk.api.api_client import ApiClient, client
from tests.desk.browser import running_desk
from tests.supplierwatch.commands.test_json_shapes import paths
from tests.supplierwatch.instance import an_article

ENDPOINTS = routing.load_endpoints()
READING = [each for each in ENDPOINTS if each.method == "GET"]
SENDING = [each for each in ENDPOINTS if each.body is not None]
DESCRIBED = openapi.describe(ENDPOINTS)
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
# what the small archive of this test has nothing of; the schemas hold for it all the same
UNSEEN = {"messages": {"counts.sent"}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApiClient, str]]:
    """A program that uses the API, and a job that it has started."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        running.people()
        running.instance.stores(an_article("a1"), an_article("a2", title="Halcyon trust goes on"))
        running.instance.stores(an_article("a1", title="Millbrook halts its Halcyon roll-out"))
        assert running.instance.run("digest", "--yes").exit_code == 0
        with running.service.store.transaction() as unit:
            user = unit.users.find_by_name("operator")
            assert user is not None
            made = unit.briefings.make(user.user_id, "June", running.clock())
            assert made is not None
            unit.briefings.add(made, [1], running.clock())
        program = client(running)
        nowhere = {"address": "http://127.0.0.1:9/"}
        started = program.json("/source-discoveries", 201, method="POST", body=nowhere)
        yield program, started["id"]


@pytest.fixture(scope="module")
def api(desk: tuple[ApiClient, str]) -> ApiClient:
    return desk[0]


def address(endpoint: Endpoint) -> str:
    path = endpoint.path
    for parameter in endpoint.parameters:
        path = path.replace(f"{{{parameter.name}}}", str(parameter.example))
    path = path.replace("/items/17", "/items/1").replace("/users/2", "/users/1")
    path = path.replace("/messages/41", "/messages/1")
    return f"{path}?q=halcyon" if needs_query(endpoint) else path


def needs_query(endpoint: Endpoint) -> bool:
    return any(each.name == "q" and each.required for each in endpoint.parameters)


def by_name(endpoint: Endpoint) -> str:
    return endpoint.name


def test_it_is_served_and_needs_no_token(api: ApiClient) -> None:
    page = ApiClient(desk=api.desk, token="").ask("/openapi.json")
    assert page.code == 200
    assert json.loads(page.text) == json.loads(json.dumps(DESCRIBED))


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(DESCRIBED))
    assert len(found) > len(ENDPOINTS)
    for reference in found:
        value: Any = DESCRIBED
        for part in reference.removeprefix("#/").split("/"):
            value = value[part]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_an_operation_describes_each_parameter_by_a_value_that_is_taken(
    endpoint: Endpoint,
) -> None:
    operation = DESCRIBED["paths"][endpoint.path][endpoint.method.lower()]
    assert {part for part in endpoint.path.split("/") if part.startswith("{")} == {
        f"{{{each['name']}}}" for each in operation["parameters"] if each["in"] == "path"
    }
    described_here = [each for each in operation["parameters"] if each["in"] != "header"]
    for declared, described in zip(endpoint.parameters, described_here, strict=True):
        Draft202012Validator.check_schema(described["schema"])
        Draft202012Validator(described["schema"]).validate(described["example"])
        given = described["example"]
        for each in given if declared.several else [given]:
            declared.kind.read(declared.name, str(each))
    assert read_query(b"q=x" if needs_query(endpoint) else b"", endpoint.parameters) is not None


def test_operations_have_names_of_their_own() -> None:
    names = [
        operation["operationId"]
        for methods in DESCRIBED["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names)) == len(ENDPOINTS) + 1  # the stream of updates
    assert all(name.isalpha() for name in names)


@pytest.mark.parametrize("endpoint", SENDING, ids=by_name)
def test_the_example_of_a_body_is_taken_and_every_field_is_explained(endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    schema = openapi.body_schema(endpoint.body)
    Draft202012Validator.check_schema(schema)
    example = openapi.body_example_of(endpoint)
    Draft202012Validator(schema).validate(example)
    assert not Draft202012Validator(schema).is_valid(example | {"more": 1})
    endpoint.body.model_validate_json(json.dumps(example))
    assert all(each.get("description") for each in schema["properties"].values())


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_the_documented_example_has_the_documented_shape(endpoint: Endpoint) -> None:
    Draft202012Validator.check_schema(dict(endpoint.schema))
    Draft202012Validator(endpoint.schema).validate(openapi.example_of(endpoint))


@pytest.mark.parametrize("endpoint", READING, ids=by_name)
def test_the_documented_example_and_the_real_answer_have_the_documented_shape(
    desk: tuple[ApiClient, str], endpoint: Endpoint
) -> None:
    api, job = desk
    Draft202012Validator.check_schema(dict(endpoint.schema))
    shape = Draft202012Validator(endpoint.schema)
    example = openapi.example_of(endpoint)
    real = api.json(f"/jobs/{job}" if endpoint.name == "job" else address(endpoint))
    shape.validate(example)
    shape.validate(real)
    # the example shows every field that this answer has
    assert set(paths(real)) - set(paths(example)) == UNSEEN.get(endpoint.name, set()) - set(
        paths(example)
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_a_schema_refuses_a_field_that_is_not_documented(endpoint: Endpoint) -> None:
    shape = Draft202012Validator(endpoint.schema)
    example = openapi.example_of(endpoint)
    assert not shape.is_valid(example | {"more": 1})
    for name in example:
        assert not shape.is_valid({key: example[key] for key in example if key != name})


def test_problems_have_the_documented_shape(api: ApiClient) -> None:
    everything = Resource.from_contents(DESCRIBED, default_specification=DRAFT202012)
    registry: Any = Registry().with_resource("urn:api", everything)
    shape = Draft202012Validator({"$ref": "urn:api#/components/schemas/problem"}, registry=registry)
    for path in ("/search?q=(", "/mentions?limit=0", "/items/99", "/nothing"):
        shape.validate(json.loads(api.ask(path).text))
    assert not shape.is_valid({"title": "x"})


def test_every_state_of_a_message_is_described() -> None:
    [state, *_] = DESCRIBED["paths"]["/messages"]["get"]["parameters"]
    assert state["schema"]["items"]["enum"] == [str(each) for each in MessageState]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=by_name)
def test_the_document_names_every_address_and_parameter(endpoint: Endpoint) -> None:
    method = "" if endpoint.method == "GET" else f"{endpoint.method} "
    [line] = [line for line in DOCUMENT.splitlines() if f"`{method}{endpoint.path}`" in line]
    for parameter in endpoint.parameters:
        if parameter.place == "query":
            assert f"`{parameter.name}`" in line, parameter.name
    assert str(endpoint.role) in line
