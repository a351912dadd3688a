"""What a digest says: arrangement, explanation, edits, and what is said of silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerts.digest.digest import build_digest
from alerts.messages import coverage_wording, wording
from alerts.messages.render import render
from storage.model import Carrier, ItemRevision
from tests.support.tellings import (
    BODY,
    NAMES,
    NOW,
    WATCHES,
    a_coverage,
    a_digest,
    a_finding,
    an_item,
    an_occasion,
)


def shown(*findings: object, **changes: object) -> str:
    return render(a_digest(*findings, **changes)).text  # type: ignore[arg-type]


def test_stories_stand_under_their_supplier_the_loudest_first_and_the_rest_last() -> None:
    digest = a_digest(
        a_finding(suppliers=(), watch="epr"),
        a_finding(suppliers=(), watch="epr"),
        a_finding(suppliers=("Corvid Data",), watch="corvid"),
        a_finding(),
        a_finding(),
    )

    assert [(s.name, len(s.entries)) for s in digest.sections] == [
        ("Halcyon Health", 2),
        ("Corvid Data", 1),
        (None, 2),
    ]


def test_an_item_that_two_watches_found_is_told_once_and_names_both() -> None:
    item = an_item()
    digest = a_digest(a_finding(item), a_finding(item, "trust", watch="epr", suppliers=()))

    [entry] = digest.entries
    assert entry.watches == ("Halcyon and the NHS", "Electronic patient records")
    assert {term.text for term in entry.terms} >= {"Halcyon", "trust"}


def test_a_mention_told_to_two_subscriptions_of_one_reader_is_told_once() -> None:
    item = an_item()

    digest = a_digest(a_finding(item, subscriber=1), a_finding(item, subscriber=2))

    assert len(digest.entries) == 1
    assert [(t.text, t.count) for t in digest.entries[0].terms] == [("Halcyon", 3)]


def test_one_story_in_several_outlets_is_one_entry_that_links_them_all() -> None:
    first = an_item(story_id=7000)
    copy = an_item(
        story_id=7000,
        source_key="trolley",
        url="https://trolley.example/copy",
        first_seen_at=NOW - timedelta(minutes=1),
    )

    digest = a_digest(a_finding(copy), a_finding(first))

    [entry] = digest.entries
    assert entry.item_id == first.item_id
    assert [(a.outlet, a.link) for a in entry.also] == [
        ("Trolley Times", "https://trolley.example/copy")
    ]


def test_a_second_article_of_the_same_outlet_in_a_story_is_not_hidden() -> None:
    first = an_item(story_id=7001)
    second = an_item(story_id=7001, url="https://ward-ledger.example/again")

    [entry] = a_digest(a_finding(first), a_finding(second)).entries

    assert "https://ward-ledger.example/" in str(entry.also[0].link)
    assert {entry.link, entry.also[0].link} >= {"https://ward-ledger.example/again"}


def test_the_sentence_that_hit_is_shown_with_its_terms_marked() -> None:
    text = shown(a_finding(an_item(), "Halcyon Health", "next board meeting"))

    assert "> *Halcyon Health*, which supplies the software, said that it would" in text
    assert "*next board meeting*" in text
    assert "Found: Halcyon Health, next board meeting" in text


def test_the_watch_whose_hit_is_in_the_headline_leads() -> None:
    item = an_item(
        title="Corvid Data wins",
        body="Corvid Data has won. A trust and Halcyon and the trust were named in passing.",
    )
    digest = a_digest(
        a_finding(item, "Halcyon", "trust"),
        a_finding(item, "Corvid Data", watch="corvid", suppliers=("Corvid Data",)),
    )

    [section] = digest.sections
    assert section.name == "Corvid Data"
    text = render(digest).text
    assert "> *Corvid Data* has won." in text
    assert "Also found by: Halcyon and the NHS" in text


def test_terms_are_counted_whatever_their_spelling() -> None:
    item = an_item(
        title="Corvid Data", body="Corvid Data’s plan. The Corvid-Data deal. CORVID DATA again."
    )

    [entry] = a_digest(a_finding(item, "Corvid Data’s", "Corvid-Data", "Corvid Data")).entries

    assert [(t.text, t.count) for t in entry.terms] == [("Corvid Data", 4)]


def test_a_hit_in_the_title_alone_shows_the_teaser_unmarked() -> None:
    item = an_item(body="Nothing about it here. Nor here.", summary="A short teaser.")

    [entry] = a_digest(a_finding(item, "Halcyon")).entries

    assert entry.excerpt is None
    assert entry.teaser == "A short teaser."
    assert [s.text for s in entry.title if s.hit] == ["Halcyon"]


def test_a_readers_comment_is_not_passed_off_as_the_article() -> None:
    item = an_item(body="Nothing here.", title="Nothing", comments="I worked for Halcyon once.")

    assert "A reader's comment: I worked for *Halcyon* once." in shown(a_finding(item))


def test_a_thin_item_says_so_and_why() -> None:
    item = an_item(body="", text_state="thin", thin_reason="HTTP 403")

    assert "Headline and teaser only: HTTP 403." in shown(a_finding(item))


def test_times_are_those_of_the_subscriptions_zone() -> None:
    item = an_item(published_at=NOW, first_seen_at=NOW)

    assert "Tue 24 Nov, 07:30" in shown(a_finding(item))
    assert "Tue 24 Nov, 20:30" in shown(a_finding(item), timezone="Pacific/Auckland")


def test_a_date_in_the_future_is_not_believed() -> None:
    item = an_item(published_at=NOW + timedelta(days=400), first_seen_at=NOW)

    assert "seen Tue 24 Nov, 07:30" in shown(a_finding(item))


def before(
    item_id: int, body: str, title: str = "Millbrook pauses its Halcyon roll-out"
) -> ItemRevision:
    return ItemRevision(
        item_id=item_id,
        number=1,
        title=title,
        summary="",
        body=body,
        content_hash="old",
        fetched_at=NOW,
    )


def test_an_edit_says_what_came_and_what_went() -> None:
    item = an_item(revision=2)
    old = BODY.replace("£4.2m", "£2.4m")

    digest = a_digest(a_finding(item, what="edit", revision=2, before=before(item.item_id, old)))

    assert digest.sections == ()
    [entry] = digest.changes
    assert wording.change_lines(entry) == (
        ("What", "a figure changed"),
        ("Reads now", "The contract is worth [-£2.4m-] {+£4.2m+} over three years."),
    )
    assert "<del" in render(digest).html
    assert "£2.4m</del>" in render(digest).html
    assert render(digest).subject == "Changed: Millbrook pauses its Halcyon roll-out"


def test_an_edited_headline_is_shown_as_it_was() -> None:
    item = an_item(revision=2)
    finding = a_finding(
        item, what="edit", revision=2, before=before(item.item_id, BODY, "Millbrook goes ahead")
    )

    assert "Headline was: Millbrook goes ahead" in shown(finding)


def test_an_item_that_is_new_and_edited_is_told_as_new() -> None:
    item = an_item(revision=2)

    digest = a_digest(a_finding(item, what="edit", revision=2), a_finding(item))

    assert len(digest.entries) == 1
    assert digest.changes == ()


def test_what_was_alerted_is_marked_and_is_not_news() -> None:
    digest = a_digest(a_finding(told_before=NOW - timedelta(hours=9)))

    assert digest.empty
    assert digest.entries == ()
    assert "TOLD BEFORE (1)" in render(digest).text
    assert "alerted Mon 23 Nov, 22:30" in " ".join(render(digest).text.split())


def test_one_watch_alerted_and_another_new_is_news() -> None:
    item = an_item()
    digest = a_digest(
        a_finding(item, told_before=NOW - timedelta(hours=9)),
        a_finding(item, "trust", watch="epr", suppliers=()),
    )

    assert len(digest.entries) == 1
    assert digest.told == ()


def test_silence_is_proven() -> None:
    rendered = render(a_digest())

    assert rendered.subject == (
        "Nothing new on Halcyon and the NHS, Corvid Data and Electronic patient records "
        "(42 of 44 sources read)"
    )
    flat = " ".join(rendered.text.split())
    assert "42 of 44 sources answered; 318 items read, Mon 23 Nov, 07:30 to Tue 24 Nov" in flat
    assert "Nothing new for Halcyon and the NHS, Corvid Data and Electronic patient" in flat
    assert "Trolley Times since Sat 21 Nov, 07:30: HTTP 403" in flat


def test_watches_that_found_nothing_are_named_beside_those_that_did() -> None:
    assert "Nothing new for Corvid Data and Electronic patient records." in " ".join(
        shown(a_finding()).split()
    )


def test_an_alert_is_about_its_story_and_not_about_coverage() -> None:
    digest = build_digest(
        [a_finding()], names=NAMES, occasion=an_occasion(kind="alert"), coverage=None
    )
    rendered = render(digest)

    assert rendered.subject == "Halcyon Health: Millbrook pauses its Halcyon roll-out"
    assert "LOOKED AT" not in rendered.text
    assert "Sources checked" not in rendered.html


def test_the_subject_counts_and_leads_with_a_headline() -> None:
    many = [a_finding() for _ in range(3)]

    assert render(
        a_digest(*many, a_finding(suppliers=("Corvid Data",), watch="corvid"))
    ).subject == ("Halcyon Health 3, Corvid Data 1: Millbrook pauses its Halcyon roll-out + 3 more")


def test_a_watch_that_was_taken_out_meanwhile_is_called_by_its_key() -> None:
    names = type(NAMES)(watches={}, sources={})
    digest = build_digest(
        [a_finding(suppliers=())], names=names, occasion=an_occasion(), coverage=a_coverage()
    )

    assert "Watch: halcyon" in render(digest).text
    assert digest.entries[0].outlet == "ward-ledger"


def test_carriers_are_other_outlets() -> None:
    item = an_item(
        carriers=tuple(
            Carrier(source_key=key, url=f"https://{key}.example/1", guid=None, first_seen_at=NOW)
            for key in ("ward-ledger", "trolley", "trolley")
        )
    )

    [entry] = a_digest(a_finding(item)).entries

    assert [a.outlet for a in entry.also] == ["Trolley Times"]


def test_the_paraphrase_of_the_watch_is_there() -> None:
    assert WATCHES["halcyon"].paraphrase in " ".join(shown(a_finding()).split())


def test_coverage_names_sources_that_answer_and_tell_nothing() -> None:
    cover = a_coverage(without_news=("ward-ledger", "trolley"), thin=("systems-weekly",))
    lines = coverage_wording.coverage_lines(replace(a_digest(), coverage=cover))
    assert (
        "Answering, but with nothing new for longer than ever before: "
        "The Ward Ledger and Trolley Times." in lines
    )
    assert "Only headlines and teasers can be read of Health Systems Weekly." in lines
    assert "Answering" not in " ".join(coverage_wording.coverage_lines(a_digest()))
