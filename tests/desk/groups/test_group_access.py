"""No route shows to the members of one group, or lets them change, what belongs to another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from storage.rules.groups import scope_of_group
from supplierwatch.desk.api import endpoint
from supplierwatch.desk.api.routing import load_endpoints
from tests.desk.account.test_access import LEAST
from tests.desk.api.test_api_access import NEEDS
from tests.desk.browser import Browser, Page
from tests.desk.groups.two_clients import BOTH, OWN, PRESS, SECRETS, TwoClients, two_clients

OPML = b'<opml version="2.0"><body><outline text="Tadpole" xmlUrl="https://t.example/f"/></body></opml>'
OPERATORS = {path for path, least in LEAST.items() if least == "operator"}
NOT_SIGNED_IN = {path for path, least in LEAST.items() if least is None}
# forms of routes without a key in their path that name something of Eastmoor, and what they answer
FORMS: dict[str, tuple[dict[str, str], tuple[int, ...]]] = {
    "/read": ({"newest": "99"}, (303,)),
    "/search/evidence": ({"q": "tadpole"}, (200, 400, 404)),
    "/mutes/end": ({"mute": "{mute}"}, (400,)),
    "/time-zone": ({"zone": "Europe/London"}, (303,)),
    "/group": ({"group": "eastmoor"}, (404,)),
    "/account/language": ({"language": ""}, (303,)),
    "/briefings": ({"title": "Mine", "item": str(OWN)}, (200, 303, 400, 404)),
    "/new-watch": ({"key": "eastmoor-all", "query": "x", "base": "x"}, (409,)),
    "/new-source": ({"address": ""}, (400,)),
    "/new-source/try": ({}, (404,)),
    "/new-source/save": ({"key": "heronsgate-pages"}, (409,)),
    "/opml": ({}, (400,)),
    "/opml/add": ({"job": "{job}"}, (404,)),
    "/new-subscription": ({"key": "eastmoor-daily", "base": "x"}, (409,)),
    "/account/password": ({}, (403,)),
    "/tokens": ({"label": ""}, (400,)),
    "/tokens/revoke": ({"token": "{token}"}, (303,)),
}
NOTHING_ASKED = {"/new-source/choose", "/search/export"}  # without an address and a query
KEYS = {
    "watches": "eastmoor-all",
    "sources": "heronsgate-pages",
    "subscriptions": "eastmoor-daily",
    "suppliers": "corvid",
}


SHARED = (
    *("/", "/?show=all", "/search?q=halcyon", "/search?q=tadpole", "/search/state?q=halcyon"),
    *("/search/export?q=halcyon&form=jsonl", "/search/export?q=halcyon&form=csv"),
    *("/search?q=source%3Aheronsgate", "/search?supplier=corvid", "/?show=tag&tag=tadpole+tag"),
    *(f"/item/{PRESS}", f"/item/{BOTH}", f"/story/{PRESS}", f"/story/{BOTH}"),
    *(f"/item/{PRESS}/say", f"/item/{BOTH}/say", "/suppliers/halcyon", "/watches"),
    *("/suppliers/halcyon/export?form=csv", "/sources/ward-ledger", "/opml/export"),
    *("/watches/halcyon-north", "/subscriptions/north-daily", "/new-subscription"),
)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    with two_clients(tmp_path_factory.mktemp("agency")) as made:
        yield made


@pytest.fixture(scope="module")
def job(clients: TwoClients) -> str:
    """A job that Ben of Eastmoor started."""
    ben = clients.desk.browser("ben")
    page = ben.ask("/opml", {"csrf": ben.ask("/").csrf}, file=("file", OPML))
    found = re.search(r'name="job" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def shown(page: Page, *typed: str) -> str:
    """What a page shows that is Eastmoor's, but for what was typed there."""
    text = unescape(page.text)
    for each in sorted(typed, key=len, reverse=True):
        text = text.replace(each, "") if each else text
    return " ".join(SECRETS.findall(text))


def fill(path: str, clients: TwoClients, job: str = "") -> str:
    """A path that leads to what is Eastmoor's."""
    number = clients.briefing if path.startswith("/briefings") else OWN
    for thing, key in KEYS.items():
        path = path.replace(f"/{thing}/{{key}}", f"/{thing}/{key}")
    path = path.replace("{id}", str(number)).replace("{mark}", str(clients.note))
    return path.replace("{number}", str(number)).replace("{job}", job or "none")


