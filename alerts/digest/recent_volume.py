"""Reads the recent volume of stories and the share of voice for the watches of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.digest.anomaly import WEEKS
from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.digest.volume import SHARE_DAYS, SupplierShare, Volume, share_of_voice, volume
from config.model import Subscription
from storage.rules.local_time import local_time, next_day
from storage.store import Unit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentVolume:
    """The volume and share of voice that a digest shows."""

    volume: Volume | None = None
    supplier_shares: tuple[SupplierShare, ...] = ()


def recent_volume(
    unit: Unit,
    context: TellingContext,
    subscriptions: Sequence[Subscription],
    known: SupplierIndex,
    now: datetime,
) -> RecentVolume:
    """Read the volume and the share of voice for the watches of these subscriptions.

    `known` caches the suppliers of items from call to call.
    """
    keys = list(dict.fromkeys(key for s in subscriptions for key in context.watch_keys(s)))
    zone = ZoneInfo(subscriptions[0].timezone)
    found = unit.volumes.list_mentions(
        keys, now - (WEEKS * 7 + 7) * _DAY, now + timedelta.resolution
    )
    recent = {each.item_id for each in found if each.at >= now - SHARE_DAYS * _DAY}
    return RecentVolume(
        volume=volume(
            found,
            now=now,
            zone=zone,
            since=_first_whole_day(unit, keys, zone),
            weekly=all(s.cadence.kind == "weekly" for s in subscriptions),
        ),
        supplier_shares=share_of_voice(found, known.suppliers(unit, recent, context), now),
    )


def _first_whole_day(unit: Unit, keys: Sequence[str], zone: ZoneInfo) -> date | None:
    """Return the first whole day of the oldest of these watches."""
    begun = unit.watches.activation_times(keys).values()
    return next_day(local_time(min(begun), zone).date()) if begun else None
