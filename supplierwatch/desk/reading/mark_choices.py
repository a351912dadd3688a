"""Choices in the forms about stories: users, watches, subscriptions, tags, spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.proposals.measuring import MIN_UNWANTED
from storage.model import Role
from storage.store import Unit
from supplierwatch.desk.page import PageRequest
from supplierwatch.desk.reading.mark_requests import MAX_NOTE, MAX_REASON, MAX_TAG, MUTE_DAYS

MAX_PEOPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChoices:
    """What may be chosen. `watches` maps keys to labels; `may_edit`: the user is an editor.

    `often_irrelevant` are the watches with enough stories that are not relevant to propose changes.
    """

    people: tuple[str, ...]
    watches: Mapping[str, str]
    subscriptions: tuple[str, ...]
    suppliers: Mapping[str, str]
    tags: tuple[str, ...]
    may_edit: bool
    often_irrelevant: frozenset[str] = frozenset()
    mute_days: tuple[int, ...] = MUTE_DAYS
    max_note: int = MAX_NOTE
    max_tag: int = MAX_TAG
    max_reason: int = MAX_REASON


def read_choices(unit: Unit, request: PageRequest) -> MarkChoices:
    """Return the choices in the forms of a page for its user."""
    context = request.source.context
    people = [user.name for user in unit.users.colleagues()]
    may_edit = request.user.role.includes(Role.EDITOR)
    often = unit.judgements.often_unwanted(MIN_UNWANTED) if may_edit else frozenset()
    return MarkChoices(
        people=tuple(people[:MAX_PEOPLE]),
        watches={key: words.label for key, words in context.names.watches.items()},
        subscriptions=tuple(each.key for each in request.source.wired.catalog.subscriptions),
        suppliers=context.supplier_names,
        tags=tuple(tag for tag, _ in unit.marks.tags()),
        may_edit=may_edit,
        often_irrelevant=often,
    )
