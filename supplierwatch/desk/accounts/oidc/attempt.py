"""One attempt to sign in: state, nonce and the verifier of PKCE (RFC 7636), kept in a cookie.

The cookie is the browser's own and nothing in it is a secret from that browser; that an attempt
is used once is recorded in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

from config.model import OidcSettings

MAX_TARGET = 1_000  # characters of the page to go on to
_LONGEST = 200  # characters of state, nonce and verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAttempt:
    """What is sent to the provider and has to come back. `target`: the page to go on to."""

    state: str
    nonce: str
    verifier: str
    target: str

    def write(self) -> str:
        """Return the value of the cookie."""
        target = urlsafe_b64encode(self.target.encode()).decode().rstrip("=")
        return ".".join((self.state, self.nonce, self.verifier, target))

    def is_answered_by(self, state: str) -> bool:
        """Return whether an answer of the provider belongs to this attempt."""
        return hmac.compare_digest(self.state.encode(), state.encode())


def begin_attempt(target: str) -> SignInAttempt:
    """Return a new attempt."""
    return SignInAttempt(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        target=target if len(target.encode()) <= MAX_TARGET else "/",
    )


def read_attempt(text: str) -> SignInAttempt | None:
    """Return the attempt of a cookie; None where it has none."""
    parts = text.split(".")
    if len(parts) != 4 or not all(0 < len(part) <= _LONGEST for part in parts[:3]):
        return None
    try:
        target = urlsafe_b64decode(parts[3] + "=" * (-len(parts[3]) % 4)).decode()
    except ValueError:
        return None
    return SignInAttempt(state=parts[0], nonce=parts[1], verifier=parts[2], target=target)


def build_authorization_url(
    endpoint: str, settings: OidcSettings, attempt: SignInAttempt, redirect_uri: str
) -> str:
    """Return the address at the provider at which the user signs in (OpenID Connect, 3.1.2.1)."""
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(settings.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
