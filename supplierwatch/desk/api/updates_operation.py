"""Describes the stream of updates in OpenAPI; it answers no JSON, and so is no `Endpoint`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PATH = "/updates"
MEDIA_TYPE = "text/event-stream"
OPERATION: Mapping[str, Any] = {
    "operationId": "updates",
    "summary": "Server-sent events: one for each time that there are new mentions",
    "description": "Role reader; scope of a token: read. The id of an event is that of the newest "
    "mention. The stream ends within a minute; a client that connects again with `Last-Event-ID` "
    "misses nothing.",
    "parameters": [
        {
            "name": "seen",
            "in": "query",
            "description": "The id of the newest mention that the client knows; without it, later "
            "mentions alone are told.",
            "required": False,
            "schema": {"type": "integer", "minimum": 0},
            "example": 17,
        },
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The id of the last event that was received; it goes before `seen`.",
            "required": False,
            "schema": {"type": "integer", "minimum": 0},
            "example": 17,
        },
    ],
    "responses": {
        "200": {
            "description": "Events of the type `mentions`.",
            "content": {
                MEDIA_TYPE: {
                    "schema": {"type": "string"},
                    "example": 'id: 18\nevent: mentions\ndata: {"newest": 18}\n\n',
                }
            },
        },
        **{
            code: {"$ref": f"#/components/responses/{code}"}
            for code in ("401", "403", "405", "503")
        },
    },
}
