"""
Texts to measure on where none are given: articles of made-up French, some of them reused.

Words follow Zipf's law over a vocabulary made of syllables, so that shingles are as unequally
common as in real text. Every sixth article repeats paragraphs of an earlier one, edited in a
known share of their words. The same seed gives the same texts.
"""

from __future__ import annotations

import random
from itertools import accumulate

SYLLABLES = (
    "ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo fu ga ge gi go gu la le li lo lu "
    "ma me mi mo mu na ne ni no nu pa pe pi po pu ra re ri ro ru sa se si so su ta te ti to tu "
    "va ve vi vo vu cha ché chi cho chu tion ment eur euse ière oire age ance ée és ain ien"
).split()
COMMON = "le la les un une des de du et à en dans pour sur avec par que qui ne pas plus se".split()
REUSED_EVERY = 6
RATES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25)


class Writer:
    """Writes articles; a class because it keeps its vocabulary and its dice."""

    def __init__(self, seed: int = 1, vocabulary: int = 20_000) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        made = {
            "".join(self.dice.choices(SYLLABLES, k=self.dice.randint(2, 4)))
            for _ in range(vocabulary)
        }
        self.words = COMMON + sorted(made)
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def some(self, count: int) -> list[str]:
        """Draw words."""
        return self.dice.choices(self.words, cum_weights=self.weights, k=count)

    def paragraph(self) -> str:
        """Write one to four sentences."""
        sentences = []
        for _ in range(self.dice.randint(1, 4)):
            words = self.some(self.dice.randint(8, 30))
            sentences.append(" ".join(words).capitalize() + ".")
        return " ".join(sentences)

    def article(self) -> list[str]:
        """Write a title, a dateline and paragraphs."""
        day, hour = self.dice.randint(1, 28), self.dice.randint(0, 23)
        dateline = f"Agence, publié le {day} juillet 2020 à {hour}h{self.dice.randint(0, 59):02}"
        body = [self.paragraph() for _ in range(self.dice.randint(4, 14))]
        return [" ".join(self.some(10)).capitalize(), dateline, *body]

    def edited(self, text: str, rate: float) -> str:
        """Drop, replace or insert a word in this share of places."""
        out: list[str] = []
        for word in text.split(" "):
            if self.dice.random() >= rate:
                out.append(word)
                continue
            kind = self.dice.randrange(3)
            out += [[], self.some(1), [word, *self.some(1)]][kind]
        return " ".join(out)


def corpus(articles: int, seed: int = 1) -> list[str]:
    """Write articles, every sixth one with two to five paragraphs of an earlier one."""
    writer = Writer(seed)
    written: list[list[str]] = []
    for number in range(articles):
        article = writer.article()
        if number % REUSED_EVERY == REUSED_EVERY - 1:
            source = writer.dice.choice(written)[2:]
            rate = writer.dice.choice(RATES)
            first = writer.dice.randrange(max(1, len(source) - 2))
            taken = source[first : first + writer.dice.randint(2, 5)]
            place = writer.dice.randint(2, len(article))
            article[place:place] = [writer.edited(paragraph, rate) for paragraph in taken]
        written.append(article)
    return ["\n".join(article) + "\n" for article in written]
