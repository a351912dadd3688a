"""Checks an ID token: signature and claims (OpenID Connect Core 1.0, 3.1.3.7). Pure.

Only asymmetric algorithms are taken: `none` is no signature, and by HS256 a public key could be
used as the secret.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import to_bytes

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
MAX_TOKEN = 32_768  # characters
MAX_KEYS = 100
MAX_SUBJECT = 255  # characters (OpenID Connect Core 1.0, 2)
MAX_AGE = 600  # seconds since it was made
LEEWAY = 60  # seconds that two clocks may differ
_KEYS: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
Key = RSAKey | ECKey | OKPKey


class TokenInvalid(Exception):
    """Raised for an invalid ID token; says why."""


class KeyUnknown(TokenInvalid):
    """Raised where no key of the provider has the id that a token names: it may be a new one."""


def check_id_token(
    token: str,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Return the claims of an ID token.

    Args:
        token: in compact form.
        keys: the provider's keys (RFC 7517).
        issuer: who must have made it.
        client_id: for whom it must be.
        nonce: of the attempt that it must answer.
        now: the time.

    Raises:
        KeyUnknown: no key has the id that it names.
        TokenInvalid: anything else is wrong.
    """
    if len(token) > MAX_TOKEN:
        raise TokenInvalid("it is too long")
    claims = _verify(token, keys)
    _check_audience(claims, client_id)
    if claims.get("iss") != issuer:
        raise TokenInvalid("it is of another issuer")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise TokenInvalid("its nonce is that of another sign-in")
    _check_times(claims, now.timestamp())
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise TokenInvalid("it names nobody")
    return claims


def _verify(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    try:
        header = jws.extract_compact(to_bytes(token)).headers()
        key = _choose_key(header, keys)
        return dict(jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)
    except TokenInvalid:
        raise
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenInvalid(f"its signature is not valid: {type(error).__name__}") from error


def _choose_key(header: Mapping[str, Any], keys: Mapping[str, Any]) -> Key:
    """Return the key that a token names, or the only one there is for its algorithm.

    Keys in the token itself (`jwk`, `jku`, `x5c`) are ignored.
    """
    if header.get("alg") not in ALGORITHMS:
        raise TokenInvalid(f"it is signed by {str(header.get('alg'))[:20]!r}")
    listed = keys.get("keys")
    usable = [
        each
        for each in (listed if isinstance(listed, list) else [])[:MAX_KEYS]
        if isinstance(each, dict)
        and each.get("kty") in _KEYS
        and each.get("use", "sig") == "sig"
        and each.get("alg", header["alg"]) == header["alg"]
    ]
    if "kid" in header:
        usable = [each for each in usable if each.get("kid") == header["kid"]]
    if not usable:
        raise KeyUnknown("no key of the provider fits it")
    if len(usable) > 1:
        raise TokenInvalid("it does not say by which key it is signed")
    kind: type[RSAKey] | type[ECKey] | type[OKPKey] = _KEYS[usable[0]["kty"]]
    return kind.import_key(usable[0])


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or client_id not in listed:
        raise TokenInvalid("it is for another client")
    if len(listed) > 1 and "azp" not in claims:
        raise TokenInvalid("it is for several clients, and does not say for which it was made")
    if claims.get("azp", client_id) != client_id:
        raise TokenInvalid("it was made for another client")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, made = _read_time(claims, "exp"), _read_time(claims, "iat")
    if now >= ends + LEEWAY:
        raise TokenInvalid("it has expired")
    if not made - LEEWAY <= now <= made + MAX_AGE + LEEWAY:
        raise TokenInvalid("it was made long ago, or is not valid yet")
    if "nbf" in claims and now < _read_time(claims, "nbf") - LEEWAY:
        raise TokenInvalid("it is not valid yet")


def _read_time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid(f"its {name} is no time")
    return value
