"""The thread of a supplier, from its items to its matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.threads.assembly import ThreadItem, ThreadSubject, assemble
from alerts.threads.gathering import gather_thread, subject_of
from alerts.threads.model import Matter, SupplierThread
from alerts.threads.passages import MAX_CHARACTERS, passages_of
from alerts.threads.stages import read_stage
from storage.model import Notification, ProcurementNotice, Span, StoredItem, TextState
from supplierwatch.wiring import load
from tests.supplierwatch.instance import Instance, an_article, an_instance

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
OCID = "ocds-h6vhtk-04f9e2"
TENDER = f"""A platform for the hospitals.
Stage: tender
Notice: UK4 Tender notice
Buyer: Millbrook Hospitals NHS Foundation Trust
Value: GBP 4,000,000
Process: {OCID}"""
AWARD = TENDER.replace("Stage: tender", "Stage: award").replace(
    "\nValue", "\nSupplier: Halcyon Health Ltd (Companies House 01234567)\nValue"
)
ANSWERED = """Question: 54321, Ruth Amery, 2026-06-01, Commons
To ask what assessment was made of Halcyon Health at Millbrook Hospitals.
To: Department of Health
Answer: A Minister, 2026-06-12
The Shared Data Platform will be reviewed in 2027."""
QUESTION_URL = "https://questions-statements.parliament.uk/written-questions/detail"


def stored(item_id: int, **changes: Any) -> StoredItem:
    fields: dict[str, Any] = {
        "item_id": item_id,
        "source_key": "ward-ledger",
        "kind": "news",
        "url": f"https://ward-ledger.example/{item_id}",
        "title": "Halcyon Health goes on",
        "authors": (),
        "published_at": NOW,
        "published_raw": None,
        "language": "en",
        "summary": "",
        "body": "Halcyon Health goes on.",
        "comments": "",
        "pages": (),
        "text_state": TextState.FULL,
        "thin_reason": None,
        "content_hash": None,
        "first_seen_at": NOW,
        "revised_at": None,
        "revision": 1,
        "baseline": False,
        "story_id": item_id,
        "carriers": (),
    }
    return StoredItem(**(fields | changes))


def notice(stage: str, number: str, **more: Any) -> ProcurementNotice:
    facts = (("stage", stage), ("number", number), ("process", OCID))
    return ProcurementNotice(
        buyers=("Millbrook Hospitals NHS Foundation Trust",),
        value=4e6,
        currency="GBP",
        facts=facts,
        **more,
    )


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    same = {
        "kind": "tender",
        "guid": OCID,
        "url": "https://notices.example/Notice/012345-2026",
        "title": "Shared data platform",
        "summary": "",
    }
    before = datetime.now(UTC) - timedelta(days=1)
    made.stores(an_article("t", body=TENDER, notice=notice("tender", "012345-2026"), **same))
    award = notice("award", "023456-2026", suppliers=("Halcyon Health Ltd",))
    made.stores(
        an_article("t", body=AWARD, notice=award, entry_hash="t2", **same),
        an_article(
            "q",
            kind="question",
            url=f"{QUESTION_URL}/2026-06-01/54321",
            title="Data in hospitals",
            summary="",
            body=ANSWERED,
        ),
        an_article("n", title="Minister defends it", body="On question 54321: Halcyon Health."),
        an_article("o", title="Halcyon wins in Corvid", body="Halcyon Health at Corvid Council."),
        an_article("c", title="A register", body=f"Company number 01234567 and {OCID} are named."),
        an_article("u", title="Nothing to do with it", body="The ward was painted.", summary=""),
        an_article("old", title="Halcyon long ago", body="Halcyon.", published_at=before),
    )
    return made


def gathered(instance: Instance, **more: Any) -> SupplierThread:
    wired = load(instance.config, {})
    [supplier] = wired.catalog.suppliers
    with instance.store() as store:
        return gather_thread(
            store,
            subject_of(supplier),
            wired.suppliers,
            wired.source_names,
            now=datetime.now(UTC),
            **more,
        )


def about_the_platform(thread: SupplierThread) -> Matter:
    return next(each for each in thread.matters if each.title == "Shared data platform")


def test_notice_question_and_report_are_one_matter_and_say_why(instance: Instance) -> None:
    thread = gathered(instance)
    matter = about_the_platform(thread)
    assert {event.title for event in matter.events} == {
        *("Shared data platform", "Data in hospitals", "Minister defends it", "A register")
    }
    reasons = [reason for join in matter.joins for reason in join.reasons]
    assert "same question 54321" in reasons
    assert f"same procurement process {OCID}" in reasons
    assert "both name Millbrook Hospitals" in reasons
    assert len(matter.joins) == len(matter.item_ids) - 1
    assert thread.complete


def test_the_life_of_a_contract_is_read_from_the_versions_of_its_notice(
    instance: Instance,
) -> None:
    matter = about_the_platform(gathered(instance))
    assert [step.stage for step in matter.stages] == ["tendered", "awarded"]
    assert matter.value == "£4,000,000"
    assert [(each.kind, each.words) for each in matter.ahead] == [("review", "2027")]


def test_a_question_is_tabled_and_answered_on_its_days(instance: Instance) -> None:
    events = [e for e in about_the_platform(gathered(instance)).events if e.kind == "question"]
    assert [(e.what, e.at.date()) for e in events] == [
        ("question tabled", date(2026, 6, 1)),
        ("question answered", date(2026, 6, 12)),
    ]


def test_what_is_about_something_else_is_another_matter_or_in_no_thread(
    instance: Instance,
) -> None:
    titles = [each.title for each in gathered(instance).matters]
    assert "Halcyon wins in Corvid" in titles
    assert "Nothing to do with it" not in titles


def test_since_leaves_out_matters_without_news(instance: Instance) -> None:
    since = datetime.now(UTC) - timedelta(hours=12)
    titles = {each.title for each in gathered(instance, since=since).matters}
    assert "Halcyon long ago" not in titles
    assert "Shared data platform" in titles


def test_edits_withdrawals_and_alarms_stand_in_the_thread(instance: Instance) -> None:
    instance.stores(an_article("o", title="Halcyon wins in Corvid", body="Halcyon Health lost."))
    with instance.store() as store, store.transaction() as unit:
        for key in ("unusual:1:supplier:Halcyon Health:2026-11-27", "unusual:1:watch:x:2026-11-27"):
            unit.outbox.enqueue(
                Notification(
                    delivery_key=key, kind="alert", channel="email", recipient="a@trust.example",
                    subject=f"Far more than usual {key}", message_id=key, raw=b"",
                ),
                datetime.now(UTC),
            )  # fmt: skip
    thread = gathered(instance)
    assert [event.kind for event in thread.alarms] == ["alarm"]
    assert "supplier:Halcyon Health" in thread.alarms[0].title
    edited = [event for event in thread.events if event.kind == "edit"]
    assert ["edited" in event.what for event in edited] == [True]
    gone = stored(1, retracted_at=NOW + timedelta(days=1))
    subject = ThreadSubject(key="halcyon", name="Halcyon", names=("Halcyon",))
    made = assemble(subject, [ThreadItem(item=gone, spans=())], (), today=NOW.date())
    assert [event.kind for event in made.events] == ["withdrawal", "press"]


def test_only_what_stands_beside_the_name_of_a_long_paper_counts() -> None:
    filler = "Corvid Council opened a new road for the town. " * 200
    body = f"{filler}Halcyon Health was paid. {filler}"
    at = body.index("Halcyon")
    paper = stored(1, kind="boardpaper", title="Papers", body=body)
    found = passages_of(paper, (Span(field="body", start=at, end=at + 7),))
    assert len(found) == 2 + 3
    assert any("Halcyon Health was paid." in each for each in found)


def test_a_text_of_hits_alone_is_bounded() -> None:
    body = "Halcyon is named. " * 50_000
    spans = tuple(Span(field="body", start=n * 18, end=n * 18 + 7) for n in range(500))
    assert sum(map(len, passages_of(stored(1, body=body), spans)[2:])) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("tags", "stage"),
    [
        ("planning", "announced"),
        ("tender", "tendered"),
        ("tender, award", "awarded"),
        ("award, contract", "signed"),
        ("contract amendment", "changed"),
        ("tender update", "changed"),
        ("tender cancellation", "ended"),
        ("contract termination", "ended"),
        ("compiled", None),
        ("", None),
    ],
)
def test_tags_of_a_release_are_a_stage(tags: str, stage: str | None) -> None:
    assert read_stage(tags) == stage
