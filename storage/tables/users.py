"""Tables of the users of the desk."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from storage.engine.column_types import CleanText, UtcDateTime
from storage.tables.columns import Hash, Id, metadata

desk_user = Table(
    "desk_user",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", CleanText, nullable=False, unique=True),
    Column("role", CleanText, nullable=False),
    Column("email", CleanText),
    Column("password_hash", CleanText),  # argon2id, in its PHC string; None until one is set
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("seen_mention_id", Id, nullable=False),
    Column("seen_at", UtcDateTime),  # when they last marked all as read
    Column("timezone", CleanText),  # in which times are shown; None for that of the machine
    Column("language", CleanText),  # of pages; None for that of the desk or of the browser
    Column("group_key", CleanText),  # which they chose to see; None for the first of theirs
)

desk_session = Table(
    "desk_session",
    metadata,
    Column("token_hash", Hash, primary_key=True),  # of the cookie
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", CleanText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("ix_desk_session_user_id", desk_session.c.user_id)

# links that set a password, each usable once; the first one has no user, and adds one
desk_link = Table(
    "desk_link",
    metadata,
    Column("token_hash", Hash, primary_key=True),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# users by their subject at an OpenID Connect provider, where names and addresses may change
desk_identity = Table(
    "desk_identity",
    metadata,
    Column("issuer", CleanText, primary_key=True),
    Column("subject", CleanText, primary_key=True),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_desk_identity_user_id", desk_identity.c.user_id)

# states of sign-ins by a provider that were used, so that none is used twice
desk_used_state = Table(
    "desk_used_state",
    metadata,
    Column("state_hash", Hash, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# personal tokens for the API
desk_token = Table(
    "desk_token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_hash", Hash, nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("label", CleanText, nullable=False),
    Column("scopes", CleanText, nullable=False),  # separated by blanks
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("group_key", CleanText),  # which it sees; None for what its user sees without a choice
)
Index("ix_desk_token_user_id", desk_token.c.user_id)

# responses to API requests with an Idempotency-Key
desk_answer = Table(
    "desk_answer",
    metadata,
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), primary_key=True),
    Column("key_hash", Hash, primary_key=True),
    Column("request_hash", Hash, nullable=False),  # of method, path and body
    Column("status", Integer, nullable=False),
    Column("document", CleanText, nullable=False),  # JSON
    Column("location", CleanText),
    Column("expires_at", UtcDateTime, nullable=False),
)

# the audit trail; names are kept when their users are deleted
audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("via", CleanText, nullable=False),  # session, token N, command, link
    Column("client", CleanText, nullable=False),  # address; empty for commands
    Column("action", CleanText, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("before", CleanText, nullable=False),
    Column("after", CleanText, nullable=False),
)
Index("ix_audit_at", audit.c.at)
