"""Articles of innocent outlets: each with words of its own, so that none is a copy of another."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.site import article_page

# the supplier stands in the article's text alone: who is told of it had its page read
SUPPLIERS = ("Halcyon", "Corvid")
TOKEN = re.compile(r"\bst[0-9a-f]{10}\b")
_SYLLABLES = ("ba", "con", "dri", "fel", "gor", "hum", "jas", "kel", "lom", "mar", "nep", "pol")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article; `token` is a word that stands in its title and nowhere else."""

    token: str
    supplier: str

    @property
    def title(self) -> str:
        """Its headline."""
        return f"Board of {self.token} meets about records"

    @property
    def page(self) -> str:
        """Its page."""
        return article_page(self.title, prose(self.token, self.supplier))


def make_story(rng: random.Random, supplier: str) -> Story:
    """A story that no other run of the generator has made."""
    return Story(token=f"st{rng.getrandbits(40):010x}", supplier=supplier)


def prose(seed: str, supplier: str, *, paragraphs: int = 5, sentences: int = 4) -> str:
    """Paragraphs of words that the seed chooses; one of them names the supplier."""
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3)))

    def sentence() -> str:
        return " ".join(word() for _ in range(rng.randint(8, 16))).capitalize() + "."

    made = [" ".join(sentence() for _ in range(sentences)) for _ in range(paragraphs)]
    made[2] += f" The committee heard from {supplier} about {word()} and {word()}."
    return "\n\n".join(made)


def tokens_of(text: str) -> Sequence[str]:
    """The tokens that stand in a text, each once, in order."""
    return list(dict.fromkeys(TOKEN.findall(text)))
