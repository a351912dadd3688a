"""A tab of the browser that fails for what a page must not do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response

LOOPBACK = ("127.", "localhost")


@dataclass(slots=True, kw_only=True)
class Tab:
    """A page with what it asked for and what went wrong in it.

    `troubles`: errors of scripts, of the console (a violation of the policy for content is one),
    and requests that left this machine.
    """

    page: Page
    troubles: list[str] = field(default_factory=list)
    files: list[Response] = field(default_factory=list)  # scripts and style sheets
    expected: set[int] = field(default_factory=set)  # states of answers that a test asks for

    def watch(self) -> None:
        """Write down what happens in the page from now on."""
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.on("request", lambda request: self._see(request.url))
        self.page.on("response", lambda response: self._keep(response))

    def _hear(self, kind: str, text: str) -> None:
        if any(f"status of {state} " in text for state in self.expected):
            return
        if kind in ("error", "warning"):
            self.troubles.append(f"console: {text}")

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and not (parts.hostname or "").startswith(LOOPBACK):
            self.troubles.append(f"leaves this machine: {url}")

    def _keep(self, response: Response) -> None:
        if response.request.resource_type in ("script", "stylesheet"):
            self.files.append(response)

    def weigh(self, kind: str) -> int:
        """Return the bytes of all files of a kind, `script` or `stylesheet`."""
        those = [each for each in self.files if each.request.resource_type == kind]
        return sum(len(each.body()) for each in those)


@contextmanager
def open_tab(
    chromium: Browser,
    *,
    cookies: Sequence[dict[str, Any]] = (),
    width: int = 1280,
    scripts: bool = True,
) -> Iterator[Tab]:
    """Open a tab with cookies of its own, and fail for its troubles at the end."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
        locale="en-GB",
        reduced_motion="reduce",  # what has the focus is in sight at once
    )
    context.set_default_timeout(60_000)  # a busy machine is slow
    context.add_cookies(cast("Any", list(cookies)))
    tab = Tab(page=context.new_page())
    tab.watch()
    try:
        yield tab
    finally:
        context.close()
    assert not tab.troubles, tab.troubles
