"""The switch at the top of each page: which of their groups a user sees."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _


def choose(request: PageRequest) -> PageResponse:
    """Show a group of the user from now on; an empty one is all groups, for operators."""
    wanted = request.values.get("group", "")
    if wanted not in request.groups and not (wanted == "" and request.user.role is Role.OPERATOR):
        return not_found(_("You are in no group of this name."))
    with request.source.store.transaction() as unit:
        unit.users.choose_group(request.user.user_id, wanted or None)
    return PageResponse(redirect="/")


PAGES = (Page(path="/group", handler=choose, role=Role.READER, method="POST"),)
