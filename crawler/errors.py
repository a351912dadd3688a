"""What can go wrong in the crawler.

CrawlerError
  NotAFeed     what came is not a feed
  Unreadable   a page has no article that can be read
    Junk       what it has stands on other pages of its site too
  OverLimit    reading something took more time or memory than it may, or crashed
  ReaderBroke  code that reads raised what it should not
"""

from __future__ import annotations


class CrawlerError(Exception):
    """Anything that goes wrong in this room."""


class NotAFeed(CrawlerError):
    """What came is not a feed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(CrawlerError):
    """A page has no article that can be read.

    `lasting`: nor will it have one until the publisher puts another file in its place.
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting


class Junk(Unreadable):
    """What stands in an article's place stands on other pages of its site too.

    `text`: what was read, where items that were stored with the same text are junk as well.
    """

    def __init__(self, reason: str, *, text: str = "") -> None:
        super().__init__(reason)
        self.text = text


class OverLimit(CrawlerError):
    """Reading something took more time or memory than it may, or crashed the process."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReaderBroke(CrawlerError):
    """Code that reads raised what it should not; the message has the error and where it was."""
