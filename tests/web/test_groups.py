"""Pages of an agency with several groups: the choice of a group is read by all, on every screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from supplierwatch.desk.accounts.cookies import COOKIE
from tests.desk.groups.two_clients import TwoClients, two_clients
from tests.web.tabs import open_tab
from tests.web.test_pages import find_faults

PAGES = {
    "ruth": (  # a member of two groups
        *("/", "/search?q=halcyon", "/item/1", "/watches", "/watches/eastmoor-all", "/new-watch"),
        *("/sources", "/subscriptions", "/suppliers", "/briefings", "/tokens", "/account"),
    ),
    "olive": ("/", "/users", "/sources/heronsgate-pages", "/subscriptions", "/messages"),
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    with two_clients(tmp_path_factory.mktemp("agency")) as made:
        yield made


def home_of(clients: TwoClients) -> str:
    host, port = clients.desk.address
    return f"http://{host}:{port}"


def cookies_of(clients: TwoClients, name: str) -> list[dict[str, str]]:
    value = clients.desk.browser(name).cookies[COOKIE]
    return [{"name": COOKIE, "value": value, "url": home_of(clients)}]


@pytest.mark.parametrize(
    ("name", "address"), [(name, each) for name, some in PAGES.items() for each in some]
)
def test_a_page_with_a_choice_of_groups_meets_wcag(
    chromium: Browser, clients: TwoClients, name: str, address: str
) -> None:
    with open_tab(chromium, cookies=cookies_of(clients, name)) as tab:
        answer = tab.page.goto(home_of(clients) + address)
        assert answer is not None
        assert answer.status == 200
        assert tab.page.locator(".groups select").count() == 1
        assert find_faults(tab) == []


def test_a_group_is_chosen_and_stays_chosen(chromium: Browser, clients: TwoClients) -> None:
    with open_tab(chromium, cookies=cookies_of(clients, "ruth")) as tab:
        page: Page = tab.page
        page.goto(f"{home_of(clients)}/watches")
        for group, seen, hidden in (
            ("eastmoor", "eastmoor-all", "halcyon-north"),
            ("northgate", "halcyon-north", "eastmoor-all"),
        ):
            page.locator(".groups select").select_option(group)
            page.locator(".groups button").click()
            page.goto(f"{home_of(clients)}/watches")
            assert page.locator(".groups select").input_value() == group
            assert page.get_by_role("link", name=seen, exact=True).count() == 1
            assert page.get_by_role("link", name=hidden, exact=True).count() == 0
