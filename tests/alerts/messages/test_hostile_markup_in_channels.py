"""Untrusted content is text in what channels are given: no mention and no link but ours."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from alerts.channels.apprise import compose_text
from alerts.channels.kinds import HOOKS
from alerts.messages import render as rendering
from tests.alerts.messages.test_hostile_markup import (
    DRAWN,
    HARMLESS,
    HOSTILE,
    HTML,
    a_text,
    hits_of,
    links,
    one_story,
    payloads,
)
from tests.support.content.hostile import (
    addresses_of,
    assert_web_address,
    elements_of,
    squeezed,
    words_of,
)


@pytest.fixture(autouse=True)
def each_chart_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # nothing that a stranger writes is in it
    monkeypatch.setattr(rendering, "chart", DRAWN)


IN_A_STORY = ("subject", "title", "outlet", "about", "said")


@payloads
@pytest.mark.parametrize("name", HTML)
def test_html_of_a_channel_has_only_the_elements_of_its_template(name: str, payload: str) -> None:
    for rendered, harmless, roles in (
        (one_story(payload), one_story(HARMLESS), IN_A_STORY),
        (
            replace(one_story(payload), stories=()),
            replace(one_story(HARMLESS), stories=()),
            ("subject", "text"),
        ),
    ):
        page = HTML[name](hits_of(name, rendered))
        allowed = elements_of(HTML[name](hits_of(name, harmless)))
        assert elements_of(page) - allowed == set()
        for role in roles:
            assert squeezed(a_text(role, payload)) in words_of(page), role


def said_by_slack(text: str) -> tuple[str, list[str]]:
    """A text as Slack shows it, and the addresses, mentions and commands in it.

    https://docs.slack.dev/messaging/formatting-message-text: what stands between < and > is one.
    """
    special = re.findall(r"<([^<>]*)>", text)
    shown = re.sub(r"<([^<>|]*)\|?([^<>]*)>", r"\2", text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), special


@pytest.mark.parametrize(
    "payload",
    [*HOSTILE.values(), "<!channel>", "<!here|x>", "<@U1>", "<#C1>", "<https://evil.example|x>"],
)
def test_slack_is_given_no_mention_and_no_link_but_ours(payload: str) -> None:
    for rendered, ours, roles in (
        (one_story(payload), "https://outlet.example/1|Ztitle ", IN_A_STORY),
        (replace(one_story(payload), stories=()), None, ("subject", "text")),
    ):
        shown, special = said_by_slack(hits_of("slack", rendered)["text"])
        assert len(special) == (0 if ours is None else 1), special
        assert all(each.startswith(str(ours)) for each in special)
        for role in roles:
            whole = squeezed(a_text(role, payload))
            assert whole in squeezed(shown) or whole.replace("|", "/") in squeezed(shown), role


def markdown_of(card: dict[str, Any]) -> list[str]:
    [attachment] = card["attachments"]
    return [block["text"] for block in attachment["content"]["body"]]


_UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]]")


@pytest.mark.parametrize(
    "payload",
    [
        *HOSTILE.values(),
        "[x](https://evil.example)",
        "\\[x](https://evil.example)",
        "*b* _i_ `c`",
        "![x](https://evil.example/pixel.png)",
        "[x]: https://evil.example",
    ],
)
def test_teams_is_given_no_format_and_no_link_but_ours(payload: str) -> None:
    for rendered, roles in (
        (one_story(payload), IN_A_STORY),
        (replace(one_story(payload), stories=()), ("subject", "text")),
    ):
        blocks = markdown_of(hits_of("teams", rendered))
        shown = []
        for block in blocks:
            ours = re.fullmatch(r"\[(.*)\]\(https://outlet\.example/1\)", block)
            text = block if ours is None else ours[1]
            assert not _UNESCAPED.search(text), block
            shown.append(re.sub(r"\\(.)", r"\1", text))
        for role in roles:
            assert any(squeezed(a_text(role, payload)) in squeezed(each) for each in shown), role


@payloads
@pytest.mark.parametrize("name", ["matrix", "ntfy", "webhook"])
def test_channels_of_plain_text_say_it_as_it_was_written(name: str, payload: str) -> None:
    said = hits_of(name, one_story(payload))
    texts: list[str] = []

    def gather(value: object) -> None:
        if isinstance(value, dict):
            for each in value.values():
                gather(each)
        elif isinstance(value, list):
            for each in value:
                gather(each)
        else:
            texts.append(squeezed(str(value)))

    gather({key: value for key, value in said.items() if key != "formatted_body"})
    for role in IN_A_STORY:
        assert any(squeezed(a_text(role, payload)) in text for text in texts), role


@payloads
def test_apprise_is_given_plain_text(payload: str) -> None:
    said = squeezed(compose_text(one_story(payload)).decode())
    for role in ("subject", "title", "outlet", "about"):
        assert squeezed(a_text(role, payload)) in said, role


@links
@pytest.mark.parametrize("name", sorted(HOOKS))
def test_no_channel_is_given_another_link_than_to_the_web(name: str, link: str) -> None:
    rendered = one_story(HARMLESS, link=link)
    said = hits_of(name, rendered)
    given: list[str] = []
    if name in HTML:
        given += addresses_of(HTML[name](said))
    if name == "slack":
        given += [each.split("|")[0] for each in said_by_slack(said["text"])[1]]
    if name == "teams":
        blocks = markdown_of(said)
        given += [found for block in blocks for found in re.findall(r"\]\(([^()]*)\)$", block)]
        assert not [b for b in blocks if "](" in b and not re.search(r"\]\([^()]*\)$", b)]
    if name == "ntfy" and "click" in said:
        given.append(said["click"])
    if name == "webhook":
        given += [each["link"] for each in said["stories"] if each["link"]]
    if rendered.stories[0].link is not None:
        assert given
    for address in given:
        assert_web_address(address)
