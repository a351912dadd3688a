"""Checks and stores marks of users on stories, for the pages and the API alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from storage.model import Actor, Change, DeskMute, MarkKind, MuteKind, Role, StoredItem, User
from storage.store import Unit
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import CompiledConfiguration

MAX_NOTE = 2_000  # characters
MAX_REASON = 300
MAX_TAG = 40
MUTE_DAYS = (1, 7, 30, 365)


class MarkRefused(ValueError):
    """Raised for a mark that is refused; says why and what to do."""


def star(unit: Unit, user: User, item: StoredItem, now: datetime, *, on: bool) -> None:
    """Star a story for a user, or take the star back.

    Raises:
        MarkRefused: the story has too many marks.
    """
    if on:
        _add(unit, item, MarkKind.STAR, user, now)
    else:
        unit.marks.end(item.item_id, MarkKind.STAR, user.user_id, now)


def add_note(unit: Unit, user: User, item: StoredItem, text: str, now: datetime) -> None:
    """Add a note to a story.

    Raises:
        MarkRefused: it is empty or too long, or the story has too many marks.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise MarkRefused(_("the note is empty: write something"))
    if len(text) > MAX_NOTE:
        raise MarkRefused(
            _(
                "the note has %(n)s characters: %(most)s are the most",
                n=format_number(len(text)),
                most=format_number(MAX_NOTE),
            )
        )
    _add(unit, item, MarkKind.NOTE, user, now, text=text)


def remove_note(unit: Unit, user: User, item: StoredItem, mark_id: int, now: datetime) -> None:
    """Remove a note: one's own, or as an operator any.

    Raises:
        MarkRefused: there is none of this number, or it is somebody else's.
    """
    notes = unit.marks.of_stories([item.story_id]).get(item.story_id, ())
    note = next((n for n in notes if n.mark_id == mark_id and n.kind is MarkKind.NOTE), None)
    if note is None:
        raise MarkRefused(_("there is no such note any more"))
    if note.user_id != user.user_id and not user.role.includes(Role.OPERATOR):
        raise MarkRefused(
            _("the note is %(name)s's: they or an operator can remove it", name=note.user)
        )
    unit.marks.end(item.item_id, MarkKind.NOTE, user.user_id, now, mark_id=mark_id)


def assign(unit: Unit, user: User, item: StoredItem, name: str, now: datetime) -> None:
    """Assign a story to the user of a name; to nobody with an empty one.

    Raises:
        MarkRefused: there is no such user, or the story has too many marks.
    """
    if not name:
        unit.marks.end(item.item_id, MarkKind.ASSIGNMENT, user.user_id, now)
        return
    assignee = next((each for each in unit.users.colleagues() if each.name == name), None)
    if assignee is None:
        raise MarkRefused(_("there is no user %(name)r who may sign in", name=name[:80]))
    _add(unit, item, MarkKind.ASSIGNMENT, user, now, assignee_id=assignee.user_id)


def tag(unit: Unit, user: User, item: StoredItem, text: str, now: datetime) -> None:
    """Add a tag to a story.

    Raises:
        MarkRefused: the tag is not valid, or the story has too many marks.
    """
    _add(unit, item, MarkKind.TAG, user, now, text=read_tag(text))


def untag(unit: Unit, user: User, item: StoredItem, text: str, now: datetime) -> None:
    """Take a tag off a story."""
    unit.marks.end(item.item_id, MarkKind.TAG, user.user_id, now, text=text)


def mark_irrelevant(
    unit: Unit,
    user: User,
    item: StoredItem,
    watch_key: str,
    reason: str,
    now: datetime,
    watches: Collection[str],
) -> None:
    """Mark a story as not relevant to a watch.

    Raises:
        MarkRefused: the watch is unknown, the reason too long, or the story has too many marks.
    """
    if watch_key not in watches:
        raise MarkRefused(_("there is no watch %(name)r", name=watch_key[:80]))
    reason = " ".join(reason.split())
    if len(reason) > MAX_REASON:
        raise MarkRefused(
            _(
                "the reason has %(n)s characters: %(most)s are the most",
                n=len(reason),
                most=MAX_REASON,
            )
        )
    _add(unit, item, MarkKind.IRRELEVANT, user, now, text=reason, watch_key=watch_key)


def mark_relevant(unit: Unit, user: User, item: StoredItem, watch_key: str, now: datetime) -> None:
    """Take a "not relevant" back, whoever marked it on the desk."""
    unit.marks.end(item.item_id, MarkKind.IRRELEVANT, user.user_id, now, watch_key=watch_key)


