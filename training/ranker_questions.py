"""Vary training questions the way people do: typos, keywords, other words, a story before, a question before."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from qa_bot.index import terms_of

_STOP = frozenset(
    "a an and are as at be by can did do does for from had has have how i in is it its many much of on or that the "
    "their there these they this to was were what when where which who whom whose why will with would you".split()
)
_OPENINGS = (
    "hi, can you tell me ",
    "I was wondering, ",
    "please help: ",
    "do you know ",
    "quick question - ",
    "I read something about this the other day but forgot: ",
    "tell me ",
)
SHORTEST_SYNONYM = 3
LEAST_COSINE = 0.48
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")


def typo(question: str, rng: random.Random) -> str:
    """Return the question with one or two letters swapped, lost or doubled in its longer words."""
    words = question.split()
    long = [i for i, word in enumerate(words) if len(word) > 4]
    for i in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        word = words[i]
        at = rng.randrange(1, len(word) - 2)
        kind = rng.randrange(3)
        if kind == 0:
            words[i] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            words[i] = word[:at] + word[at + 1 :]
        else:
            words[i] = word[:at] + word[at] + word[at:]
    return " ".join(words)


def keywords(question: str) -> str:
    """Return the question's content words alone, or the question where fewer than two are left."""
    kept = [word for word in question.rstrip("?. ").split() if word.lower().strip(",") not in _STOP]
    return " ".join(kept) if len(kept) >= 2 else question


def headline(question: str, rng: random.Random) -> str:
    """Return a title made of the question's own words: it says them all and answers nothing."""
    words = keywords(question).split()
    return " ".join(word.capitalize() for word in words) if rng.random() < 0.7 else " ".join(words)


class Synonyms:
    """Words that mean nearly the same, by the encoder's own word embeddings: "soldiers" and "troops".

    ``encoder`` is the folder of a sentence-transformers model. Only whole words that the vocabulary holds are known.
    """

    def __init__(self, encoder: Path) -> None:
        numbers = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()
        self._words = [word for word in numbers if word.isalpha() and len(word) >= SHORTEST_SYNONYM]
        self._rows = {word: row for row, word in enumerate(self._words)}
        weights = load_file(str(encoder / "model.safetensors"))["embeddings.word_embeddings.weight"]
        vectors = weights[[numbers[word] for word in self._words]]
        vectors = vectors - vectors.mean(axis=0)
        self._vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self._known: dict[str, list[str]] = {}

    def of(self, word: str) -> list[str]:
        """Return at most six, nearest first; no mere inflections; none where the word is not known."""
        if word not in self._known:
            self._known[word] = self._nearest(word) if word in self._rows else []
        return self._known[word]

    def _nearest(self, word: str) -> list[str]:
        cosines = self._vectors @ self._vectors[self._rows[word]]
        near = [self._words[row] for row in np.argsort(-cosines)[1:20] if cosines[row] >= LEAST_COSINE]
        return [other for other in near if terms_of(other) != terms_of(word)][:6]


def in_other_words(question: str, synonyms: Synonyms, rng: random.Random) -> str:
    """Return the question with one to three of its words, names left alone, replaced by synonyms."""
    words = question.split()
    plain = [i for i, word in enumerate(words) if word.strip("?.,").islower() and synonyms.of(word.strip("?.,"))]
    for i in rng.sample(plain, min(len(plain), rng.choice((1, 2, 3)))):
        word = words[i].strip("?.,")
        words[i] = words[i].replace(word, rng.choice(synonyms.of(word)))
    return " ".join(words)


def vary(question: str, earlier: Sequence[str], stories: Sequence[str], synonyms: Synonyms, rng: random.Random) -> str:
    """Return the question as it is (some five times in ten) or varied.

    ``earlier``: other questions of its paragraph; ``stories``: sentences that have nothing to do with it.
    """
    draw = rng.random()
    if draw < 0.09:
        question = typo(question, rng)
    elif draw < 0.17:
        question = keywords(question)
    elif draw < 0.20:
        question = rng.choice(_OPENINGS) + question
    elif draw < 0.25 and stories:
        question = f"{' '.join(rng.sample(stories, min(len(stories), rng.choice((1, 2)))))} {question}"
    elif draw < 0.35 and earlier:
        question = f"{rng.choice(earlier)} {question}"
    elif draw < 0.53:
        question = in_other_words(question, synonyms, rng)
    return question


def as_typed(question: str, rng: random.Random) -> str:
    """Return the question without its question mark, three times in ten."""
    return question.rstrip("? .") if rng.random() < 0.3 else question


def spoil(question: str, others: list[str], rng: random.Random) -> str | None:
    """Return the question about another name or number, so that its paragraph no longer answers; None: it has none.

    ``others``: questions of other paragraphs, which give the new name or number.
    """
    for pattern in rng.sample((_NAME, _NUMBER), 2):
        found = pattern.findall(question)
        pool = [item for other in others for item in pattern.findall(other) if item.lower() not in question.lower()]
        if found and pool:
            return question.replace(rng.choice(found), rng.choice(pool), 1)
    return None
