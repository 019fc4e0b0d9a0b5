"""Sentences of the passages that were found, in the order in which they answer.

A sentence's score is a weighted sum of a few signs: how near it and its passage are to the question, how much of the
question it says, and what the ranker makes of it. The weights are those of a softmax over the sentences found for a
question (a conditional logit, McFadden 1974), so that a score is a logarithm: a sentence that is 1 behind another is e
times less likely to be the one that answers.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from qa_bot.answering.retrieval import Query
from qa_bot.encoding import Ranker, RankerKind, Statement
from qa_bot.index import OpenIndex, terms_of
from qa_bot.types import Hit, Passage, Role

READ_PASSAGES = 12
"""The sentences of so many passages are ranked."""
CONTEXT_SHARE = 0.2
"""A word of the question that stands only in the title or the rest of the passage counts this much."""
LEAST_SUPPORT = 0.01
"""So far below what any passage of the subject has that less says no more."""
FRAGMENT_WORDS = 4
"""What has fewer words is a fragment: a crosshead, a name, a number."""


class Signs(NamedTuple):
    """What a sentence's score is computed from; also the weight of each."""

    cosine: float
    """Of question and sentence, 0 to 1."""
    dense: float
    """Of question and passage, 0 to 1."""
    lexical: float
    """BM25 of the passage as a share of the best one's, 0 to 1."""
    coverage: float
    """Share of the question's term weight, 0 to 1, that it and, at a discount, its surroundings hold."""
    document: float
    """How much of its document is near the question: the logarithm of the sum of its hits' squared scores, each 0 to 1.

    A document that keeps to the subject answers rather than one that mentions it.
    """
    length: float
    """The logarithm of its number of words: a longer sentence says more, so that it is likelier to answer."""
    opening: float = 0.0
    """1 where it opens its passage and its paragraph goes on, else 0: it rather names the subject than tells of it."""
    caption: float = 0.0
    """1 where it is one, else 0; so are the next two."""
    heading: float = 0.0
    fragment: float = 0.0
    logit: float = 0.0
    """What the ranker says of it; 0 without one."""


class Scale(NamedTuple):
    """How a score is made of signs: the weight of each, and the sum at which a first sentence is right at even odds.

    The latter is taken off, so that 0 means even odds on every scale.
    """

    weights: Signs
    even: float


