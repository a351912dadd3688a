"""The errors that `alerts` raises.

AlertsError
 +-- MessageError              a mail cannot be built: an invalid address or header
 +-- UnknownSubscriptionError  a subscription key that is not declared
"""

from __future__ import annotations


class AlertsError(Exception):
    """Base class of the errors of this package."""


class MessageError(AlertsError):
    """A message cannot be built; the text names the invalid part and the fix."""


class UnknownSubscriptionError(AlertsError):
    """A subscription is not declared; the text lists those that are."""
