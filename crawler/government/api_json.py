"""Parses the JSON objects that the APIs of GOV.UK and Parliament return. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crawler.errors import NotAFeed
from crawler.tenders.ocds import decode_json


def parse_object(body: bytes) -> Mapping[str, Any]:
    """Parse a body as a JSON object.

    Raises:
        NotAFeed: it is not JSON, or JSON of another type.
    """
    try:
        parsed = json.loads(decode_json(body))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"not valid JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise NotAFeed("JSON, but not an object")
    return parsed
