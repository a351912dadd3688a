"""What can go wrong while telling.

AlertsError
 +-- MessageError              a mail cannot be built from what was given: an address, a header
 +-- UnknownSubscriptionError  a subscription key that is not declared
"""

from __future__ import annotations


class AlertsError(Exception):
    """Any failure of this room."""


class MessageError(AlertsError):
    """A message that cannot be put into a mail; says which part and how to mend it."""


class UnknownSubscriptionError(AlertsError):
    """A subscription that is not declared; says which ones are."""
