"""Recognises sentences that are navigation or advertisements, not evidence of an article. Pure."""

from __future__ import annotations

import re

MAX_NAVIGATION = 200  # characters; a longer sentence is one
MAX_LABEL_WORDS = 6  # of a line without an end that is taken for a heading or a link
_LEADS = re.compile(
    r"\W{0,3}(?:read (?:more|next|also|now|the full)\b|see also\b|also (?:read|on|see)\b"
    r"|related (?:articles?|stories|story|news|content|posts?|links?|topics?)\b|related ?:"
    r"|more (?:on|from|about|stories|news)\b|most (?:read|popular)\b|in other news\b"
    r"|you (?:may|might) (?:also )?(?:like|be interested)|recommended(?: for you|:)"
    r"|trending(?: now|:)|latest (?:news|on)\b|don['’]t miss\b|up next\b"
    r"|(?:next|previous) (?:article|story|post)\b|click (?:here|to)\b|tap (?:here|to)\b"
    r"|find out more\b|learn more\b|discover (?:how|more)\b|sign up\b|subscribe\b"
    r"|register (?:now|for|here)\b|join (?:us|our)\b|follow (?:us|our|@)|share (?:this|on)\b"
    r"|download (?:our|the|your|now)\b|book (?:now|a demo|your)\b|request a demo\b"
    r"|get (?:the|our|your) (?:free|latest|newsletter)|watch (?:now|the webinar|our)\b"
    r"|advertis(?:ement|ing feature)\b|advert(?:orial)?:|advertorial\b"
    r"|(?:sponsored|promoted|partner|paid)(?: by| content| posts?| feature|:)"
    r"|in association with\b|brought to you by\b|tags? ?:|topics? ?:|filed under\b|categories ?:"
    r"|home ?[>»/|])",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:sign up (?:for|to) (?:our|the)|subscribe (?:to (?:our|the)|now|today)|click here"
    r"|our (?:free )?newsletter|book (?:a|your) (?:free )?(?:demo|place|ticket)s?"
    r"|register (?:now|today)|limited offer|free trial|use code"
    r"|read more(?: (?:here|about|at|on)| ?[:>»→]|$))",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s[|»›>•·/]\s|[|»›]")
_ENDED = re.compile(r"[.!?…。！？:;)\]]\s*+$")
_QUOTES = re.compile('["“”„«»]')


def is_navigation(sentence: str) -> bool:
    """Return whether a sentence leads elsewhere, advertises, or is a label of the page."""
    text = sentence.strip()
    if len(text) > MAX_NAVIGATION:
        return False
    if _LEADS.match(text) or _ASKS.search(text):
        return True
    if len(_SEPARATOR.findall(text)) >= 2:
        return True
    if _ENDED.search(text) or _QUOTES.search(text):
        return False
    return len(text.split()) <= MAX_LABEL_WORDS
