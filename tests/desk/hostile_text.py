"""What a stranger could write to be run on a page of the desk, and what of a page would be run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import quote

from supplierwatch.desk import static

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7919*9173 }}"
QUOTED = quote(HOSTILE, safe="")


class RunningMarkup(HTMLParser):
    """Collects what could run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        ours = {
            static.get_address(name)
            for name in ("desk.js", "reading.js", "refresh.js", "updates.js")
        }
        if tag == "script" and given.get("src") not in ours:
            self.found.append(f"script {given}")
        if tag in ("img", "object", "embed") or (tag == "iframe" and "sandbox" not in given):
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "action", "src"):
            if re.match(r"\s*(javascript|data|vbscript):", given.get(name, ""), re.IGNORECASE):
                self.found.append(given[name])
