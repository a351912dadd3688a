"""Output of `supplier`: dates ahead, then the matters with their events."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from alerts.threads.dates_ahead import DATE_LABELS
from alerts.threads.model import Matter, SupplierThread, ThreadEvent
from supplierwatch.formatting.console import clean, plural, print_indented

MAX_AHEAD = 20


def print_thread(screen: Console, thread: SupplierThread, names: Mapping[str, str]) -> None:
    """Print a thread; `names`: source key -> its name."""
    screen.print(Text(clean(thread.name), "bold cyan"))
    if thread.ahead:
        screen.print(Text("Ahead", "bold"))
        for each in thread.ahead[:MAX_AHEAD]:
            head = Text(f"{each.words}  {DATE_LABELS[each.kind]}", "yellow" if each.soon else "")
            print_indented(screen, head)
            print_indented(screen, Text(f"item {each.item_id}: {clean(each.said)}", "dim"), 4)
        screen.print()
    for matter in thread.matters:
        _print_matter(screen, matter, names)
    for alarm in thread.alarms:
        print_indented(screen, _describe_event(alarm, names))
    total = f"{plural(len(thread.matters), 'matter')} of {plural(thread.items, 'item')}."
    screen.print(Text(total, "bold"))
    if not thread.complete:
        screen.print(Text("Only the newest items about it were read.", "yellow"))


def _print_matter(screen: Console, matter: Matter, names: Mapping[str, str]) -> None:
    head = Text(clean(matter.title), "bold")
    if matter.value:
        head.append(f"  {matter.value}", "green")
    screen.print(head)
    if matter.stages:
        steps = (f"{step.stage} {step.at:%d %b %Y}" for step in matter.stages)
        print_indented(screen, Text(", ".join(steps), "green"))
    explained: set[int] = set()
    for event in matter.events:
        print_indented(screen, _describe_event(event, names))
        if event.text:
            print_indented(screen, Text(clean(event.text)), 6)
        if event.item_id is not None and event.item_id not in explained:
            explained.add(event.item_id)
            for join in matter.joins:
                if join.item_id == event.item_id:
                    why = f"with item {join.with_item}: {clean('; '.join(join.reasons))}"
                    print_indented(screen, Text(why, "dim"), 6)
    screen.print()


def _describe_event(event: ThreadEvent, names: Mapping[str, str]) -> Text:
    source = clean(names.get(event.source_key, event.source_key))
    who = f"  {source}" if source else ""
    what = f"{event.at:%d %b %Y}  {clean(event.what)}: {clean(event.title)}"
    return Text.assemble(what, (who, "cyan"))
