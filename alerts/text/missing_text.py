"""Words the reasons why an item has only a headline and a teaser. Pure."""

from __future__ import annotations

from http import HTTPStatus

NOT_SHOWN = "not-shown"  # an item that could not be rendered (see `alerts.dispatch.composition`)
_WORDS = {
    NOT_SHOWN: "this item could not be shown in full, and the operator has been told",
    "challenge": "its site asks visitors to prove that they are no robot",
    "damaged": "what the site sent is damaged",
    "row-damaged": "what is stored of it is damaged",
    "encrypted": "the document is locked with a password",
    "no-page": "it has no page of its own",
    "reader-error": "its page could not be read",
    "redirect-loop": "its page leads in a circle",
    "robots": "the site's robots.txt does not allow it",
    "scanned": "the document is scanned pictures of pages, without text",
    "timeout": "its site did not answer in time",
    "tls": "its site's certificate is not in order",
    "too-large": "its page is too large",
}
_REFUSALS = {
    401: "its page asks for a login",
    402: "its page asks for payment",
    403: "its site refused the page",
    404: "its page is not there",
    410: "its page was taken down",
    429: "its site asked to be left alone for a while",
    451: "its page is withheld for legal reasons",
}


def why_thin(reason: str | None) -> str:
    """Word a reason as part of a sentence; an unknown code is returned unchanged.

    Args:
        reason: `StoredItem.thin_reason`, set by the crawler: a code such as `http-402`, or words.
    """
    if not reason:
        return "its page could not be read"
    if reason in _WORDS:
        return _WORDS[reason]
    name, _, number = reason.partition("-")
    if name == "http" and number.isdigit():
        return _describe_status(int(number))
    return reason


def _describe_status(status: int) -> str:
    if status in _REFUSALS:
        return f"{_REFUSALS[status]} (HTTP {status})"
    try:
        phrase = HTTPStatus(status).phrase.lower()
    except ValueError:
        phrase = "an answer that nobody knows"
    return f"its site answered: {phrase} (HTTP {status})"
