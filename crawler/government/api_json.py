"""Parses the JSON objects that the APIs of GOV.UK and Parliament return. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.errors import NotAFeed
from crawler.tenders.ocds import decode_json
from crawler.text.tolerant_json import loads


def parse_object(body: bytes) -> Mapping[str, Any]:
    """Parse a body as a JSON object; invalid numbers and what is nested too deeply become None.

    Raises:
        NotAFeed: it is not JSON, or JSON of another type.
    """
    try:
        parsed = loads(decode_json(body))
    except ValueError as error:
        raise NotAFeed(f"not valid JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise NotAFeed("JSON, but not an object")
    return parsed
