"""Sign-in by an OpenID Connect provider (OpenID Connect Core 1.0), by code with PKCE."""
