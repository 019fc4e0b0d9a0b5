"""Vary training questions the way people do: typos, keywords, chattiness, a follow-up after an earlier question."""

from __future__ import annotations

import random
import re

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


def vary(question: str, earlier: list[str], rng: random.Random) -> str:
    """Return the question as it is (some six times in ten) or varied; ``earlier``: other questions of its paragraph."""
    draw = rng.random()
    if draw < 0.09:
        question = typo(question, rng)
    elif draw < 0.17:
        question = keywords(question)
    elif draw < 0.22:
        question = rng.choice(_OPENINGS) + question
    elif draw < 0.27 and earlier:
        question = f"{rng.choice(earlier)} {question}"
    if rng.random() < 0.3:
        question = question.rstrip("? .")
    return question


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
