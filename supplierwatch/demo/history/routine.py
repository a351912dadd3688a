"""Composes the everyday reports of the history from sentences: some name a supplier, many do not.

The same days give the same reports: choices are drawn by a generator with a fixed seed.
"""

from __future__ import annotations

from random import Random

from supplierwatch.demo.history.scripted import MadeStory, MadeText

SEED = 16
OUTLETS = (
    *("ward-and-wire", "ward-and-wire", "medtech-dispatch", "national-ledger"),
    *("northmoor-gazette", "northmoor-gazette", "wexmere-board-watch", "st-osyth-trust"),
)
AUTHORS = ("Imogen Tarrant", "Rufus Denholm", "Noor Castell", "Gareth Oyelaran", "Maud Ferris")
PLACES = (
    *("Saltmarsh General", "Port Ainsley Infirmary", "Carrow Community Services", "St Osyth"),
    *("Northmoor Trust", "Wexmere Hospitals", "Thornholt Clinic", "Easting Bay Hospital"),
)
# how often each is in the news
SUPPLIERS: tuple[str, ...] = (
    *(("Corvantis",) * 6 + ("Halden Systems",) * 4 + ("Meridian Ledger",) * 3),
    *(("Beacon Remote Care",) * 2 + ("",) * 7),
)
SUBJECTS = (
    *("bed planning", "pathology results", "discharge letters", "maternity notes", "stock control"),
    *("outpatient booking", "staff rosters", "ward handovers", "X-ray archives", "clinic queues"),
)
TITLES = (
    "{place} moves {subject} to {supplier}",
    "{supplier} trains {number} staff at {place} for {subject}",
    "{place} and {supplier} agree on a date for {subject}",
    "What {supplier} learned from {subject} at {place}",
    "Delay of {weeks} weeks for {subject} at {place}, says {supplier}",
)
OTHER_TITLES = (
    "{place} looks for {number} volunteers",
    "{place} changes how it does {subject}",
    "Nurses at {place} count {number} steps fewer in {subject}",
    "A morning with {subject} at {place}",
)
WITH_SUPPLIER = (
    "{supplier} will look after {subject} at {place} from next month, both said on {weekday}.",
    "{place} has chosen {supplier} for {subject} after a trial on {small} wards.",
    "A first group of {number} staff at {place} has begun to use the {supplier} software.",
    "The contract with {supplier} runs for {years} years and costs £{pounds} a year.",
)
WITHOUT = (
    "{place} has changed how it organises {subject}, and published what came of it on {weekday}.",
    "Staff of {place} rewrote the rules for {subject} themselves, in {weeks} weeks.",
    "An open day at {place} drew {number} visitors on {weekday}.",
)
DETAILS = (
    "Of {number} cases in the first {weeks} weeks, {small} had to be looked at again by hand.",
    "The {subject} of {small} wards were on paper until the summer.",
    "A report to the board of {place} names {small} risks, and an owner for each.",
    "The help desk took {number} calls in a week, most of them before nine in the morning.",
    "Training takes {small} hours and is repeated on night shifts.",
    "An earlier attempt ended after {weeks} weeks because the printers had not been counted.",
    "{place} will publish how long {subject} take, month by month, from the new year.",
    "Of the {number} devices that were ordered, {small} are still in their boxes.",
    "The union asked for {small} changes and got most of them.",
    "Visitors from {small} other hospitals have come to look since {weekday}.",
)
QUOTES = (
    '"The old way took {small} signatures," said a ward clerk. "Nobody misses them."',
    '"We will know in {weeks} weeks whether it holds," said the chief nurse of {place}.',
    '"It saves me {small} minutes with each patient," a doctor said. "I notice it by noon."',
    '"Ask me again after {weekday} night," said the sister in charge.',
    '"We counted {number} before and we shall count them after," said the project lead.',
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def compose_reports(days: int) -> tuple[MadeStory, ...]:
    """Compose the reports of `days` days: four a day, one at weekends."""
    random = Random(SEED)  # noqa: S311 - chooses sentences, no secrets
    reports: list[MadeStory] = []
    for day in range(days + 1):
        for slot in range(1 if day % 7 in (5, 6) else 4):
            minute = day * 24 * 60 + (7 + 3 * slot) * 60 + random.randrange(100)
            reports.append(_compose_report(random, day, slot, minute))
    return tuple(reports)


def _compose_report(random: Random, day: int, slot: int, minute: int) -> MadeStory:
    supplier = random.choice(SUPPLIERS)
    source = random.choice(OUTLETS)
    if supplier == "Corvantis" and random.random() < 0.2:
        source = "corvantis-press"
    words = {
        "supplier": supplier,
        "place": random.choice(PLACES),
        "subject": random.choice(SUBJECTS),
        "number": str(random.randrange(40, 960)),
        "small": str(random.randrange(3, 28)),
        "weeks": str(random.randrange(2, 14)),
        "years": str(random.randrange(3, 9)),
        "pounds": f"{random.randrange(90, 980)},000",
        "weekday": random.choice(WEEKDAYS),
    }
    titles, openings = (TITLES, WITH_SUPPLIER) if supplier else (OTHER_TITLES, WITHOUT)
    title = random.choice(titles)
    sentences = [random.choice(openings), random.choice(DETAILS), random.choice(QUOTES)]
    # under 60 words, of which few are shared: longer ones would count as copies of each other
    body = "\n".join(sentences).format(**words)
    return MadeStory(
        slug=f"report-{day:02}-{slot}",
        minute=minute,
        source=source,
        text=MadeText(title=title.format(**words), body=body),
        author=random.choice(AUTHORS),
        teaser=sentences[0].format(**words),
        kind="release" if source == "corvantis-press" else "news",
    )
