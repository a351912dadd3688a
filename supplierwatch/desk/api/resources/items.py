"""One article: its text, the verdict of each watch with its reason, its versions, its story."""

from __future__ import annotations

from alerts.digest.findings import stories_of
from alerts.summaries.extract import MAX_SENTENCES
from storage.model import ItemRevision, Role, StoredItem
from storage.store import Unit
from supplierwatch.desk.api import schemas
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FAILED_TASK,
    FLAG,
    INTEGER,
    ITEM,
    MOMENT,
    STORY,
    TEXT,
    WHY,
    extended,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.exports.account import read_item_account
from supplierwatch.formatting.account_words import VERDICTS, held_words
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.accounts import account_json
from supplierwatch.json_documents.versions import version_json, versions_json
from supplierwatch.wiring import newsrooms

MAX_VERSIONS = 100  # newest; one version after another by its number

ASIDE = record(rule=TEXT, why=TEXT, tells=FLAG, text=TEXT)
TELLING = record(
    recipient=TEXT,
    subscription=TEXT,
    state=TEXT,
    told_at=perhaps(MOMENT),
    due_at=perhaps(MOMENT),
    error=perhaps(TEXT),
)
CLAUSE = record(clause=TEXT, holds=FLAG, excluded=FLAG, why=perhaps(TEXT), words=many(TEXT))
WATCH_ACCOUNT = record(
    watch=TEXT,
    verdict=one_of(*VERDICTS),
    why=perhaps(WHY),
    clauses=many(CLAUSE),
    found_at=perhaps(MOMENT),
    watch_version=perhaps(COUNT),
    baseline=perhaps(FLAG),
    old=perhaps(FLAG),
    tellings=many(TELLING),
    around=many(
        extended(
            ASIDE,
            first_item=perhaps(INTEGER),
            told=many(record(recipient=TEXT, told_at=perhaps(MOMENT))),
        )
    ),
)
VERSION = record(
    number=COUNT,
    seen_at=perhaps(MOMENT),
    title=TEXT,
    words=COUNT,
    withdrawn=FLAG,
    content_hash=perhaps(TEXT),
    changes=many(TEXT),
    difference=many(many(TEXT)),
)
REPORT = record(item=ITEM, shared=many(TEXT), hours_apart=schemas.NUMBER)
SENTENCE = record(sentence=TEXT, item=INTEGER, outlet=TEXT, url=perhaps(TEXT), why=TEXT)
TEXTS = record(title=TEXT, summary=TEXT, body=TEXT, comments=TEXT)
NUMBER = path_number("id", "Number of the article.", example=17)


def item(request: ApiRequest) -> Answer:
    """Return an article."""
    wired = request.source.wired
    with request.source.store.reading() as unit:
        known = find_item(unit, request)
        account = read_item_account(unit, wired, known, sorted(wired.queries), now=request.now)
        story = stories_of(unit, [known], newsrooms(wired)).get(known.story_id)
        event_id = unit.events.event_of(known.item_id)
    accounted = account_json(account, wired.source_names)
    versions = versions_json(known, account.revisions)[-MAX_VERSIONS:]
    document = {
        "item": accounted["item"],
        "state": held_words(known),
        "withdrawn_at": iso(known.retracted_at),
        "texts": {
            "title": known.title,
            "summary": known.summary,
            "body": known.body,
            "comments": known.comments,
        },
        "listed_by": accounted["listed_by"],
        "watches": accounted["watches"],
        "former_watches": accounted["former_watches"],
        "failures": accounted["failures"],
        "set_aside": accounted["set_aside"],
        "versions": [{k: v for k, v in each.items() if k != "text"} for each in versions],
        "story_id": known.story_id,
        "story": None if story is None else story.record(),
        "event_id": event_id,
        "event": accounted["event"],
        "event_summary": accounted["event_summary"],
    }
    return Answer(document=document)


def version(request: ApiRequest) -> Answer:
    """Return one version of an article with its text."""
    with request.source.store.reading() as unit:
        known = find_item(unit, request)
        earlier = unit.items.revisions(known.item_id)
    every: list[ItemRevision | StoredItem] = [*earlier, known]
    number = request.values["number"]
    if number > len(every):
        raise ApiProblem(404, f"This article has {len(every)} versions.")
    before = every[number - 2] if number > 1 else None
    return Answer(document=version_json(known, every[number - 1], before, number))


def find_item(unit: Unit, request: ApiRequest) -> StoredItem:
    """Return the article of the path.

    Raises:
        ApiProblem: 404.
    """
    known = unit.items.get(request.values["id"])
    if known is None:
        raise ApiProblem(404, "There is no article of this number.")
    return known


ENDPOINTS = (
    Endpoint(
        name="item",
        path="/items/{id}",
        handler=item,
        role=Role.READER,
        summary="An article: text, the verdict of each watch and its reason, versions, story",
        parameters=(NUMBER,),
        schema=record(
            item=ITEM,
            state=TEXT,
            withdrawn_at=perhaps(MOMENT),
            texts=TEXTS,
            listed_by=many(record(source=TEXT, url=perhaps(TEXT), first_seen_at=MOMENT)),
            watches=many(WATCH_ACCOUNT),
            former_watches=many(TEXT),
            failures=many(FAILED_TASK),
            set_aside=many(ASIDE),
            versions=many(VERSION, most=MAX_VERSIONS),
            story_id=INTEGER,
            story=perhaps(STORY),
            event_id=perhaps(INTEGER),
            event=many(REPORT),
            event_summary=many(SENTENCE, most=MAX_SENTENCES),
        ),
    ),
    Endpoint(
        name="item-version",
        path="/items/{id}/versions/{number}",
        handler=version,
        role=Role.READER,
        summary="One version of an article, with its text and what changed in it",
        parameters=(
            NUMBER,
            path_number("number", "Number of the version; 1 is the first.", example=1),
        ),
        schema=extended(VERSION, text=TEXT),
    ),
)
