"""Edits of what was told that are hard to compare with what stood there before."""

from __future__ import annotations

from collections.abc import Callable

from tests.attack.party import Party, page
from tests.attack.stories import prose
from tests.support.site import article_page


def edit(before: Callable[[], str], after: Callable[[], str], key: str) -> Party:
    """A page of two texts, in turn, below a headline and paragraphs that stay.

    The paragraphs are its own: else it would be a copy of another one's story, and not told.
    """

    def shown(text: Callable[[], str]) -> Callable[[], str]:
        return lambda: article_page(
            f"Halcyon and edit-{key} 0", f"{prose(key, 'Halcyon')}\n\n{text()}"
        )

    return Party(
        key=f"edit-{key}",
        before={"/1.html": page(shown(before))},
        pages={"/1.html": page(shown(after))},
    )


def sentences(many: int, mark: str) -> str:
    """Sentences that differ from those of another mark by one word."""
    return " ".join(f"Sentence {n} of the minutes says {mark} of it." for n in range(many))


STAMP = "\n\n".join(f".{chr(0x3000) * 250}{n} x" for n in range(20))

PARTIES = (
    edit(lambda: "ab ba " * 40_000, lambda: "ba ab " * 40_000, "240kb"),
    edit(
        lambda: "The board hears " + "of one thing and " * 500 + "goes.",
        lambda: "The board hears " + "one thing of and " * 500 + "goes.",
        "8kb-sentence",
    ),
    edit(lambda: sentences(6000, "this"), lambda: sentences(6000, "that"), "6000-sentences"),
    edit(
        lambda: prose("one", "Halcyon", paragraphs=400),
        lambda: prose("two", "Halcyon", paragraphs=400),
        "replaced",
    ),
    edit(
        lambda: "\n\n".join(f"Line {n}." for n in range(8000)),
        lambda: "\n\n".join(f"Line {n}." for n in reversed(range(8000))),
        "reversed",
    ),
    edit(lambda: "a" * 300_000, lambda: "a" * 150_000 + "b" + "a" * 150_000, "one-word"),
    edit(lambda: "病院電子記録" * 20_000, lambda: "電子病院記録" * 20_000, "ideographs"),
    edit(lambda: STAMP, lambda: STAMP + " late", "stamp"),
    edit(lambda: "1," * 20_000, lambda: "1," * 20_000 + "2", "counted"),
    edit(lambda: "1,1,1,1 reads " * 5_000, lambda: "1,1,1,2 reads " * 5_000, "counts"),
    edit(lambda: "â€" * 30_000, lambda: "â€" * 30_000 + "x", "mojibake"),
    edit(lambda: "a, b; " * 30_000, lambda: "b; a, " * 30_000, "punctuation"),
)
