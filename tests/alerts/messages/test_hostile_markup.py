"""Untrusted content is text in every message: no element, attribute or address is theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from alerts.channels.kinds import HOOKS
from alerts.digest.digest import Digest, MutedWatchNote, build_digest, entries_of
from alerts.digest.entry import Names, WatchWords
from alerts.digest.reader_links import ReaderLinks
from alerts.digest.volume import Bar, SupplierShare, Volume
from alerts.digest.welcome_content import SubscriptionPlan, Welcome
from alerts.messages import render as rendering
from alerts.messages.alarm import Alarm
from alerts.messages.chart import chart
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, render, render_alarm, render_note, render_welcome
from storage.crawling.coverage import BlindSource
from storage.model import Carrier, ItemRevision, ProcurementNotice, StoredItem
from tests.support.content.hostile import (
    LINKS,
    MARKUP,
    TEMPLATES,
    addresses_of,
    assert_web_address,
    elements_of,
    squeezed,
    words_of,
)
from tests.support.outgoing import a_notification, assert_mail_is_clean, bodies
from tests.support.sizes import cases
from tests.support.tellings import NOW, a_coverage, a_finding, an_item, an_occasion

HOSTILE = {f"markup-{name}": text for name, text in MARKUP.items()} | {
    f"template-{name}": text for name, text in TEMPLATES.items()
}


HARMLESS = "and no more"


ENVELOPE = Envelope(kind="digest", delivery_key="digest:1", recipient="channel:desk")


payloads = pytest.mark.parametrize("payload", cases(HOSTILE).values(), ids=cases(HOSTILE))


links = pytest.mark.parametrize("link", cases(LINKS).values(), ids=cases(LINKS))


_FILLER = " ".join(f"word{number}" for number in range(40))


DRAWN = cache(chart)


@pytest.fixture(autouse=True)
def each_chart_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # nothing that a stranger writes is in it
    monkeypatch.setattr(rendering, "chart", DRAWN)


def a_text(role: str, payload: str) -> str:
    return f"Z{role} {payload}"


def names_with(payload: str) -> Names:
    label, said = a_text("label", payload), a_text("finds", payload)
    watches = {
        key: WatchWords(label=label, query=said, paraphrase=said, key=key)
        for key in ("halcyon", "corvid", "epr")
    }
    keys = ("ward-ledger", "trolley", "systems-weekly", "register", "blind", "quiet", "thin")
    return Names(
        watches=watches,
        sources={key: a_text(key, payload) for key in keys},
        press={"register": a_text("press", payload)},
    )


def a_story(payload: str, link: str | None) -> list[StoredItem]:
    """Three items of one story, the last of them of the supplier's own newsroom."""
    shared = f"Halcyon told the trust Zbody {payload} that {_FILLER}."
    own = "Nobody else has this one sentence of Zown {} with six other words in it."
    return [
        an_item(
            item_id=item_id,
            source_key=source,
            story_id=90,
            url=link,
            title=f"Halcyon {a_text('title', payload)}",
            summary=a_text("summary", payload),
            authors=(a_text("author", payload),),
            body=f"{shared} {own.format(payload)}" if source == "ward-ledger" else shared,
            comments=f"Halcyon {a_text('comment', payload)}",
            carriers=(Carrier(source_key=source, url=link, guid=payload, first_seen_at=NOW),),
        )
        for item_id, source in ((901, "ward-ledger"), (902, "trolley"), (903, "register"))
    ]


