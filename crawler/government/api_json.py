"""Reads the JSON objects that APIs of government and Parliament answer. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crawler.errors import NotAFeed
from crawler.tenders.ocds import decode_json


def parse_object(body: bytes) -> Mapping[str, Any]:
    """Parse a body as a JSON object.

    Raises:
        NotAFeed: it is no JSON, or JSON of another type.
    """
    try:
        parsed = json.loads(decode_json(body))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"no JSON that can be read: {error}") from error
    if not isinstance(parsed, dict):
        raise NotAFeed("JSON, but no object")
    return parsed
