"""The routes of the desk: finds the pages, checks role and origin of requests, answers them.

Only this machine reaches a page before the first user exists. A form is accepted only from a page
of the desk itself: by the Origin of the request and by the CSRF token of the session.
"""

from __future__ import annotations

import hmac
import importlib
import logging
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

import supplierwatch.desk.pages
from storage.model import DeskSession, Role
from storage.rules.groups import GroupScope
from storage.store import Unit
from supplierwatch.desk import render, static
from supplierwatch.desk.accounts.cookies import (
    read_attempt_cookie,
    read_session_cookie,
    set_attempt_cookie,
    set_session_cookie,
)
from supplierwatch.desk.accounts.group_scopes import (
    UserScope,
    hides_path,
    scope_of_nobody,
    scope_session,
)
from supplierwatch.desk.accounts.proxy_users import find_session
from supplierwatch.desk.api import live_updates, metrics, routing
from supplierwatch.desk.languages import choose_language
from supplierwatch.desk.page import (
    MAX_VALUE,
    DeskSource,
    Download,
    Page,
    PageRequest,
    PageResponse,
    not_found,
)
from supplierwatch.desk.request_facts import find_client, find_home
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import use_language
from supplierwatch.web.form_uploads import read_upload
from supplierwatch.web.headers import PRIVATE
from supplierwatch.web.locality import is_local
from supplierwatch.web.origins import is_same_origin
from supplierwatch.web.request_bodies import read_body

log = logging.getLogger(__name__)