def a_digest_of(payload: str, link: str | None = "https://outlet.example/1") -> Digest:
    """A digest with every part that a digest can have, and a stranger's words in each."""
    names = names_with(payload)
    story = a_story(payload, link)
    title = a_text("title", payload)
    thin = an_item(
        title=f"Halcyon {title}",
        summary=a_text("teaser", payload),
        body="",
        text_state="thin",
        thin_reason=a_text("thin", payload),
        url=link,
    )
    notice = an_item(
        kind="tender",
        title=f"Halcyon {title}",
        url=link,
        notice=ProcurementNotice(
            buyers=(a_text("buyer", payload),),
            suppliers=(a_text("winner", payload),),
            value=5.0,
            currency=payload,
            facts=(("stage", a_text("stage", payload)),),
        ),
    )
    comment = an_item(
        title="Another", body="", comments=f"Halcyon {a_text('comment', payload)}", url=link
    )
    edited = an_item(
        revision=2,
        title=f"Halcyon {title}",
        body=f"Something else of Halcyon is new here altogether: Zadded {payload}.",
        url=link,
    )
    before = ItemRevision(
        item_id=edited.item_id,
        number=1,
        title=f"Halcyon {a_text('was', payload)}",
        summary="",
        body=f"What the outlet wrote first: Zremoved {payload}.",
        content_hash="x",
        fetched_at=NOW,
    )
    supplier = (a_text("supplier", payload),)
    bars = tuple(
        Bar(until=(NOW - timedelta(days=13 - day)).date(), stories=day) for day in range(14)
    )
    return build_digest(
        [
            a_finding(story[0], "Halcyon", suppliers=supplier),
            a_finding(story[0], "trust", suppliers=supplier, watch="corvid"),
            a_finding(thin, "Halcyon", suppliers=supplier),
            a_finding(thin, title, suppliers=supplier, watch="epr"),
            a_finding(notice, "Halcyon", suppliers=supplier),
            a_finding(comment, "Halcyon", suppliers=()),
            a_finding(edited, "Halcyon", what="edit", revision=2, before=before),
            a_finding(an_item(title=title, url=link), "Z", told_before=NOW - timedelta(hours=3)),
        ],
        names=names,
        occasion=an_occasion(
            schedules=(a_text("schedule", payload),),
            links=ReaderLinks(
                home="https://watch.trust.example", key=b"k" * 32, subscriber_ids=(1,)
            ),
        ),
        coverage=a_coverage(
            blind=(BlindSource(key="blind", since=None, cause=a_text("cause", payload)),),
            without_news=("quiet",),
            thin=("thin",),
        ),
        watch_keys=("halcyon", "corvid", "epr"),
        members={90: story},
        muted_watches=(
            MutedWatchNote(watch=names.watch("corvid"), until=NOW + timedelta(days=1), mentions=2),
        ),
        volume=Volume(bars=bars, weekly=False, until="07:30", usually=3.0),
        supplier_shares=(SupplierShare(name=a_text("voice", payload), stories=3, share=100),),
    )


IN_A_DIGEST = (
    *("title", "body", "label", "finds", "ward-ledger", "trolley", "supplier", "teaser", "thin"),
    *("buyer", "winner", "stage", "comment", "was", "schedule", "cause", "blind", "quiet"),
    *("voice", "press", "own", "added", "removed"),
)


def a_welcome_of(payload: str, link: str | None = "https://outlet.example/1") -> Rendered:
    names = names_with(payload)
    item = an_item(title=a_text("title", payload), body=f"Halcyon Zbody {payload} it.", url=link)
    return render_welcome(
        Welcome(
            recipient="comms@trust.example",
            plans=(
                SubscriptionPlan(key="daily", schedule=a_text("schedule", payload), next_at=NOW),
            ),
            watches=tuple(names.watches.values()),
            sources_total=4,
            sources_answered=3,
            silent=((a_text("silent", payload), a_text("cause", payload)),),
            items_stored=1,
            entries=entries_of([a_finding(item)], names),
            timezone="Europe/London",
            now=NOW,
            contact="press@trust.example",
        )
    )


def an_alarm_of(payload: str, link: str | None = "https://outlet.example/1") -> Rendered:
    names = names_with(payload)
    item = an_item(title=a_text("title", payload), body=f"Halcyon Zbody {payload} it.", url=link)
    return render_alarm(
        Alarm(
            subject=a_text("subject", payload),
            lines=(a_text("reason", payload), a_text("why", payload)),
            entries=entries_of([a_finding(item)], names),
            recipient="comms@trust.example",
            subscription="daily",
            timezone="Europe/London",
            now=NOW,
            contact="press@trust.example",
        )
    )


