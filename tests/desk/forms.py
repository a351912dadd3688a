"""Forms of the desk as a browser fills them in, and what the service does with a changed file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from supplierwatch.service.reload import ConfigWatch
from tests.desk.browser import Browser, Page, RunningDesk


class Form(HTMLParser):
    """Collects the fields of the editor's form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.boxes: set[str] = set()
        self.buttons: list[str] = []
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value") or ""
        if tag == "option" and self._select:
            self.values.setdefault(self._select, given.get("value") or "")
        if tag == "button" and name == "action":
            self.buttons.append(given["value"] or "")
        if tag == "input" and name and name != "everywhere":
            if given.get("type") == "checkbox":
                self.boxes.add(name)
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.values[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            # a browser leaves the first line end out, and sends line ends as CR LF
            text = self.values[self._textarea].removeprefix("\n")
            self.values[self._textarea] = text.replace("\n", "\r\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data


def form_of(page: Page) -> Form:
    """Return the fields of a page."""
    form = Form()
    form.feed(page.text)
    return form


def send(browser: Browser, path: str, page: Page, action: str = "", **changes: str) -> Page:
    """Fill in the form of a page and press a button; an empty change unchecks a box."""
    form = form_of(page)
    values = form.values | changes | ({"action": action} if action else {})
    return browser.ask(path, {k: v for k, v in values.items() if v or k not in form.boxes})


def take_up(desk: RunningDesk) -> None:
    """What the service does by itself every few seconds."""
    watch = ConfigWatch(desk.service, {})
    watch.poll()
    watch.poll()


@contextmanager
def without_rights_of_the_superuser(*theirs: Path) -> Iterator[None]:
    """The superuser may write everywhere: be somebody else, who owns these folders."""
    if os.geteuid() != 0:
        yield
        return
    for folder in theirs:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