MAX_FORM = 32_768  # bytes
MAX_FIELDS = 100
Values = Mapping[str, tuple[str, ...]]  # of a form or a query string, by name
HEADERS = PRIVATE | {
    # with no-referrer browsers send `Origin: null` with forms, which would be refused
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A submitted form: its fields and its files."""

    values: Values = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


@cache
def load_pages() -> tuple[Page, ...]:
    """Return the pages of every module below `supplierwatch.desk.pages`."""
    found: list[Page] = []
    folder = supplierwatch.desk.pages
    for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
        if not module.ispkg:
            found += importlib.import_module(module.name).PAGES
    return tuple(found)


def routes(source: DeskSource) -> list[Route]:
    """Return the routes of all pages, of the style sheet and script, and of the API."""
    pages = load_pages()
    own = [_build_route(page, source, pages) for page in pages]
    of_api = [live_updates.route(source), *routing.routes(source)]
    return [*own, *static.routes(), metrics.route(source), *of_api]


def _build_route(page: Page, source: DeskSource, pages: Iterable[Page]) -> Route:
    nav = tuple(sorted((p for p in pages if p.nav), key=lambda p: p.order))

    async def answer(request: Request) -> Response:
        form = Form()
        if page.method == "POST":
            if page.upload and not await run_in_threadpool(_is_signed_in, source, request):
                return RedirectResponse("/sign-in", status_code=303, headers=HEADERS)
            try:
                body = await read_body(request, page.upload or MAX_FORM)
            except ClientDisconnect:
                return Response(status_code=400, headers=HEADERS)
            given = None if body is None else _read_form(page, request, body)
            if given is None:
                return Response("The form is too long.", 413, headers=HEADERS)
            form = given
        return await run_in_threadpool(_handle, page, source, nav, request, form)

    return Route(page.path, answer, methods=[page.method])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Who asks, and what they see.

    `begun`: the desk has a user. `hidden`: what they ask for belongs to a group that they do not
    see.
    """

    session: DeskSession | None
    scope: GroupScope
    choices: tuple[str, ...]
    chosen: str | None
    begun: bool
    hidden: bool


def _find_visit(unit: Unit, source: DeskSource, page: Page, request: Request, token: str) -> _Visit:
    session = find_session(unit, source, request, token)
    found: UserScope | None = None
    if session is not None:
        session, found = scope_session(unit, session)
    scope = scope_of_nobody(unit) if found is None else found.scope
    return _Visit(
        session=session,
        scope=scope,
        choices=found.choices if found is not None and len(found.choices) > 1 else (),
        chosen=None if found is None else found.chosen,
        begun=session is not None or unit.users.has_any(),
        hidden=hides_path(unit, source.wired.catalog, scope, page.path, request.path_params),
    )


def _is_signed_in(source: DeskSource, request: Request) -> bool:
    token = read_session_cookie(source, request)
    with source.store.reading() as unit:
        return find_session(unit, source, request, token) is not None


def _read_form(page: Page, request: Request, body: bytes) -> Form | None:
    """Return the fields of a form, and its files where the page takes some."""
    if page.upload:
        sent = read_upload(body, request.headers.get("content-type", ""))
        if sent is not None:
            texts = {name: (_clean_value(text),) for name, text in sent.values.items()}
            return Form(values=texts, files=sent.files)
    values = _read_values(body[:MAX_FORM].decode("utf-8", "replace"))
    return None if values is None else Form(values=values)


def _read_values(text: str) -> Values | None:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        return None
    values: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        key = name[:100]
        values[key] = (*values.get(key, ()), _clean_value(value))
    return values


def _clean_value(value: str) -> str:
    return value[:MAX_VALUE].replace("\0", "")


def _handle(
    page: Page, source: DeskSource, nav: tuple[Page, ...], request: Request, form: Form
) -> Response:
    token = read_session_cookie(source, request)
    with source.store.reading() as unit:
        visit = _find_visit(unit, source, page, request, token)
    chosen = (
        None if visit.session is None else visit.session.user.language,
        source.wired.catalog.settings.desk.language,
    )
    accepted = request.headers.get("accept-language", "")
    with use_language(choose_language(chosen, accepted)):
        answer = _refuse(page, visit, request, form.values)
        if answer is None:
            answer = page.handler(_read_request(page, source, request, form, visit, token))
        response = _build_response(answer, visit, nav, page, note=source.note)
    if answer.signed_in is not None:
        set_session_cookie(source, response, answer.signed_in)
    if answer.attempt is not None:
        set_attempt_cookie(source, response, answer.attempt)
    return response


def _read_request(
    page: Page, source: DeskSource, request: Request, form: Form, visit: _Visit, token: str
) -> PageRequest:
    given = form.values if page.method == "POST" else (_read_values(request.url.query) or {})
    return PageRequest(
        source=source.within(visit.scope),
        session=visit.session,
        values={name: values[-1] for name, values in given.items()},
        lists=given,
        path={name: str(value) for name, value in request.path_params.items()},
        client=find_client(request),
        home=find_home(source, request),
        token=token or None,
        files=form.files,
        attempt=read_attempt_cookie(source, request),
        groups=visit.choices,
    )


def _refuse(page: Page, visit: _Visit, request: Request, form: Values) -> PageResponse | None:
    """Return the response that refuses a request; None where it is allowed."""
    if not visit.begun and not is_local(request):
        return PageResponse(template="closed.html", status=404)
    if page.method == "POST" and not _is_from_the_desk(request, visit.session, form):
        return PageResponse(
            template="refused.html",
            status=403,
            values={"why": _("This form came from another page, or your session has ended.")},
        )
    if page.role is not None:
        refusal = _refuse_role(page, page.role, visit.session, request)
        if refusal is not None:
            return refusal
    return not_found(_("There is nothing of this name.")) if visit.hidden else None


def _refuse_role(
    page: Page, role: Role, session: DeskSession | None, request: Request
) -> PageResponse | None:
    if session is None:
        if page.method == "POST":
            return PageResponse(redirect="/sign-in")
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return PageResponse(redirect=f"/sign-in?next={quote(back, safe='')}")
    if session.user.role.includes(role):
        return None
    why = _(
        "This page is for the role %(needed)s; yours is %(own)s.",
        needed=_(str(role)),
        own=_(str(session.user.role)),
    )
    return PageResponse(template="refused.html", status=403, values={"why": why})


def _is_from_the_desk(request: Request, session: DeskSession | None, form: Values) -> bool:
    if not is_same_origin(request):
        return False
    if session is None:
        return True
    csrf = form.get("csrf", ("",))[-1]
    return hmac.compare_digest(csrf.encode(), session.csrf.encode())


def _build_response(
    answer: PageResponse,
    visit: _Visit,
    nav: tuple[Page, ...],
    page: Page,
    *,
    note: str,
) -> Response:
    if answer.provider is not None:
        return RedirectResponse(answer.provider, status_code=303, headers=HEADERS)
    if answer.redirect is not None:
        return RedirectResponse(safe_path(answer.redirect), status_code=303, headers=HEADERS)
    if answer.download is not None:
        return _download(answer.download)
    if answer.framed is not None:
        framed = {"Content-Security-Policy": answer.framed.policy, "X-Frame-Options": "SAMEORIGIN"}
        return HTMLResponse(answer.framed.html, answer.status, headers=HEADERS | framed)
    session = visit.session
    role = None if session is None else session.user.role
    common: dict[str, Any] = {
        "session": session,
        "csrf": "" if session is None else session.csrf,
        "nav": [p for p in nav if role is not None and role.includes(p.role or Role.READER)],
        "here": page.path,
        "begun": visit.begun,
        "note": note,
        "groups": visit.choices,
        "group": visit.chosen,
        "sees_all": role is Role.OPERATOR,
    }
    zone = None if session is None else session.user.timezone
    text = render.render_template(answer.template, {**common, **answer.values}, zone)
    headers = HEADERS
    if answer.frames:
        policy = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
        headers = HEADERS | {"Content-Security-Policy": policy}
    return HTMLResponse(text, answer.status, headers=headers)


def _download(download: Download) -> Response:
    name = quote(download.name, safe="")
    headers = {
        "Content-Type": download.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    }
    return Response(download.body, headers=HEADERS | headers)


def safe_path(target: str) -> str:
    """Return a path of the desk to redirect to; `/` for addresses elsewhere."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(ord(character) <= 32 or character == "\\" for character in target):
        return "/"
    return target
