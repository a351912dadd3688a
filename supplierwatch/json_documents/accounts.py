"""The verdicts of watches on an article: the document of `explain --json`, and parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.query import ClauseResult
from storage.model import AsideBlock, StoredItem
from storage.rules.aside_rules import rule_in_words
from supplierwatch.exports.account import ItemAccount, Telling, WatchAccount
from supplierwatch.formatting.hits import words_hit
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.failed_tasks import failed_task_json


def clause_json(item: StoredItem, clause: ClauseResult) -> dict[str, Any]:
    """Return a clause of a query as JSON-ready values."""
    return {
        "clause": clause.text,
        "holds": clause.holds,
        "excluded": clause.excluded,
        "why": clause.why or None,
        "words": list(words_hit(item, clause.spans)),
    }


def account_json(account: ItemAccount, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the document of `explain --json`."""
    item = account.item
    return {
        "url": account.url,
        "known": item is not None,
        "item": None if item is None else item_json(item, names),
        "listed_by": []
        if item is None
        else [
            {"source": c.source_key, "url": c.url, "first_seen_at": iso(c.first_seen_at)}
            for c in item.carriers
        ],
        "sources_of_this_site": [key for key, _ in account.host_sources],
        "watches": []
        if item is None
        else [watch_account_json(item, watch) for watch in account.watches],
        "former_watches": list(account.former_watches),
        "failures": [failed_task_json(each) for each in account.failures],
        "event": [
            {
                "item": item_json(other, names),
                "shared": list(link.shared),
                "hours_apart": round(link.hours_apart, 1),
            }
            for other, link in account.event
        ],
        "event_summary": []
        if account.event_summary is None
        else [
            {
                "sentence": each.text,
                "item": each.item_id,
                "outlet": each.outlet,
                "url": each.link,
                "why": each.why,
            }
            for each in account.event_summary.sentences
        ],
        "set_aside": [] if item is None else [aside_json(block) for block in item.asides],
    }


def aside_json(block: AsideBlock) -> dict[str, Any]:
    """Return a block that was cut from a page, with the rule that cut it."""
    return {
        "rule": block.rule,
        "why": rule_in_words(block.rule, block.detail),
        "tells": block.tells,
        "text": block.text,
    }


def watch_account_json(item: StoredItem, watch: WatchAccount) -> dict[str, Any]:
    """Return the verdict of one watch on an article, and why."""
    mention = watch.mention
    return {
        "watch": watch.key,
        "verdict": watch.verdict,
        "why": why_json(item, watch.spans) if watch.spans else None,
        "clauses": [clause_json(item, clause) for clause in watch.explanation.clauses],
        "found_at": None if mention is None else iso(mention.created_at),
        "watch_version": None if mention is None else mention.match.watch_version,
        "baseline": None if mention is None else mention.baseline,
        "old": None if mention is None else mention.old,
        "tellings": [telling_json(telling) for telling in watch.tellings],
        "around": [
            {
                **aside_json(match.block),
                "first_item": None if match.first is None else match.first.item_id,
                "told": [{"recipient": who, "told_at": iso(at)} for who, at in match.told],
            }
            for match in watch.asides
        ],
    }


def telling_json(telling: Telling) -> dict[str, Any]:
    """Return to whom a mention was or will be sent."""
    return {
        "recipient": telling.recipient,
        "subscription": telling.subscription,
        "state": telling.state,
        "told_at": iso(telling.at),
        "due_at": iso(telling.due_at),
        "error": telling.error,
    }
