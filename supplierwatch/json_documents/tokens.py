"""Personal tokens for the API: the entries of `user token --json`, without the secret."""

from __future__ import annotations

from storage.model import ApiToken
from supplierwatch.formatting.times import iso


def token_json(token: ApiToken) -> dict[str, object]:
    """Return a token as JSON-ready values."""
    return {
        "id": token.token_id,
        "label": token.label,
        "scopes": sorted(str(scope) for scope in token.scopes),
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
    }
