"""Every page of the desk: axe-core in light and dark on phone and screen, and what it weighs."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from supplierwatch.desk import site
from tests.web.demo_desk import DemoDesk
from tests.web.page_addresses import ADDRESSES, ALL, FRAMED, NO_PAGES, REFUSALS, fill_in
from tests.web.tabs import Tab, open_tab

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OPTIONS: dict[str, Any] = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
WIDTHS = (390, 1280)
NARROWEST = 320
MAX_SCRIPT = 60_000  # bytes of one page
MAX_STYLE = 30_000


def test_every_page_of_the_desk_is_looked_at() -> None:
    declared = {page.path for page in site.load_pages() if page.method == "GET"}

    assert declared == ADDRESSES.keys() | NO_PAGES.keys()
    assert set(FRAMED) <= ADDRESSES.keys()


def find_faults(tab: Tab) -> list[str]:
    """Return what axe-core finds, in both schemes at each width, and what is too wide."""
    faults: list[str] = []
    for width in WIDTHS:
        tab.page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            tab.page.emulate_media(color_scheme=scheme)
            found = Axe().run(tab.page, options=OPTIONS)
            if found.violations_count:
                faults.append(f"{width} {scheme}: {found.generate_report()}")
    for width in (NARROWEST, *WIDTHS):
        tab.page.set_viewport_size({"width": width, "height": 900})
        wide = tab.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{wide} px wide on a screen of {width}")
    return faults


@pytest.mark.parametrize("address", ALL)
def test_a_page_meets_wcag_2_2_aa_and_is_light(demo: DemoDesk, demo_tab: Tab, address: str) -> None:
    if address.startswith("/sign-in"):
        demo_tab.page.context.clear_cookies()  # who is signed in is led on
    answer = demo_tab.page.goto(demo.home + fill_in(address, demo))

    assert answer is not None
    assert (answer.status, address) == (200, address)
    assert ("/sign-in" in demo_tab.page.url) == ("/sign-in" in address)
    assert find_faults(demo_tab) == []
    assert 0 < demo_tab.weigh("script") <= MAX_SCRIPT
    assert 0 < demo_tab.weigh("stylesheet") <= MAX_STYLE


@pytest.mark.parametrize(("address", "status"), REFUSALS.items())
def test_a_page_that_says_no_meets_wcag_too(
    demo: DemoDesk, demo_tab: Tab, address: str, status: int
) -> None:
    demo_tab.expected.add(status)
    answer = demo_tab.page.goto(demo.home + address)

    assert answer is not None
    assert answer.status == status
    assert find_faults(demo_tab) == []


@pytest.mark.parametrize("path", FRAMED)
def test_a_document_of_a_frame_is_no_wider_than_a_phone(
    demo: DemoDesk, demo_tab: Tab, path: str
) -> None:
    demo_tab.page.goto(demo.home + fill_in(ADDRESSES[path][0], demo))
    demo_tab.page.set_viewport_size({"width": 390, "height": 900})

    assert demo_tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_without_scripts_is_whole(chromium: Browser, demo: DemoDesk) -> None:
    with open_tab(chromium, cookies=demo.cookies, scripts=False) as tab:
        for address in ALL:
            answer = tab.page.goto(demo.home + fill_in(address, demo))
            assert answer is not None
            assert answer.status == 200, address
            assert tab.page.locator("h1").count() == 1, address
