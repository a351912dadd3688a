"""The routes of the API: who asks, with which values, and the answer or the problem.

A token or the session of the desk proves who asks. Only GET is answered, so that no other site
can change anything by the cookie of a session.
"""

from __future__ import annotations

import importlib
import json
import logging
import pkgutil
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import supplierwatch.desk.api.resources
from storage.errors import DatabaseUnusable
from supplierwatch.desk.api import openapi
from supplierwatch.desk.api.authentication import authenticate, refuse_role
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.entity_tags import is_known, tag_of
from supplierwatch.desk.api.parameters import read_path, read_query
from supplierwatch.desk.api.problem_details import CONTENT_TYPE, ApiProblem
from supplierwatch.desk.page import DeskSource
from supplierwatch.web.headers import PRIVATE

log = logging.getLogger(__name__)

MAX_ANSWER = 16 * 1024 * 1024  # bytes; a stored text has 2 million characters at most
METHODS = "GET, HEAD"
HEADERS = PRIVATE | {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Authorization, Cookie",
}


def all_endpoints() -> tuple[Endpoint, ...]:
    """Return the routes of every file in `supplierwatch.desk.api.resources`."""
    found: list[Endpoint] = []
    for module in pkgutil.iter_modules(supplierwatch.desk.api.resources.__path__):
        made = importlib.import_module(f"supplierwatch.desk.api.resources.{module.name}")
        found += made.ENDPOINTS
    return tuple(found)


def routes(source: DeskSource) -> list[Route]:
    """Return the routes of the API, and the one that answers every other path below /api."""
    endpoints = all_endpoints()
    described = openapi.describe(endpoints)

    def description(_request: ApiRequest) -> Answer:
        return Answer(document=described)

    own = Endpoint(
        name="openapi",
        path="/openapi.json",
        answer=description,
        role=None,
        summary="This description",
        schema={},
    )
    made = [
        Route(BASE + each.path, AllMethods(partial(respond, source, each)), name=f"api-{each.name}")
        for each in (*endpoints, own)
    ]
    missing = AllMethods(partial(respond, source, None))
    return [*made, Route("/api", missing), Route("/api/{rest:path}", missing)]


class AllMethods:
    """Answers all methods of a path in a thread, so that a wrong one has its problem details, too.

    Args:
        answer: returns the response to a request.
    """

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request = Request(scope, receive)
        response = await run_in_threadpool(self._answer, request)
        await response(scope, receive, send)


def respond(source: DeskSource, endpoint: Endpoint | None, request: Request) -> Response:
    """Answer a request, or say in problem details why not."""
    try:
        return _answer(source, endpoint, request)
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


def _answer(source: DeskSource, endpoint: Endpoint | None, request: Request) -> Response:
    asker = authenticate(source, request)
    if endpoint is None:
        raise ApiProblem(404, f"There is nothing at this address; {BASE}/openapi.json lists all.")
    refuse_method(request)
    refuse_role(asker, endpoint.role, endpoint.scope)
    placed = read_path(request.path_params, endpoint.parameters)
    if placed is None:
        raise ApiProblem(404, "There is nothing of this name or number.")
    values = read_query(request.scope["query_string"], endpoint.parameters) | placed
    asked = ApiRequest(source=source, values=values, session=asker.session, token=asker.token)
    return _json_response(request, endpoint.answer(asked))


def refuse_method(request: Request) -> None:
    """Raise for a method that would change something.

    Raises:
        ApiProblem: 405.
    """
    if request.method not in ("GET", "HEAD"):
        raise ApiProblem(405, f"This address answers {METHODS} alone.", headers={"Allow": METHODS})


def _json_response(request: Request, answer: Answer) -> Response:
    body = json.dumps(answer.document, ensure_ascii=False, allow_nan=False).encode()
    if len(body) > MAX_ANSWER:
        raise ApiProblem(413, "The answer is too large; ask for less by `limit`.")
    headers = HEADERS | {"ETag": tag_of(body)}
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
    body = json.dumps(problem.document(), ensure_ascii=False).encode()
    headers = HEADERS | {"Cache-Control": "no-store"} | problem.headers
    return Response(body, problem.status, headers=headers, media_type=CONTENT_TYPE)