def read_tag(text: str) -> str:
    """Return a tag as it is stored: in lower case, with single blanks.

    Raises:
        MarkRefused: it is empty, too long, or has characters that cannot be seen.
    """
    made = " ".join(text.split()).casefold()
    if not made:
        raise MarkRefused(_("the tag is empty: write a word or two"))
    if len(made) > MAX_TAG or not made.isprintable() or "," in made:
        raise MarkRefused(_("a tag has 1 to %(n)s printable characters, and no comma", n=MAX_TAG))
    return made


def mute(
    unit: Unit,
    user: User,
    wired: CompiledConfiguration,
    kind: MuteKind,
    now: datetime,
    *,
    days: int,
    item: StoredItem | None = None,
    watch_key: str = "",
    supplier_key: str = "",
    source_key: str = "",
    subscription_key: str = "",
    actor: Actor,
) -> DeskMute:
    """Mute a story, an outlet, a watch, or a supplier of a watch for a user or a subscription.

    Raises:
        MarkRefused: what is muted is unknown, the user may not, or has muted too much.
    """
    if days not in MUTE_DAYS:
        raise MarkRefused(
            _("something is muted for %(numbers)s days", numbers=", ".join(map(str, MUTE_DAYS)))
        )
    if subscription_key:
        if not user.role.includes(Role.EDITOR):
            raise MarkRefused(_("only an editor mutes something for a whole subscription"))
        if subscription_key not in {each.key for each in wired.catalog.subscriptions}:
            raise MarkRefused(_("there is no subscription %(name)r", name=subscription_key[:80]))
    if kind in ("watch", "supplier") and watch_key not in wired.queries:
        raise MarkRefused(_("there is no watch %(name)r", name=watch_key[:80]))
    if kind == "supplier" and supplier_key not in wired.suppliers:
        raise MarkRefused(_("there is no supplier %(name)r", name=supplier_key[:80]))
    if kind == "outlet" and source_key not in wired.source_names:
        raise MarkRefused(_("there is no source %(name)r", name=source_key[:80]))
    if kind == "story" and item is None:
        raise MarkRefused(_("name the story that is muted"))
    made = unit.desk_mutes.add(
        kind,
        user.user_id,
        now,
        until=now + timedelta(days=days),
        subscription_key=subscription_key,
        watch_key=watch_key if kind in ("watch", "supplier") else "",
        supplier_key=supplier_key if kind == "supplier" else "",
        source_key=source_key if kind == "outlet" else "",
        item_id=item.item_id if kind == "story" and item is not None else None,
    )
    if made is None:
        raise MarkRefused(_("you have muted too much: end some of it first"))
    found = find_mute(unit, user, made, now)
    if subscription_key:
        change = Change(
            action="subscription.muted", subject=subscription_key, after=_describe_mute(found)
        )
        unit.audit.record(actor, change, now)
    return found


def end_mute(unit: Unit, user: User, one: DeskMute, now: datetime, *, actor: Actor) -> None:
    """End a mute: one's own, or as an editor one of a subscription.

    Raises:
        MarkRefused: the user may not.
    """
    shared = bool(one.subscription_key) and user.role.includes(Role.EDITOR)
    if one.user_id != user.user_id and not shared:
        raise MarkRefused(_("it is somebody else's"))
    unit.desk_mutes.remove(one.mute_id)
    if one.subscription_key:
        change = Change(
            action="subscription.unmuted",
            subject=one.subscription_key,
            before=_describe_mute(one),
        )
        unit.audit.record(actor, change, now)


def _describe_mute(one: DeskMute) -> str:
    what = {
        "story": f"story {one.story_id}",
        "outlet": f"outlet {one.source_key}",
        "supplier": f"supplier {one.supplier_key} in {one.watch_key}",
        "watch": f"watch {one.watch_key}",
    }[one.kind]
    return f"{what}, until {one.until:%Y-%m-%d}"


def find_mute(unit: Unit, user: User, mute_id: int, now: datetime) -> DeskMute:
    """Return a mute that a user may see.

    Raises:
        MarkRefused: there is none.
    """
    known = (*unit.desk_mutes.of_user(user.user_id, now), *unit.desk_mutes.of_subscriptions(now))
    found = next((each for each in known if each.mute_id == mute_id), None)
    if found is None:
        raise MarkRefused(_("nothing is muted by this number any more"))
    return found


def _add(
    unit: Unit,
    item: StoredItem,
    kind: MarkKind,
    user: User,
    now: datetime,
    *,
    text: str = "",
    watch_key: str = "",
    assignee_id: int | None = None,
) -> None:
    made = unit.marks.add(
        item.item_id,
        kind,
        user.user_id,
        now,
        text=text,
        watch_key=watch_key,
        assignee_id=assignee_id,
    )
    if not made:
        raise MarkRefused(_("this story has too many marks: no more can be added"))
