"""Output of `explain`: what was done with an article, in chronological order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from alerts.query import ClauseResult
from alerts.text.notice_summary import MAX_SUMMARY, summarise_notice
from alerts.text.page_numbers import unread_pages
from alerts.text.sentences import best_excerpt
from storage.model import Span, StoredItem
from storage.rules.aside_rules import rule_in_words
from storage.rules.identity import url_key
from supplierwatch.exports.account import AsideAccount, ItemAccount, Telling, WatchAccount
from supplierwatch.formatting.account_words import held_words, verdict_words
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.hits import highlighted, pages_words, sentence_of, title_of, words_hit
from supplierwatch.formatting.times import clock, day
from supplierwatch.health.quarantine_mail import describe_task
from supplierwatch.views.quarantine import standing_words

MAX_WORDS = 6

_STYLES = {
    "told": "bold green",
    "pending": "green",
    "baseline": "yellow",
    "untold": "yellow",
    "waiting": "yellow",
    "earlier": "yellow",
    "aside": "yellow",
    "no": "dim",
}


def print_account(screen: Console, account: ItemAccount, names: Mapping[str, str]) -> None:
    """Print the article, then each watch, those that matched first."""
    if account.item is None:
        _print_unknown(screen, account)
        return
    _print_item(screen, account, account.item, names)
    _print_event(screen, account, names)
    missed = ("no", "aside")
    found = [watch for watch in account.watches if watch.verdict not in missed]
    asides = [watch for watch in account.watches if watch.verdict == "aside"]
    others = [*asides, *(watch for watch in account.watches if watch.verdict == "no")]
    for watch in (*found, *others):
        screen.print()
        _print_watch(screen, account.item, watch)
    if account.former_watches:
        screen.print()
        keys = ", ".join(account.former_watches)
        screen.print(Text(f"Found by watches that no longer exist: {keys}.", "dim"))
    screen.print()
    total = plural(len(account.watches), "watch", "watches")
    screen.print(Text(f"{len(found)} of {total} found it.", "bold"))


def _print_event(screen: Console, account: ItemAccount, names: Mapping[str, str]) -> None:
    """Print the other reports of the same event, and the words that each shares with this one."""
    if not account.event:
        return
    screen.print(Text("  the same event, reported also by:"))
    for item, link in account.event:
        outlet = names.get(item.source_key, item.source_key)
        shared = ", ".join(link.shared) or "no rare word: joined through the other reports"
        apart = plural(round(link.hours_apart), "hour")
        line = f"    {outlet}: {item.title} (share: {shared}; {apart} apart)"
        screen.print(Text(clean(line, 300)), soft_wrap=True)
    if account.event_summary is not None:
        screen.print(Text("  the event in the reports' own words:"))
        for each in account.event_summary.sentences:
            screen.print(
                Text(clean(f"    {each.text} ({each.outlet}; {each.why})", 600)), soft_wrap=True
            )


def _print_unknown(screen: Console, account: ItemAccount) -> None:
    screen.print(Text("Never seen: no source has listed this address.", "bold yellow"))
    screen.print(Text(f"  {clean(account.url)}", "dim"), soft_wrap=True)
    for key, state in account.host_sources:
        line = f"  {key} is a source of this site: "
        if state is None or state.last_success_at is None:
            line += "it was never read."
        else:
            line += (
                f"last read {clock(state.last_success_at)}, "
                f"it has listed {plural(state.item_count, 'item')}, not this one."
            )
        screen.print(Text(line))
    if not account.host_sources:
        screen.print("  No source in sources.toml is of this site.")


def _print_item(
    screen: Console, account: ItemAccount, item: StoredItem, names: Mapping[str, str]
) -> None:
    screen.print(title_of(item))
    if item.url:
        screen.print(Text(f"  {clean(item.url)}", "dim"), soft_wrap=True)
    rows = [("held", held_words(item))]
    if item.retracted_at is not None:
        rows.append(("withdrawn", f"its page was removed, first seen {clock(item.retracted_at)}"))
    if item.url and url_key(account.url) != url_key(item.url):
        rows.insert(0, ("same as", f"{clean(account.url)} is a duplicate of this article"))
    published = day(item.published_at)
    if item.published_at is None and item.published_raw:
        published += f" (its date cannot be read: {clean(item.published_raw, 60)!r})"
    rows.append(("published", published))
    first = f"{clock(item.first_seen_at)}"
    if item.baseline:
        first += ", in the first poll of its source: never sent"
    rows.append(("first seen", first))
    rows += [
        (
            "listed by",
            f"{clean(names.get(carrier.source_key, carrier.source_key))} "
            f"({carrier.source_key}), {clock(carrier.first_seen_at)}",
        )
        for carrier in item.carriers
    ]
    if statement := summarise_notice(item):
        rows.append(("states", clean(statement, MAX_SUMMARY)))
    if unread := unread_pages(item):
        rows.append(("unread", clean(unread)))
    others = sorted({c.url for c in item.carriers if c.url and c.url != item.url})
    rows += [("also at", clean(url)) for url in others]
    if account.revisions:
        rows.append(
            ("changed", f"{plural(item.revision - 1, 'time')}, last {clock(item.revised_at)}")
        )
    rows += [("set aside" if not at else "", row) for at, row in enumerate(aside_rows(item))]
    rows += [
        (
            "failed",
            f"{clean(describe_task(each))}: {standing_words(each)}: {clean(each.cause or '')}",
        )
        for each in account.failures
    ]
    for name, value in rows:
        screen.print(Text.assemble(("  " + f"{name:<11}", "cyan"), value), soft_wrap=True)


def aside_rows(item: StoredItem) -> list[str]:
    """Describe what was cut from the page: how many blocks and words, by which rules."""
    texts = [block for block in item.asides if block.text]
    if not texts:
        return []
    words = plural(sum(len(block.text.split()) for block in texts), "word")
    counts = Counter(rule_in_words(block.rule) for block in texts)
    rows = [f"{plural(len(texts), 'block')} of the page, {words}, not part of the article:"]
    rows += [f"{count} {rule}" for rule, count in counts.most_common()]
    rows += [rule_in_words(each.rule, each.detail) for each in item.asides if not each.text]
    return rows


def _print_watch(screen: Console, item: StoredItem, watch: WatchAccount) -> None:
    words, style = verdict_words(watch.verdict, item), _STYLES[watch.verdict]
    screen.print(Text.assemble((watch.key, "bold cyan"), "  ", (words, style)))
    for match in watch.asides:
        _print_aside(screen, item, match)
    if watch.verdict == "aside":
        return
    if watch.verdict == "no":
        for clause in watch.explanation.clauses:
            print_indented(screen, clause_text(item, clause))
        return
    if any(span.field == "title" for span in watch.spans):
        print_indented(screen, Text("title: ", "dim") + title_of(item, watch.spans))
    sentence = sentence_of(item, watch.spans)
    if sentence is not None:
        field, text = sentence
        on = pages_words(item, watch.spans) or field
        print_indented(screen, Text(f"{on}: ", "dim") + text)
    if watch.mention is not None and watch.verdict in ("told", "pending") and not watch.spans:
        print_indented(screen, Text("The text as it is now does not match any more."))
    if watch.mention is not None:
        by = watch.mention.match.watch_version
        note = f"found {clock(watch.mention.created_at)} by version {by}"
        if watch.mention.old:
            note += "; it was old when it was listed (max_age): sent, but not as news"
        if watch.version is not None and watch.version.version != by:
            note += f"; the watch is now at version {watch.version.version}"
        print_indented(screen, Text(note, "dim"))
    for telling in watch.tellings:
        print_indented(screen, Text(telling_words(telling)))


def _print_aside(screen: Console, item: StoredItem, match: AsideAccount) -> None:
    block = match.block
    excerpt = best_excerpt("aside", block.text, [Span("aside", *span) for span in match.spans])
    if excerpt is not None:
        print_indented(screen, highlighted(excerpt.segments))
    cut = f"cut from the page: {clean(rule_in_words(block.rule, block.detail))}"
    print_indented(screen, Text(cut, "dim"))
    if match.first is not None and match.first.item_id != item.item_id:
        first = f"sent once for this source, with {clean(match.first.title, 100)!r}"
        print_indented(screen, Text(first, "dim"))
    for recipient, at in match.told:
        when = "waits for the next digest" if at is None else f"sent {clock(at)}"
        print_indented(screen, Text(f"{when}: {clean(recipient)}"))


def clause_text(item: StoredItem, clause: ClauseResult) -> Text:
    """Render a clause of a query and whether the article satisfies it."""
    if clause.holds:
        return Text(f"holds:   {clause.text}", "dim")
    if not clause.excluded:
        why = f": {clause.why}" if clause.why else ""
        return Text.assemble(("missing: ", "bold red"), clause.text, why)
    text = Text.assemble(("excluded by: ", "bold red"), clause.text)
    words = ", ".join(f"“{word}”" for word in words_hit(item, clause.spans)[:MAX_WORDS])
    if words:
        text.append(f", because of {words}")
    sentence = sentence_of(item, clause.spans)
    if sentence is not None:
        text.append(f"\n{pages_words(item, clause.spans) or sentence[0]}: ", "dim")
        text.append_text(sentence[1])
    return text


def telling_words(telling: Telling) -> str:
    """Describe to whom a mention was or will be sent, and the state of the message."""
    who = f"{clean(telling.recipient)} ({telling.subscription})"
    if telling.state == "repeated":
        return f"sent as an alert, and named again in the next digest that has news: {who}"
    if telling.at is None:
        due = f", {clock(telling.due_at)}" if telling.due_at else ", at once"
        return f"to be sent: {who}{due}"
    if telling.state == "covered":
        return f"this story was sent before, no message of its own: {who}, {clock(telling.at)}"
    if telling.state == "sent":
        return f"sent: {who}, {clock(telling.at)}"
    cause = f": {clean(telling.error, 120)}" if telling.error else ""
    return f"message {telling.state}: {who}, {clock(telling.at)}{cause}"
