"""Sentences out of passages: which answer best, what must be quoted with them, and which say the same."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from qa_bot.answering.retrieval import Query
from qa_bot.encoding import Ranker, Statement
from qa_bot.index import OpenIndex, terms_of
from qa_bot.types import Hit, Passage, Place, Quote, Role

READ_SENTENCES = 24
"""So many of the likeliest sentences are read by the ranker; each costs some 2 ms."""
RANKER_WEIGHT = 0.2
"""What a logit of the ranker counts against the score of the searches, which lies between 0 and 1."""

LONGEST_QUOTE = 600
"""Code points."""

# The score of a sentence: what it means, what it says, and where it stands.
SENTENCE_WEIGHT = 0.45
PASSAGE_WEIGHT = 0.35
COVERAGE_WEIGHT = 0.20
CONTEXT_SHARE = 0.2
"""A word of the question that stands only in the title or the rest of the passage counts this much."""

PENALTIES = {Role.PROSE: 0.0, Role.CAPTION: 0.2, Role.HEADING: 0.25}
FRAGMENT_PENALTY = 0.10
FRAGMENT_WORDS = 4

WORTH_ADDING = 0.65
"""A further quote must reach this share of the first one's score. Over five sets of questions that costs 0 to 2
points of quote@3, and leaves out what a reader would ask about: why is this here?"""

SAME_WORDS = 0.8
"""Two quotes of which this share of words is common, and all figures, say the same."""

_LEANS_BACK = re.compile(
    r"""^\W*(?:(?:but|and|so|yet|then|also|still|however,?|instead,?|meanwhile,?)\s+)?
        (?:he|she|it|they|his|her|its|their|this|these|those|that|such|both|the\ former|the\ latter)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: its place in a passage, and how near it is.

    ``cosine`` is that of question and sentence, ``coverage`` the share (0 to 1) of the question's term weight that the
    sentence and, at a discount, its surroundings hold, ``rarest_covered`` 1 where these hold its rarest term, else 0.
    ``logit`` is the ranker's, 0 where none is used. Candidates are ordered by ``score``, higher is better.
    """

    hit: Hit
    position: int
    cosine: float
    coverage: float
    rarest_covered: float
    score: float
    logit: float = 0.0


def candidates(query: Query, hits: Sequence[Hit], index: OpenIndex, ranker: Ranker | None) -> list[Candidate]:
    """Return the quotable sentences of the hits, best first; where there is a ranker, those that it read."""
    found = [candidate for hit in hits for candidate in _sentences_of(query, hit, index)]
    found.sort(key=lambda candidate: -candidate.score)
    return found if ranker is None else _read(query, found[:READ_SENTENCES], ranker)


def _read(query: Query, likeliest: Sequence[Candidate], ranker: Ranker) -> list[Candidate]:
    """Order candidates by what the ranker says of each, and what the searches said."""
    logits = ranker.scores(query.text, [_statement(candidate) for candidate in likeliest])
    read = [
        replace(candidate, score=candidate.score + RANKER_WEIGHT * logit, logit=logit)
        for candidate, logit in zip(likeliest, logits.tolist(), strict=True)
    ]
    return sorted(read, key=lambda candidate: -candidate.score)


def _statement(candidate: Candidate) -> Statement:
    passage, position = candidate.hit.passage, candidate.position
    before = _text(passage, position - 1, position - 1) if position else ""
    return Statement(_text(passage, position, position), title=passage.heading, before=before)


def _sentences_of(query: Query, hit: Hit, index: OpenIndex) -> Iterable[Candidate]:
    passage = hit.passage
    positions = [i for i, sentence in enumerate(passage.sentences) if sentence.role is not Role.FURNITURE]
    if not positions:
        return
    first = index.store.first_sentence(hit.number)
    cosines = np.clip(index.sentences.rows([first + i for i in positions]) @ query.vector, -1.0, 1.0)
    around = _said(passage.heading).union(*(_said(_text(passage, i, i)) for i in range(len(passage.sentences))))
    rarest = max(query.weights, key=lambda term: query.weights[term], default="")
    for position, cosine in zip(positions, cosines.tolist(), strict=True):
        text = _text(passage, position, position)
        coverage = _coverage(query, _said(text), around)
        score = SENTENCE_WEIGHT * max(cosine, 0.0) + PASSAGE_WEIGHT * hit.score + COVERAGE_WEIGHT * coverage
        score -= _penalty(text, passage.sentences[position].role)
        yield Candidate(hit, position, cosine, coverage, float(rarest in around), score)


@lru_cache(maxsize=8192)
def _said(text: str) -> frozenset[str]:
    """The terms of a sentence or a title; the same ones are asked for again and again."""
    return frozenset(terms_of(text))


def _coverage(query: Query, said: frozenset[str], around: frozenset[str]) -> float:
    total = query.total_weight
    if not total:
        return 0.0
    held = sum(
        weight if term in said else CONTEXT_SHARE * weight if term in around else 0.0
        for term, weight in query.weights.items()
    )
    return held / total


def _penalty(text: str, role: Role) -> float:
    penalty = PENALTIES[role]
    if len(text.split()) < FRAGMENT_WORDS:
        penalty += FRAGMENT_PENALTY
    return penalty


def quotes_from(ranked: Sequence[Candidate], most: int) -> list[Quote]:
    """Return at most ``most`` quotes, best first, each adding something: the same statement elsewhere is folded in."""
    quotes: list[Quote] = []
    for candidate in ranked:
        quote = _quote(candidate)
        twin = next(
            (i for i, kept in enumerate(quotes) if _overlap(kept, quote) or says_the_same(kept.text, quote.text)), None
        )
        if twin is None:
            # One too many, or too far behind, can only be folded into a quote.
            if not quotes or (len(quotes) < most and candidate.score >= WORTH_ADDING * ranked[0].score):
                quotes.append(quote)
        elif not _overlap(quotes[twin], quote):
            quotes[twin] = replace(
                quotes[twin], also_in=(*quotes[twin].also_in, Place(quote.source, quote.start, quote.end))
            )
    return quotes


def says_the_same(left: str, right: str) -> bool:
    """Say whether two statements are one: nearly the same words, and exactly the same figures."""
    if set(_FIGURE.findall(left)) != set(_FIGURE.findall(right)):
        return False
    a, b = _said(left), _said(right)
    return bool(a | b) and len(a & b) / len(a | b) >= SAME_WORDS


def _overlap(left: Quote, right: Quote) -> bool:
    return left.source == right.source and left.start < right.end and right.start < left.end


def _quote(candidate: Candidate) -> Quote:
    """The sentence with what it needs to be understood: the one before a pronoun, the list under its lead-in."""
    passage = candidate.hit.passage
    first, last = _needed(passage, candidate.position)
    start, end = passage.sentences[first].start, passage.sentences[last].end
    return Quote(
        text=passage.text[start - passage.start : end - passage.start],
        source=passage.source,
        start=start,
        end=end,
        paragraph=passage.sentences[first].paragraph,
        line=passage.sentences[first].line,
        title=passage.title,
        url=passage.url,
        published=passage.published,
        page=passage.page,
        context=passage.text,
        context_start=passage.start,
        # Any monotone map to 0..1 serves; this one spreads the scores that occur.
        score=1.0 / (1.0 + math.exp((0.5 - candidate.score) / 0.15)),
    )


def _needed(passage: Passage, position: int) -> tuple[int, int]:
    """Return the first and last sentence of the quote around the sentence at ``position``."""
    sentences = passage.sentences
    first = last = position
    before = sentences[position - 1] if position else None
    if (
        before is not None
        and before.role is Role.PROSE
        and before.paragraph == sentences[position].paragraph
        and _LEANS_BACK.match(_text(passage, position, position))
        and sentences[last].end - before.start <= LONGEST_QUOTE
    ):
        first = position - 1
    if _text(passage, last, last).rstrip().endswith(":"):
        for following in sentences[last + 1 :]:
            if following.role is not Role.PROSE or following.end - sentences[first].start > LONGEST_QUOTE:
                break
            last += 1
    return first, last


def _text(passage: Passage, first: int, last: int) -> str:
    return passage.text[passage.sentences[first].start - passage.start : passage.sentences[last].end - passage.start]