def a_note_of(payload: str, link: str | None = "https://outlet.example/1") -> Rendered:
    del link  # a note has none
    return render_note(
        a_text("subject", payload), [a_text("para", payload), f"    {a_text('code', payload)}"]
    )


RENDERED: dict[str, tuple[Callable[..., Rendered], tuple[str, ...]]] = {
    "digest": (lambda payload, **how: render(a_digest_of(payload, **how)), IN_A_DIGEST),
    "welcome": (
        a_welcome_of,
        ("title", "body", "label", "finds", "schedule", "silent", "cause", "ward-ledger"),
    ),
    "alarm": (an_alarm_of, ("title", "body", "subject", "reason", "why", "ward-ledger")),
    "note": (a_note_of, ("subject", "para", "code")),
}


@payloads
@pytest.mark.parametrize("name", RENDERED)
def test_html_of_a_message_has_only_the_elements_of_its_template(name: str, payload: str) -> None:
    made, roles = RENDERED[name]
    rendered = made(payload)
    message = assert_mail_is_clean(a_notification(rendered).raw)

    page = bodies(message)[1]
    assert elements_of(page) - elements_of(made(HARMLESS).html) == set()
    words = words_of(page)
    for role in roles:
        assert squeezed(a_text(role, payload)) in words, role


@payloads
def test_text_of_a_message_says_what_strangers_wrote_as_they_wrote_it(payload: str) -> None:
    for name, (made, roles) in RENDERED.items():
        message = assert_mail_is_clean(a_notification(made(payload)).raw)
        text = re.sub(r"(?m)^ *> ", "", bodies(message)[0])
        text = squeezed(f"{message['Subject']} {text}")
        for role in roles:
            assert squeezed(a_text(role, payload)) in text, (name, role)


@links
def test_an_address_of_a_stranger_is_a_link_to_the_web_or_none(link: str) -> None:
    for made, _ in RENDERED.values():
        rendered = made(HARMLESS, link=link)
        assert_mail_is_clean(a_notification(rendered).raw)
        for address in addresses_of(rendered.html):
            if not address.startswith("cid:"):
                assert_web_address(address)
        for told in rendered.stories:
            if told.link is not None:
                assert_web_address(told.link)


PARAMETERS = "https://outlet.example/1?a=1&copy=2&lt=3&quot;=4&#39;=5"


def test_an_address_is_followed_as_it_was_written() -> None:
    """`&copy` in an address is no character of its own, whatever reads the page."""
    for made, _ in RENDERED.values():
        rendered = made(HARMLESS, link=PARAMETERS)
        told = {each.link for each in rendered.stories if each.link is not None}
        assert told <= set(addresses_of(rendered.html))
        assert all(link.endswith("a=1&copy=2&lt=3&quot;=4&#39;=5") for link in told)
    story = one_story(HARMLESS, link=PARAMETERS)
    for name, html in HTML.items():
        assert story.stories[0].link in addresses_of(html(hits_of(name, story)))


def hits_of(name: str, rendered: Rendered) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(HOOKS[name].compose(rendered, ENVELOPE, "id"))
    return said


def one_story(payload: str, link: str | None = "https://outlet.example/1") -> Rendered:
    """What a channel is told of a digest, with a stranger's words in each part."""
    [told, *_] = render(a_digest_of(payload, link=link)).stories
    told = replace(told, outlet=a_text("outlet", payload), about=a_text("about", payload))
    told = replace(told, title=a_text("title", payload), said=a_text("said", payload))
    return Rendered(
        subject=a_text("subject", payload),
        text=f"{a_text('text', payload)}\n",
        html="",
        stories=(told, replace(told, link=None)),
    )


HTML = {
    "matrix": lambda said: said["formatted_body"],
    "telegram": lambda said: said["text"],
}
