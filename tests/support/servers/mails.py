"""What the mails that a service wrote to files have told."""

from __future__ import annotations

import re
from collections import Counter
from email import message_from_bytes
from email.policy import default

from tests.support.services import Installation


def alerted(place: Installation, about: str = "Halcyon") -> Counter[str]:
    """How often each story of `services.publish` was alerted, by the name of its page."""
    stories: Counter[str] = Counter()
    for path in place.mails:
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        if "alert" in path.name and body is not None:
            stories.update(set(re.findall(rf"/({about}-\d+)\b", body.get_content())))
    return stories