@pytest.mark.parametrize("name", ["anna", "hugh"], ids=["other-client", "default"])
def test_what_is_of_another_group_is_absent(clients: TwoClients, job: str, name: str) -> None:
    browser = clients.desk.browser(name)
    csrf = browser.ask("/").csrf
    wrong = []
    for method, path in sorted(LEAST.keys() - OPERATORS - NOT_SIGNED_IN):
        filled = fill(path, clients, job)
        has_place = filled != path
        values, codes = FORMS.get(path, ({}, ()))
        values = {
            key: value.format(mute=clients.mute, token=clients.token, job=job)
            for key, value in values.items()
        }
        page = browser.ask(filled, {"csrf": csrf} | values if method == "POST" else None)
        where = (method, filled, page.code, page.heading)
        if path == "/shown/{job}/{number}":
            fine = "not kept any more" in page.text
        elif has_place or path in NOTHING_ASKED:
            fine = page.code == 404
        else:
            fine = page.code in (codes if method == "POST" else (200,))
        if not fine or shown(page, *values.values()):
            wrong.append((*where, shown(page, *values.values())))
    assert not wrong, "\n".join(map(str, wrong))


def test_nothing_of_another_group_has_changed(clients: TwoClients, job: str) -> None:
    folder = clients.desk.instance.config
    before = {path.name: path.read_bytes() for path in folder.glob("*.toml")}
    test_what_is_of_another_group_is_absent(clients, job, "anna")
    assert {path.name: path.read_bytes() for path in folder.glob("*.toml")} == before
    store = clients.desk.service.store.within(scope_of_group("eastmoor"))
    with store.reading() as unit:
        ben = unit.users.find_by_name("ben")
        assert ben is not None
        assert len(unit.marks.of_stories([PRESS])[PRESS]) == 3
        assert unit.desk_mutes.of_user(ben.user_id, clients.desk.clock())
        assert unit.tokens.of_user(ben.user_id)
        [found] = unit.briefings.of_user(ben.user_id)
        assert [each.item_id for each in found.entries] == [OWN]


@pytest.mark.parametrize("path", SHARED)
def test_pages_of_what_is_shared_name_nothing_of_another_group(
    clients: TwoClients, path: str
) -> None:
    page = clients.desk.browser("anna").ask(path)
    assert page.code in (200, 303), page.heading
    asked = SECRETS.findall(path)  # the page may repeat what it was asked for
    assert set(SECRETS.findall(unescape(page.text).casefold())) <= set(asked), shown(page)


def ask_api(browser: Browser, method: str, path: str, body: str | None, **headers: str) -> Page:
    sent = headers | ({"Content-Type": "application/json"} if body else {})
    return browser.ask(
        f"/api/v1{path}", method=method, headers=sent, body=body.encode() if body else None
    )


# bodies that name something of Eastmoor; the others are those of the documentation
BODIES = {
    ("POST", "/mutes"): {"kind": "watch", "watch": "eastmoor-all", "days": 7},
    ("POST", "/watches"): {"key": "eastmoor-all", "query": "x"},
    ("POST", "/watch-previews"): {"key": "eastmoor-all", "query": "x"},
    ("POST", "/sources"): {
        "key": "heronsgate-pages",
        "kind": "feed",
        "url": "https://x.example/feed",
    },
    ("POST", "/subscriptions"): {
        "key": "eastmoor-daily",
        "to": ["anna@northgate.example"],
        "watches": ["eastmoor-all"],
        "cadence": "hourly",
    },
    ("POST", "/tokens"): {"label": "x", "scopes": ["operate"]},
    ("POST", "/source-examinations"): {"source": "heronsgate-pages"},
    ("POST", "/source-discoveries"): {"address": "tadpole://heronsgate.example"},
    ("POST", "/opml"): {"opml": "<tadpole/>"},
}
ABOUT_THE_CALLER = {("POST", "/today/read"), ("PUT", "/me")}
EXAMPLES = Path(endpoint.__file__).parent / "examples"


def body_of(method: str, path: str) -> str | None:
    """The body of a request, in JSON."""
    if (method, path) in BODIES:
        return json.dumps(BODIES[method, path])
    [found] = [one for one in load_endpoints() if (one.method, one.path) == (method, path)]
    return None if found.body is None else (EXAMPLES / found.body_example).read_text("utf-8")


@pytest.mark.parametrize("name", ["anna", "hugh"], ids=["other-client", "default"])
def test_the_api_has_nothing_of_another_group(clients: TwoClients, name: str) -> None:
    headers = {"Authorization": f"Bearer {clients.secret_of(name)}", "If-Match": "*"}
    browser = clients.desk.browser()
    wrong = []
    for (method, path), (least, _) in NEEDS.items():
        if least in (None, "operator") or path == "/updates":
            continue
        filled = fill(path, clients)
        if path == "/mutes/{id}":
            filled = f"/mutes/{clients.mute}"
        if path == "/tokens/{id}":
            filled = f"/tokens/{clients.token}"
        filled += "?q=halcyon" if path.startswith("/search") else ""
        body = body_of(method, path)
        page = ask_api(browser, method, filled, body, **headers)
        absent = "{" in path
        if method == "GET":
            fine = page.code == (404 if absent else 200) and not shown(page)
        elif (method, path) in ABOUT_THE_CALLER:
            fine = page.code == 200 and not shown(page)
        else:
            fine = page.code in ((404,) if absent else (404, 409, 422))
        if not fine:
            wrong.append((method, filled, page.code, page.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))