# Fitted by training/fit_weights.py on one half of four sets of questions (web search, encyclopaedia, manuals and
# conversations, news), on 423 of these in other words, and on 500 over folders of five articles, each set weighing the
# same. They hold too few captions and headings, whose weights are set by hand.
# Without a ranker the proportions were set by hand, and kept since fitted ones had no better quote@1; only that
# of the opening is fitted there.
WITHOUT_RANKER = Scale(
    Signs(
        cosine=6.0, dense=1.9, lexical=2.8, coverage=2.7, document=1.0, length=0.0, opening=-0.9,
        caption=-2.7, heading=-3.3, fragment=-1.3,
    ),
    even=8.6,
)  # fmt: skip
SCALES: dict[RankerKind | None, Scale] = {
    None: WITHOUT_RANKER,
    "reader": Scale(
        Signs(
            cosine=3.7, dense=6.7, lexical=1.5, coverage=0.0, document=1.3, length=0.36, opening=-0.47,
            caption=-2.7, heading=-3.3, fragment=-1.3, logit=0.42,
        ),
        even=7.7,
    ),
    # A CrossEncoder's logit is taken for a log-odds; what a given one means by it isn't known.
    "cross-encoder": Scale(WITHOUT_RANKER.weights._replace(logit=1.0), even=WITHOUT_RANKER.even),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: its place in a passage, its signs, and the score that candidates are ordered by."""

    hit: Hit
    position: int
    signs: Signs
    score: float

    @property
    def text(self) -> str:
        """The sentence itself."""
        return sentence_text(self.hit.passage, self.position, self.position)


def candidates(query: Query, hits: Sequence[Hit], index: OpenIndex, ranker: Ranker | None) -> list[Candidate]:
    """Return the quotable sentences of the first hits, best first; where there is a ranker, those that it read.

    The hits after the first ``READ_PASSAGES`` tell how near the documents are.
    """
    support = _support(hits)
    found = scored(
        (
            candidate
            for hit in hits[:READ_PASSAGES]
            for candidate in _sentences_of(query, hit, support[hit.passage.source], index)
        ),
        WITHOUT_RANKER,
    )
    if ranker is None:
        return found
    return scored(_read(query, found[: ranker.most], ranker), SCALES[ranker.kind])


def scored(found: Iterable[Candidate], scale: Scale) -> list[Candidate]:
    """Return candidates in the order of their scores on this scale, best first."""
    weighed = [
        replace(candidate, score=sum(map(operator.mul, scale.weights, candidate.signs)) - scale.even)
        for candidate in found
    ]
    return sorted(weighed, key=lambda candidate: -candidate.score)


def _read(query: Query, likeliest: Sequence[Candidate], ranker: Ranker) -> Iterable[Candidate]:
    """Add what the ranker says of each candidate."""
    statements = [_statement(candidate) for candidate in likeliest]
    # A follow-up is read as it was asked: completed by the question before, it would get that one's answer again.
    for candidate, logit in zip(likeliest, ranker.scores(query.alone, statements).tolist(), strict=True):
        yield replace(candidate, signs=candidate.signs._replace(logit=logit))


def _statement(candidate: Candidate) -> Statement:
    passage = candidate.hit.passage
    return Statement(_texts(passage), candidate.position, passage.heading)


def _support(hits: Iterable[Hit]) -> dict[str, float]:
    """Return by source how much of a document is near the question."""
    total: dict[str, float] = defaultdict(float)
    for hit in hits:
        total[hit.passage.source] += hit.score**2
    return {source: math.log(max(squares, LEAST_SUPPORT)) for source, squares in total.items()}


def _sentences_of(query: Query, hit: Hit, support: float, index: OpenIndex) -> Iterable[Candidate]:
    passage = hit.passage
    positions = [i for i, sentence in enumerate(passage.sentences) if sentence.role is not Role.FURNITURE]
    if not positions:
        return
    first = index.store.first_sentence(hit.number)
    cosines = np.clip(index.sentences.rows([first + i for i in positions]) @ query.vector, -1.0, 1.0)
    texts = _texts(passage)
    goes_on = len(texts) > 1 and passage.sentences[0].paragraph == passage.sentences[1].paragraph
    around = terms_in(passage.heading).union(*map(terms_in, texts))
    for position, cosine in zip(positions, cosines.tolist(), strict=True):
        role, words = passage.sentences[position].role, len(texts[position].split())
        signs = Signs(
            cosine=max(cosine, 0.0),
            dense=max(hit.dense, 0.0),
            lexical=hit.lexical,
            coverage=_coverage(query, terms_in(texts[position]), around),
            document=support,
            length=math.log(words),
            opening=float(position == 0 and goes_on),
            caption=float(role is Role.CAPTION),
            heading=float(role is Role.HEADING),
            fragment=float(words < FRAGMENT_WORDS),
        )
        yield Candidate(hit, position, signs, score=0.0)


@lru_cache(maxsize=8192)
def terms_in(text: str) -> frozenset[str]:
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


def sentence_text(passage: Passage, first: int, last: int) -> str:
    """The text from the beginning of one sentence of a passage to the end of another."""
    return passage.text[passage.sentences[first].start - passage.start : passage.sentences[last].end - passage.start]


@lru_cache(maxsize=1024)
def _texts(passage: Passage) -> tuple[str, ...]:
    return tuple(sentence_text(passage, i, i) for i in range(len(passage.sentences)))
