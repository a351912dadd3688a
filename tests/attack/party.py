"""A hostile party: a source of its own on a host of its own, well-behaved until it strikes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.support.site import FEED_TYPE, Entry, FakeSite, Reply, answer, feed

Made = Callable[[], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What one source does to us.

    Attributes:
        key: names the source.
        pages: what is served at the paths that its feed then lists, made when it strikes.
        listing: what it answers in place of its feed.
        others: answers at paths that no feed lists (robots.txt, parts of a sitemap).
        before: pages that it shows first and that are told; `pages` of the same path are its edit.
        kind: the kind of the source.
        path: of its listing.
        declared: more lines of its declaration.
    """

    key: str
    pages: Mapping[str, Made] = field(default_factory=dict)
    listing: Made | None = None
    others: Mapping[str, Made] = field(default_factory=dict)
    before: Mapping[str, Made] = field(default_factory=dict)
    kind: str = "feed"
    declared: str = ""
    path: str = "/feed.xml"

    def declaration(self, site: FakeSite, host: str) -> str:
        """Its source in sources.toml."""
        return (
            f'[[source]]\nkey = "{self.key}"\nkind = "{self.kind}"\n'
            f'url = "{site.url(self.path, host=host)}"\n{self.declared}\n'
        )

    def rest(self, site: FakeSite, host: str) -> None:
        """Be well-behaved: list nothing."""
        empty = "<html><body></body></html>"
        if self.kind in ("tenders", "parliament"):
            # no list: one request, while an empty one is asked for window by window
            site.page(self.path, "[]", content_type="application/json", host=host)
        elif self.kind == "feed":
            site.page("/feed.xml", feed([]), content_type=FEED_TYPE, host=host)
        elif self.kind == "sitemap":
            site.page("/feed.xml", "<urlset></urlset>", content_type="text/xml", host=host)
        else:
            site.page("/feed.xml", empty, host=host)
        site.behave("/robots.txt", answer("", content_type="text/plain"), host=host)

    def show(self, site: FakeSite, host: str) -> None:
        """Show what it shows before it strikes."""
        self._serve(site, host, self.before)
        self._list(site, host, self.before)

    def strike(self, site: FakeSite, host: str) -> None:
        """Do what it is here for."""
        self._serve(site, host, self.others)
        self._serve(site, host, self.pages)
        if self.listing is not None:
            site.behave(self.path, self.listing(), host=host)
        else:
            self._list(site, host, self.pages)

    def _serve(self, site: FakeSite, host: str, replies: Mapping[str, Made]) -> None:
        for path, made in replies.items():
            site.behave(path, made(), host=host)

    def _list(self, site: FakeSite, host: str, pages: Mapping[str, Made]) -> None:
        entries = [
            Entry(
                title=f"Halcyon and {self.key} {number}",
                link=site.url(path, host=host),
                guid=f"{self.key}{path}",
            )
            for number, path in enumerate(pages)
        ]
        site.page("/feed.xml", feed(entries), content_type=FEED_TYPE, host=host)


def page(body: Callable[[], str | bytes], **more: object) -> Made:
    """A page that is made when it is needed."""
    return lambda: answer(body(), **more)  # type: ignore[arg-type]


def each_of(parties: Sequence[Party]) -> pytest.MarkDecorator:
    """Return the mark that runs a test with each party, named by its key."""
    return pytest.mark.parametrize("party", parties, ids=[party.key for party in parties])
