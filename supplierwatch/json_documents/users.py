"""Users: the entries of `user --json`."""

from __future__ import annotations

from storage.model import User
from storage.rules.groups import order_groups
from supplierwatch.formatting.times import iso


def user_json(each: User) -> dict[str, object]:
    """Return a user as JSON-ready values, without password hash and identities."""
    return {
        "id": each.user_id,
        "name": each.name,
        "role": str(each.role),
        "email": each.email,
        "groups": list(order_groups(each.groups)),
        "created_at": iso(each.created_at),
        "has_password": each.password_hash is not None,
        "disabled_at": iso(each.disabled_at),
    }
