"""The routes of the API: authenticates requests, reads their values, answers them.

A token or the session of the desk identifies the caller. A change by the cookie of a session is
accepted only from the pages of the desk: by Origin and by the CSRF token of the session.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache, partial
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import supplierwatch.desk.api.resources
from storage.errors import DatabaseUnusable
from supplierwatch.desk.accounts.group_scopes import hides_path
from supplierwatch.desk.api import openapi
from supplierwatch.desk.api.authentication import (
    Caller,
    authenticate,
    refuse_cross_site,
    refuse_role,
)
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import MAX_BODY, read_json, refuse_media_type
from supplierwatch.desk.api.parameters import read_path, read_query
from supplierwatch.desk.api.problem_details import CONTENT_TYPE, ApiProblem
from supplierwatch.desk.api.writing import Repeated, encode, find_answer, read_key
from supplierwatch.desk.page import DeskSource
from supplierwatch.desk.request_facts import find_client, find_home
from supplierwatch.web.entity_tags import is_known, make_tag
from supplierwatch.web.headers import PRIVATE
from supplierwatch.web.request_bodies import read_body

log = logging.getLogger(__name__)

MAX_ANSWER = 16 * 1024 * 1024  # bytes; a stored text has 2 million characters at most
Methods = Mapping[str, Endpoint]  # of one path
HEADERS = PRIVATE | {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Authorization, Cookie",
}


@cache
def load_endpoints() -> tuple[Endpoint, ...]:
    """Return the routes of every file below `supplierwatch.desk.api.resources`."""
    found: list[Endpoint] = []
    folder = supplierwatch.desk.api.resources
    for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
        if not module.ispkg:
            found += importlib.import_module(module.name).ENDPOINTS
    return tuple(found)


@cache
def _describe_endpoints() -> Mapping[str, object]:
    return openapi.describe(load_endpoints())


def routes(source: DeskSource) -> list[Route]:
    """Return the routes of the API, and the one that answers every other path below /api."""
    endpoints = load_endpoints()
    described = _describe_endpoints()

    def description(_request: ApiRequest) -> Answer:
        return Answer(document=described)

    own = Endpoint(
        name="openapi",
        path="/openapi.json",
        handler=description,
        role=None,
        summary="This description",
        schema={},
    )
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in (*endpoints, own):
        by_path.setdefault(each.path, {})[each.method] = each
    made = [
        Route(
            BASE + path,
            AllMethods(
                partial(respond, source, methods),
                max_body=max(each.max_body for each in methods.values()),
                is_known=partial(_is_known_caller, source),
            ),
            name=f"api-{path}",
        )
        for path, methods in by_path.items()
    ]
    missing = AllMethods(partial(respond, source, None))
    return [*made, Route("/api", missing), Route("/api/{rest:path}", missing)]


class AllMethods:
    """Answers all methods of a path in a thread, so that a wrong one also gets problem details.

    Args:
        answer: returns the response to a request with its body; None for one that is too long.
        max_body: of the body, in bytes; more than `MAX_BODY` is read of known callers alone.
        is_known: returns whether the caller of a request is known.
    """

    def __init__(
        self,
        answer: Callable[[Request, bytes | None], Response],
        *,
        max_body: int = MAX_BODY,
        is_known: Callable[[Request], bool] = lambda _: False,
    ) -> None:
        self._answer = answer
        self._max_body = max_body
        self._is_known = is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request = Request(scope, receive)
        most = MAX_BODY
        if self._max_body > MAX_BODY and await run_in_threadpool(self._is_known, request):
            most = self._max_body
        try:
            body = await read_body(request, most)
        except ClientDisconnect:
            return
        response = await run_in_threadpool(self._answer, request, body)
        await response(scope, receive, send)


def _is_known_caller(source: DeskSource, request: Request) -> bool:
    try:
        caller = authenticate(source, request)
    except (ApiProblem, DatabaseUnusable):  # which the answer will say
        return False
    return caller.token is not None or caller.session is not None


def respond(
    source: DeskSource, methods: Methods | None, request: Request, body: bytes | None = b""
) -> Response:
    """Answer a request by the endpoint of its method, or with problem details."""
    try:
        return _answer(source, methods, request, body)
    except ApiProblem as problem:
        return problem_response(problem)
    except DatabaseUnusable as error:
        log.warning("desk.api-unavailable path=%s cause=%s", request.scope["path"], error)
        retry = {"Retry-After": "30"}
        return problem_response(
            ApiProblem(503, "The database does not answer. Try again later.", headers=retry)
        )
    except Exception:  # the client gets an answer, the log the cause
        log.exception("desk.api-failed path=%s", request.scope["path"])
        return problem_response(ApiProblem(500, "The service failed; its log says how."))


def _answer(
    source: DeskSource, methods: Methods | None, request: Request, body: bytes | None
) -> Response:
    caller = authenticate(source, request)
    if methods is None:
        raise ApiProblem(404, f"There is nothing at this address; {BASE}/openapi.json lists all.")
    endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
    if endpoint is None:
        raise refuse_method(methods)
    refuse_role(caller, endpoint.role, endpoint.scopes)
    if endpoint.method != "GET":
        refuse_cross_site(caller, request)
    placed = read_path(request.path_params, endpoint.parameters)
    if placed is None:
        raise ApiProblem(404, "There is nothing of this name or number.")
    if not caller.scope.everything:
        with source.store.reading() as unit:
            if hides_path(unit, source.wired.catalog, caller.scope, endpoint.path, placed):
                raise ApiProblem(404, "There is nothing of this name or number.")
    values = read_query(request.scope["query_string"], endpoint.parameters) | placed
    asked = _read_request(source, endpoint, request, body, caller, values)
    return _json_response(request, _answer_once(endpoint, asked))


def _read_request(
    source: DeskSource,
    endpoint: Endpoint,
    request: Request,
    body: bytes | None,
    caller: Caller,
    values: Mapping[str, object],
) -> ApiRequest:
    if body is None or len(body) > endpoint.max_body:
        raise ApiProblem(413, f"The body has more than {endpoint.max_body:,} bytes.")
    if endpoint.body is not None:
        refuse_media_type(request)
    if endpoint.needs_if_match and request.headers.get("if-match") is None:
        raise ApiProblem(
            428, "Send `If-Match` with the ETag of the document you read, so that no edit is lost."
        )
    return ApiRequest(
        source=source.within(caller.scope),
        values=values,
        session=caller.session,
        token=caller.token,
        body=None if endpoint.body is None else read_json(endpoint.body, body),
        key=read_key(request, body) if endpoint.creates else None,
        if_match=request.headers.get("if-match"),
        client=find_client(request),
        home=find_home(source, request),
    )


def _answer_once(endpoint: Endpoint, asked: ApiRequest) -> Answer:
    known = find_answer(asked)
    if known is not None:
        return known
    try:
        return endpoint.handler(asked)
    except Repeated:
        known = find_answer(asked)
    if known is None:  # used, and expired at this moment
        raise ApiProblem(409, "Idempotency-Key: this key was used before: use a new one.")
    return known


def refuse_method(methods: Methods | None = None) -> ApiProblem:
    """Return the problem of a method that an address does not answer; GET alone without any."""
    names = sorted(methods or ("GET",))
    allowed = ", ".join([*names, "HEAD"] if "GET" in names else names)
    return ApiProblem(405, f"This address answers {allowed} alone.", headers={"Allow": allowed})


def _json_response(request: Request, answer: Answer) -> Response:
    body = encode(answer.document)
    if len(body) > MAX_ANSWER:
        raise ApiProblem(413, "The answer is too large; ask for less by `limit`.")
    headers = dict(HEADERS)
    if answer.location is not None:
        headers["Location"] = answer.location
    if request.method not in ("GET", "HEAD"):
        headers["Cache-Control"] = "no-store"
        return Response(body, answer.status, headers=headers, media_type="application/json")
    headers["ETag"] = make_tag(body)
    if answer.following is not None:
        headers["Link"] = f'<{_next_address(request, answer.following)}>; rel="next"'
    if is_known(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _next_address(request: Request, cursor: str) -> str:
    """Return the address of the next page, from the root (RFC 8288)."""
    pairs = parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != "cursor"]
    return f"{request.scope['path']}?{urlencode([*kept, ('cursor', cursor)])}"


def problem_response(problem: ApiProblem) -> Response:
    """Return the problem details of a problem as a response."""
    body = encode(problem.document())
    headers = HEADERS | {"Cache-Control": "no-store"} | problem.headers
    return Response(body, problem.status, headers=headers, media_type=CONTENT_TYPE)
