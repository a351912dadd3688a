"""Handles the links in messages: mute, unsubscribe, mark as not relevant."""

from __future__ import annotations

import logging

from alerts.digest.reader_links import Control, read_token
from alerts.dispatch.cut import operator_message
from alerts.dispatch.reader_actions import LinkState, apply_action, read_link_state, undo_action
from supplierwatch.service.service import Service

log = logging.getLogger(__name__)


class ReaderRequestHandler:
    """Verifies the tokens of links and does what they ask for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self, token: str) -> LinkState | None:
        """Return what a link concerns; None for an invalid token. Changes nothing."""
        service = self._service
        with service.store.reading() as unit:
            key = unit.reader_requests.link_key()
            control = None if key is None else read_token(token, key)
            if control is None:
                return None
            return read_link_state(unit, control, service.in_force.context, service.clock())

    def apply(self, token: str, *, undo: bool) -> LinkState | None:
        """Do or undo what a link asks for; returns the new state, None for an invalid token.

        The operator gets a mail when somebody unsubscribes: the address stays configured.
        """
        service, now = self._service, self._service.clock()
        context = service.in_force.context
        with service.store.transaction() as unit:
            key = unit.reader_requests.link_key()
            control = None if key is None else read_token(token, key)
            if control is None or read_link_state(unit, control, context, now) is None:
                return None
            ended = False
            if undo:
                undo_action(unit, control, now)
            else:
                ended = apply_action(unit, control, now)
            state = read_link_state(unit, control, context, now)
        log.info(
            "reader.%s action=%s subscribers=%s watch=%s item=%s",
            "undone" if undo else "done",
            control.action,
            ",".join(map(str, control.subscriber_ids)),
            control.watch_key,
            control.item_id,
        )
        if control.action == "end":
            service.reload_subscribers()
        if ended and state is not None:
            self._notify_operator(control, state)
        return state

    def _notify_operator(self, control: Control, state: LinkState) -> None:
        service, now = self._service, self._service.clock()
        who, what = ", ".join(state.recipients), ", ".join(state.subscriptions)
        ids = ".".join(map(str, control.subscriber_ids))
        operator_message(
            service.store,
            service.in_force.context,
            f"unsubscribed:{ids}:{now:%Y-%m-%dT%H:%M}",
            f"{who} has unsubscribed from {what}",
            [
                f"{who} followed the link to unsubscribe from {what}, and gets no more messages "
                "from it.",
                "You need not do anything. To tidy up, remove the address from "
                "subscriptions.toml. If it was a mistake, remove the address, let the service "
                "read the file, and add it again.",
                "`supplierwatch readers` lists everybody who has unsubscribed.",
            ],
            now,
        )
