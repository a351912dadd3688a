"""Exceptions of the crawler.

CrawlerError
  NotAFeed         the document is not a feed or listing
  Unreadable       a page has no article that can be read
    RecurringText  its text also appears on other pages of the site
  OverLimit        reading exceeded its time or memory limit, or crashed
  ReaderFailed     a reader raised an unexpected exception
"""

from __future__ import annotations

from storage.model import AsideBlock


class CrawlerError(Exception):
    """Base class of the crawler's exceptions."""


class NotAFeed(CrawlerError):
    """The document is not a feed or listing; `reason` says what it is or lacks."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(CrawlerError):
    """A page has no article that can be read.

    `lasting`: trying again is useless until the publisher replaces the file. `asides`: the text
    that was found on the page.
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting
        self.asides: tuple[AsideBlock, ...] = ()


class RecurringText(Unreadable):
    """The text in the position of an article also appears on other pages of its site.

    `text`: the text that was read; stored items with the same text have no article either.
    """

    def __init__(self, reason: str, *, text: str = "") -> None:
        super().__init__(reason)
        self.text = text


class OverLimit(CrawlerError):
    """Reading exceeded its time or memory limit, or crashed the process."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReaderFailed(CrawlerError):
    """A reader raised an unexpected exception; the message has the error and its location."""
