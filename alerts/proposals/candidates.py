"""Makes candidate changes of a query from where it matches, and judgements of that. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from alerts.proposals.hit_contexts import ADJACENT, AROUND, NEARBY, HitContext, read_contexts
from alerts.proposals.model import Candidate, ChangeKind, JudgedItem, ProposalSubject
from alerts.proposals.query_parts import (
    AS_IT_IS,
    QueryPart,
    exclude_everywhere,
    find_parts,
    replace_part,
)
from alerts.proposals.word_choice import StoryWords, choose_context, choose_excluded
from alerts.query.model.nodes import Macro, Spellings, Term
from alerts.query.reporting.canonical import canonical

MAX_PARTS = 3  # of a query that are changed: those that match in most of what is unwanted
MAX_FORMS = 8  # spellings of a word in one cs()
MIN_OF_SOURCE = 3  # unwanted stories of a source


def make_candidates(subject: ProposalSubject, items: Sequence[JudgedItem]) -> list[Candidate]:
    """Return candidate changes; none of them is measured.

    Args:
        subject: the watch.
        items: that it finds, those that were judged among them.
    """
    made = [*_leave_sources_out(subject, items)]
    contexts = [(part, read_contexts(items, part)) for part in find_parts(subject.query)]
    ordered = sorted(contexts, key=lambda each: (-_count_unwanted(each[1]), each[0].text))
    for part, found in ordered[:MAX_PARTS]:
        if _count_unwanted(found):
            made += _change_case(subject, part, found)
            made += _change_words(subject, part, found)
    unique = {each.query.canonical: each for each in reversed(made)}
    return [each for each in made if unique[each.query.canonical] is each]


def _count_unwanted(found: Sequence[HitContext]) -> int:
    return len({c.item.story_id for c in found if c.item.judgement == "unwanted"})


def _change_case(
    subject: ProposalSubject, part: QueryPart, found: Sequence[HitContext]
) -> Iterator[Candidate]:
    """Yield `cs()` of the spellings that are least often unwanted, from few to many."""
    if isinstance(part.node, Macro) or not _is_plain(part.node):
        return
    unwanted: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for each in found:
        (unwanted if each.item.judgement == "unwanted" else others).update(each.forms)
    forms = sorted(
        (
            form
            for form in others
            if '"' not in form and AS_IT_IS not in form and form.isprintable()
        ),
        key=lambda form: (unwanted[form] / (unwanted[form] + others[form]), form),
    )
    for count in range(1, min(len(forms), MAX_FORMS) + 1):
        chosen = sorted(forms[:count])
        if set(chosen) >= {*unwanted, *others} or not any(map(_has_capital, chosen)):
            continue
        if isinstance(part.node, Spellings) and part.node.plural:
            chosen = sorted({*chosen, *(f"{form}s" for form in chosen if form.isupper())})
        made = "cs({})".format(" OR ".join(f'"{form}"' for form in chosen))
        yield from _replace(subject, "case", part, made)


def _is_plain(node: Term | Spellings) -> bool:
    term = node.term if isinstance(node, Spellings) else node
    return not term.exact and all(one.kind == "word" for one in term.parts)


def _has_capital(form: str) -> bool:
    return any(character.isupper() for character in form)


def _change_words(
    subject: ProposalSubject, part: QueryPart, found: Sequence[HitContext]
) -> Iterator[Candidate]:
    """Yield exclusions of words near a part, and words of which one has to be near it."""
    choices: tuple[tuple[int, int, Callable[[HitContext], frozenset[str]]], ...] = (
        (ADJACENT, 1, lambda each: each.names),
        (ADJACENT, 2, lambda each: each.adjacent | each.names),
        (NEARBY, 3, lambda each: each.nearby),
    )
    for reach, least, words_of in choices:
        for words in choose_excluded(_by_story(found, words_of), least_stories=least):
            made = f"{AS_IT_IS} NOT NEAR/{reach} {_print_group(words)}"
            yield from _replace(subject, "exclusion", part, made)
    for words in choose_context(_by_story(found, lambda each: each.around)):
        group = " OR ".join(map(_quote, words))
        yield from _replace(subject, "context", part, f"{AS_IT_IS} NEAR/{AROUND} plural({group})")


def _by_story(
    found: Sequence[HitContext], words_of: Callable[[HitContext], frozenset[str]]
) -> list[StoryWords]:
    stories: dict[int, StoryWords] = {}
    for each in found:
        story = each.item.story_id
        known = stories.get(story)
        words = words_of(each) | (known.words if known else frozenset())
        stories[story] = StoryWords(judgement=each.item.judgement, words=words)
    return list(stories.values())


def _print_group(words: Sequence[str]) -> str:
    shown = " OR ".join(map(_quote, words))
    return f"({shown})" if len(words) > 1 else shown


def _quote(word: str) -> str:
    return word if word.isalpha() and word not in ("and", "or", "not", "near") else f'"{word}"'


def _replace(
    subject: ProposalSubject, kind: ChangeKind, part: QueryPart, made: str
) -> Iterator[Candidate]:
    changed = replace_part(subject.query, part, made, subject.suppliers)
    if changed is not None:
        target = canonical(part.node)
        yield Candidate(
            kind=kind, target=target, change=made.replace(AS_IT_IS, target), query=changed
        )


def _leave_sources_out(
    subject: ProposalSubject, items: Sequence[JudgedItem]
) -> Iterator[Candidate]:
    """Yield the exclusion of sources that were muted, or of which most is unwanted."""
    unwanted: dict[str, set[int]] = {}
    others: dict[str, set[int]] = {}
    for item in items:
        counted = unwanted if item.judgement == "unwanted" else others
        counted.setdefault(item.source_key, set()).add(item.story_id)
    for key in sorted({*unwanted, *others}):
        count = len(unwanted.get(key, ()))
        mostly = count >= MIN_OF_SOURCE and count >= len(others.get(key, ()))
        if mostly or key in subject.muted_sources:
            excluded = f'source:"{key}"'
            changed = exclude_everywhere(subject.query, excluded, subject.suppliers)
            if changed is not None:
                yield Candidate(kind="source", target=key, change=f"NOT {excluded}", query=changed)
