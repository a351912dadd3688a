"""What a newsroom does on a desk that was just set up, one step after the other, by its pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from tests.desk.browser import PASSWORD

MAX_WAIT = 120.0  # seconds, on a machine that is busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the desk, in a browser of their own."""

    page: Page
    home: str

    def go(self, path: str) -> int:
        """Open a page of the desk; return the status of the answer."""
        answer = self.page.goto(self.home + path)
        assert answer is not None
        return answer.status

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        """The heading of the page that is open."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def press(self, name: str) -> None:
        """Press the first button of a name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link of a name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def wait_for(self, shown: Callable[[], Locator]) -> None:
        """Load the page again until something is shown, as somebody without scripts would."""
        until = time.monotonic() + MAX_WAIT
        while shown().count() == 0:
            assert time.monotonic() < until, self.page.locator("main").inner_text()
            time.sleep(0.3)
            self.page.reload()


def use_first_link(who: Person, link: str, name: str = "ruth") -> None:
    """Follow a link and set a password; a name where it asks for one."""
    who.page.goto(link)
    field = who.page.get_by_label("Name")
    if field.get_attribute("readonly") is None:
        field.fill(name)
    who.page.get_by_label("Password").fill(PASSWORD)
    who.press("Save and sign in")
    who.page.get_by_text(re.compile(f"^{name}, ")).wait_for()


def sign_in(who: Person, name: str) -> None:
    """Sign in as a user who has the password of the tests."""
    who.go("/sign-in")
    who.page.get_by_label("Name").fill(name)
    who.page.get_by_label("Password").fill(PASSWORD)
    who.press("Sign in")


def add_source(who: Person, address: str) -> None:
    """Paste an address, choose the first way to read it, and save."""
    who.go("/sources")
    who.follow("Add a source")
    who.page.get_by_label("Address").fill(address)
    who.press("Examine it")
    use = who.page.get_by_role("link", name="Use this")
    who.wait_for(lambda: use)
    use.first.click()
    who.page.get_by_label("Key", exact=False).first.fill("outlet")
    who.page.get_by_label("Name", exact=False).first.fill("The Outlet")
    who.press("Add")
    assert who.heading == "Saved"


def write_watch(who: Person) -> str:
    """Write a watch, with its preview; return what the preview says."""
    who.go("/watches")
    who.follow("Write a new watch")
    who.page.get_by_label("Key", exact=False).first.fill("halcyon")
    who.page.get_by_label("Label", exact=False).first.fill("Halcyon at the trusts")
    who.page.get_by_label("Query", exact=True).fill('"halcyon health"')
    who.press("Preview")
    preview = who.page.get_by_role("region", name="Preview").inner_text()
    who.press("Save")
    assert who.heading == "Saved"
    return preview


def add_subscription(who: Person) -> None:
    """Tell somebody of every watch each morning."""
    who.go("/subscriptions")
    who.follow("Add a subscription")
    who.page.get_by_label("Key", exact=False).first.fill("morning")
    who.page.get_by_label("Readers", exact=False).first.fill("comms@trust.example")
    who.page.get_by_label("All watches", exact=False).check()
    who.page.get_by_label("When", exact=False).first.fill("daily at 07:30")
    who.press("Preview")
    who.press("Save")
    assert who.heading == "Saved"


def poll_now(who: Person) -> str:
    """Ask for a poll of the source; return what came of it."""
    who.go("/sources/outlet")
    who.press("Poll now")
    done = who.page.get_by_text(re.compile(r"Polled .* new\."))
    who.wait_for(lambda: done)
    return done.inner_text()


def send_digest(who: Person) -> str:
    """Send what is pending; return what the page says of it."""
    who.go("/subscriptions/morning")
    who.press("Send now")
    said = who.page.get_by_text(re.compile(r"1 message|Nothing was pending"))
    who.wait_for(lambda: said)
    return said.first.inner_text()


def story(who: Person, title: str) -> Locator:
    """The story of Today with a headline."""
    return who.page.locator("article.story", has=who.page.get_by_role("link", name=title))


def call_not_relevant(who: Person, title: str, reason: str) -> None:
    """Say of a story that it is not relevant, with the reason."""
    who.go("/")
    story(who, title).get_by_role("link", name="Note, tag, mute").click()
    who.page.get_by_label("Not relevant, because").fill(reason)
    with who.page.expect_response(lambda answer: answer.url.endswith("/team")):
        who.press("Not relevant")


def make_briefing(who: Person, title: str, comment: str) -> None:
    """Put a story into a new briefing, with a comment."""
    who.go("/")
    story(who, title).get_by_role("checkbox", name="Brief").check()
    who.page.get_by_label("Put the ticked stories", exact=False).fill("For the board")
    who.press("Put them in")
    who.page.get_by_label("Comment").first.fill(comment)
    who.press("Save")
    who.follow("As it is printed")


def add_reader(who: Person, name: str) -> str:
    """Add a user who reads only; return the link for their password."""
    who.go("/users")
    form = who.page.locator("form", has=who.page.get_by_role("button", name="Add the user"))
    form.get_by_label("Name").fill(name)
    form.get_by_label("Role").select_option("reader")
    form.get_by_role("button").click()
    return who.page.get_by_role("textbox", name="Link").input_value()
