"""Every page and every answer of the API says how it may be used, also where it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from supplierwatch.desk import site
from supplierwatch.desk.api import routing
from tests.desk.api.api_client import client
from tests.desk.browser import Page, RunningDesk, running_desk
from tests.supplierwatch.instance import an_article


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        made.instance.stores(an_article("a1"))
        yield made


def real(path: str) -> str:
    for name, value in {"job": "x", "key": "corvid", "token": "x"}.items():
        path = path.replace(f"{{{name}}}", value)
    return re.sub(r"\{[a-z_]+\}", "1", path)


# messages as their readers see them: styled within, in a frame of the desk, without rights
FRAMED = ("/messages/{number}/shown", "/shown/{job}/{number}")


def check(page: Page, where: object) -> None:
    headers = page.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert not re.search(r"https?:|\*", policy), where
    assert headers["x-content-type-options"] == "nosniff", where
    # forms need their origin; answers of the API have none
    assert headers["referrer-policy"] in ("same-origin", "no-referrer"), where
    assert headers["cross-origin-resource-policy"] == "same-origin", where
    assert headers["cache-control"] in ("no-store", "private, no-cache"), where
    assert "access-control-allow-origin" not in headers, where
    assert "server" not in headers, where


@pytest.mark.parametrize("role", [None, "reader", "operator"], ids=str)
def test_every_page_has_its_headers(desk: RunningDesk, role: str | None) -> None:
    browser = desk.browser(role)
    for page in site.load_pages():
        answer = browser.ask(real(page.path), {} if page.method == "POST" else None)
        if page.path in FRAMED and role == "operator":
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "sandbox;" in policy
            assert "unsafe" not in policy
            continue
        check(answer, (page.method, page.path, role))
        if page.method == "POST" and role is not None:
            assert answer.code == 403, "a form without the token of the session"


def test_every_answer_of_the_api_has_its_headers(desk: RunningDesk) -> None:
    program, nobody = client(desk), desk.browser()
    for endpoint in routing.load_endpoints():
        path = f"/api/v1{real(endpoint.path)}"
        for answer in (
            program.ask(path, method=endpoint.method),
            nobody.ask(path, method=endpoint.method),
            program.ask(f"{path}?no-such-parameter=1"),
        ):
            check(answer, (endpoint.method, path))


def test_no_page_has_a_script_or_style_within_or_from_elsewhere(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    for page in site.load_pages():
        if page.method != "GET" or page.path in FRAMED:
            continue
        text = browser.ask(real(page.path)).text
        where = page.path
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", text), where
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), where
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", text)
        assert [each for each in loaded if not each.startswith("/")] == [], where


@pytest.mark.parametrize("role", [None, "reader"], ids=str)
def test_no_request_leads_to_another_site(desk: RunningDesk, role: str | None) -> None:
    away = "https://evil.example/"
    browser = desk.browser(role)
    asked = "&".join(f"{name}={away}" for name in ("next", "back", "url", "to", "return", "q"))
    for page in site.load_pages():
        if page.method == "GET":
            answer = browser.ask(f"{real(page.path)}?{asked}")
            target = answer.headers.get("location", "/")
            assert target.startswith("/"), page.path
            assert not target.startswith("//"), page.path
