"""Quotes out of sentences: what must be quoted with them, and which say the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa_bot.answering.sentences import Candidate, sentence_text, terms_in
from qa_bot.types import Passage, Place, Quote, Role

LONGEST_QUOTE = 600
"""Code points."""

MOST_SENTENCES = 3
"""A quote of sentences that may each answer holds no more; a list is quoted to its end."""

TOGETHER = 2.0
"""A sentence beside the one quoted that is no more behind it is quoted with it: it is at most e² = 7 times less likely
to be the one that answers, and two quotes of neighbours would be one torn apart."""

WORTH_ADDING = 3.0
"""A further quote's score may be so much behind the first one's. What is farther behind a reader would ask about: why
is this here? On the fitting halves of four sets of questions that costs quote@3 up to 2.5 points, and saves between
0.2 quotes an answer and 1."""

SAME_WORDS = 0.8
"""Two quotes of which this share of words is common, and all figures, say the same."""

_LEANS_BACK = re.compile(
    r"""^\W*(?:(?:but|and|so|yet|then|also|still|however,?|instead,?|meanwhile,?)\s+)?
        (?:he|she|it|they|his|her|its|their|this|these|those|that|such|both|the\ former|the\ latter)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def quotes_from(ranked: Sequence[Candidate], most: int) -> list[Quote]:
    """Return at most ``most`` quotes, best first, each adding something: the same statement elsewhere is folded in."""
    quotes: list[Quote] = []
    sentences: list[str] = []  # of all of them
    scores = {(candidate.hit.number, candidate.position): candidate.score for candidate in ranked}
    for candidate in ranked:
        passage = candidate.hit.passage
        first, last = _extent(candidate, scores)
        quote = _quote(candidate, first, last)
        own = Place(
            passage.source, passage.sentences[candidate.position].start, passage.sentences[candidate.position].end
        )
        if any(_overlap(kept, quote) or any(_overlap(place, own) for place in kept.also_in) for kept in quotes):
            continue
        twin = next((i for i, kept in enumerate(quotes) if says_the_same(kept.text, quote.text)), None)
        if twin is not None:
            quotes[twin] = replace(
                quotes[twin], also_in=(*quotes[twin].also_in, Place(quote.source, quote.start, quote.end))
            )
            continue
        if any(says_the_same(sentence, candidate.text) for sentence in sentences):
            continue
        # One too many, or too far behind, can only be folded into a quote.
        if not quotes or (len(quotes) < most and candidate.score >= ranked[0].score - WORTH_ADDING):
            quotes.append(quote)
            sentences += [sentence_text(passage, i, i) for i in range(first, last + 1)]
    return quotes


def says_the_same(left: str, right: str) -> bool:
    """Say whether two statements are one: nearly the same words, and exactly the same figures."""
    if set(_FIGURE.findall(left)) != set(_FIGURE.findall(right)):
        return False
    a, b = terms_in(left), terms_in(right)
    return bool(a | b) and len(a & b) / len(a | b) >= SAME_WORDS


def _overlap(left: Quote | Place, right: Quote | Place) -> bool:
    return left.source == right.source and left.start < right.end and right.start < left.end


def _quote(candidate: Candidate, first: int, last: int) -> Quote:
    """Quote the sentences ``first`` to ``last`` of the candidate's passage."""
    passage = candidate.hit.passage
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
        # A score is a log-odds, within some -20 to 20.
        score=1.0 / (1.0 + math.exp(-candidate.score)),
    )


def _extent(candidate: Candidate, scores: Mapping[tuple[int, int], float]) -> tuple[int, int]:
    """Return the first and last sentence of a candidate's quote: what it needs, and neighbours that may answer as well.

    ``scores``: by the number of a passage and the position in it.
    """
    passage, number = candidate.hit.passage, candidate.hit.number
    first, last = needed(passage, candidate.position)
    leads_in = last > candidate.position
    if leads_in or passage.sentences[candidate.position].role is not Role.PROSE:
        return first, last
    while last - first + 1 < MOST_SENTENCES:
        beside = [
            position
            for position in (first - 1, last + 1)
            if scores.get((number, position), -math.inf) >= candidate.score - TOGETHER
            and passage.sentences[position].role is Role.PROSE
        ]
        if not beside:
            break
        likelier = max(beside, key=lambda position: (scores[number, position], position))
        wider = min(first, likelier), max(last, likelier)
        if passage.sentences[wider[1]].end - passage.sentences[wider[0]].start > LONGEST_QUOTE:
            break
        first, last = wider
    return first, last


def needed(passage: Passage, position: int) -> tuple[int, int]:
    """Return the first and last sentence of the quote around the sentence at ``position``.

    A pronoun needs the sentence before, a lead-in its list, and a question what is said to it.
    """
    sentences = passage.sentences
    first = last = position
    before = sentences[position - 1] if position else None
    if (
        before is not None
        and before.role is Role.PROSE
        and before.paragraph == sentences[position].paragraph
        and _LEANS_BACK.match(sentence_text(passage, position, position))
        and sentences[last].end - before.start <= LONGEST_QUOTE
    ):
        first = position - 1
    ending = sentence_text(passage, last, last).rstrip()
    if ending.endswith("?") and last + 1 < len(sentences):
        reply = sentences[last + 1]
        if reply.role is Role.PROSE and reply.end - sentences[first].start <= LONGEST_QUOTE:
            last += 1
    elif ending.endswith(":"):
        for following in sentences[last + 1 :]:
            if following.role is not Role.PROSE or following.end - sentences[first].start > LONGEST_QUOTE:
                break
            last += 1
    return first, last
