"""What the ranker is trained to minimise: that another sentence, or another word, wins than the one that answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

SPAN_WEIGHT = 0.25
"""What the place of the answer's first and last word counts, each, against the sentence that holds it."""
LARGEST = 40.0
"""Judgements lie within some -20 to 20; what is beyond must not overflow."""
TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a row: the sentences' spans in word pieces, and by number those that answer or may.

    ``begins`` and ``ends`` are the places of the word pieces that an annotator's answer begins and ends at.
    """

    spans: tuple[tuple[int, int], ...]
    positives: frozenset[int]
    unsure: frozenset[int]
    begins: tuple[int, ...]
    ends: tuple[int, ...]


def sentence_logits(judgements: Tensor, spans: Sequence[tuple[int, int]]) -> list[Tensor]:
    """Return a logit for each sentence, as ``qa_bot.encoding.passage_reader`` computes it, of judgements (t, 3)."""
    logits = []
    for start, end in spans:
        part = judgements[start:end]
        logits.append(part[:, 0].logsumexp(0) + part[:, 1].logsumexp(0) + part[:, 2].mean())
    return logits


def batch_loss(groups: Sequence[Sequence[tuple[Tensor, Labels]]]) -> Tensor:
    """Return the mean loss of some questions, each given by the judgements (t, 3) and the labels of its rows.

    A question's loss is minus the log-probability of the sentences that answer, in a softmax over all sentences of all
    rows and a "none" of score 0, which is right where no sentence answers; and, weighing less, the same of the word
    pieces that an answer begins and ends at. All questions at once: one by one, a GPU would wait for the processor.
    """
    places = _places(groups)
    judgements = torch.cat([judged for group in groups for judged, _ in group]).clamp(max=LARGEST)

    def index(numbers: Sequence[int]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.int64, device=judgements.device)

    def summed(values: Tensor, into: Tensor, count: int) -> Tensor:
        return values.new_zeros(count, *values.shape[1:]).index_add(0, into, values)

    count, sentence_of = len(places.group_of), index(places.sentence_of)
    pieces = judgements[index(places.pieces)]
    edges = summed(pieces[:, :2].exp(), sentence_of, count)
    lengths = summed(torch.ones_like(pieces[:, 2]), sentence_of, count)
    odds = (edges.log().sum(1) + summed(pieces[:, 2], sentence_of, count) / lengths).clamp(max=2 * LARGEST).exp()

    group_of, right = index(places.group_of), torch.tensor(places.right, device=judgements.device)
    answered = summed(right.to(odds.dtype), group_of, len(groups)) > 0
    loss = _none_or(summed(odds, group_of, len(groups)), summed(odds * right, group_of, len(groups)), answered)
    for edge, (found, owner) in enumerate((places.begins, places.ends)):
        told = summed(torch.ones(len(owner), device=judgements.device), index(owner), len(groups)) > 0
        rivals = summed(edges[:, edge], group_of, len(groups))
        of_right = summed(judgements[index(found), edge].exp(), index(owner), len(groups))
        # An answer that did not fit into its row has a sentence, but no place.
        loss = loss + SPAN_WEIGHT * (told == answered) * _none_or(rivals, of_right, told)
    return loss.mean()


@dataclass(slots=True)
class _Places:
    """Where things are in the judgements of a batch, laid end to end."""

    pieces: list[int] = field(default_factory=list)
    """Of the sentences that are judged; ``sentence_of`` has the sentence of each."""
    sentence_of: list[int] = field(default_factory=list)
    group_of: list[int] = field(default_factory=list)
    """A group for each sentence, and whether it answers."""
    right: list[bool] = field(default_factory=list)
    begins: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    """The pieces that an answer begins at, and the group of each; so ``ends``."""
    ends: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))


def _places(groups: Sequence[Sequence[tuple[Tensor, Labels]]]) -> _Places:
    places, offset = _Places(), 0
    for number, group in enumerate(groups):
        for judgements, labels in group:
            for sentence, (start, end) in enumerate(labels.spans):
                if end > start and sentence not in labels.unsure:
                    places.pieces += range(offset + start, offset + end)
                    places.sentence_of += [len(places.group_of)] * (end - start)
                    places.group_of.append(number)
                    places.right.append(sentence in labels.positives)
            for (found, owner), own in ((places.begins, labels.begins), (places.ends, labels.ends)):
                found.extend(offset + place for place in own)
                owner.extend([number] * len(own))
            offset += len(judgements)
    return places


def _none_or(rivals: Tensor, right: Tensor, known: Tensor) -> Tensor:
    """Minus the log-probability, a group, of the odds ``right`` among ``rivals`` and the 1 of "none".

    "None" is what is right where nothing is ``known`` to be.
    """
    # The odds of nothing are not 0, so that the branch which isn't taken has a gradient.
    return (rivals + 1).log() - torch.where(known, right + TINY, torch.ones_like(right)).log()
