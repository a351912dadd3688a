"""What may stand in XML at all (XML 1.0, 2.2); escaping is the writer's business."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """A text without the characters that no XML may have."""
    return _NOT_XML.sub("", text)
