"""Handles the links in messages: mute, unsubscribe, mark as not relevant."""

from __future__ import annotations

import logging

from alerts.digest.reader_links import Control, read_token
from alerts.dispatch.cut import operator_message
from alerts.dispatch.reader_actions import Standing, carry_out, standing, take_back
from supplierwatch.service.service import Service

log = logging.getLogger(__name__)


class ReaderRequestHandler:
    """Verifies the tokens of links and does what they ask for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def look(self, token: str) -> Standing | None:
        """Return what a link concerns; None for an invalid token. Changes nothing."""
        service = self._service
        with service.store.reading() as unit:
            key = unit.controls.key()
            control = None if key is None else read_token(token, key)
            if control is None:
                return None
            return standing(unit, control, service.in_force.context, service.clock())

    def apply(self, token: str, *, undo: bool) -> Standing | None:
        """Do or undo what a link asks for; returns the new state, None for an invalid token.

        The operator gets a mail about who unsubscribed: the address is still in the configuration.
        """
        service, now = self._service, self._service.clock()
        context = service.in_force.context
        with service.store.transaction() as unit:
            key = unit.controls.key()
            control = None if key is None else read_token(token, key)
            if control is None or standing(unit, control, context, now) is None:
                return None
            ended = False
            if undo:
                take_back(unit, control, now)
            else:
                ended = carry_out(unit, control, now)
            stands = standing(unit, control, context, now)
        log.info(
            "reader.%s action=%s subscribers=%s watch=%s item=%s",
            "undid" if undo else "asked",
            control.action,
            ",".join(map(str, control.subscriber_ids)),
            control.watch_key,
            control.item_id,
        )
        if control.action == "end":
            service.audience_changed()
        if ended and stands is not None:
            self._tell_operator(control, stands)
        return stands

    def _tell_operator(self, control: Control, stands: Standing) -> None:
        service, now = self._service, self._service.clock()
        who, what = ", ".join(stands.recipients), ", ".join(stands.subscriptions)
        ids = ".".join(map(str, control.subscriber_ids))
        operator_message(
            service.store,
            service.in_force.context,
            f"unsubscribed:{ids}:{now:%Y-%m-%dT%H:%M}",
            f"{who} has unsubscribed from {what}",
            [
                f"{who} followed the link to unsubscribe from {what}, and is told no more of it.",
                "Nothing is to be done. To tidy up, take the address out of subscriptions.toml; "
                "where it was a mistake, take it out, let the service read the file, and put it "
                "in again.",
                "`supplierwatch readers` lists everybody who has unsubscribed.",
            ],
            now,
        )
