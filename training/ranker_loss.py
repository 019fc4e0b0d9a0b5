"""What the ranker is trained to minimise: that another sentence, or another word, wins than the one that answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SPAN_WEIGHT = 0.25
"""What the place of the answer's first and last word counts, each, against the sentence that holds it."""


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


def group_loss(rows: Sequence[tuple[Tensor, Labels]]) -> Tensor:
    """Return the loss of one question over the judgements (t, 3) of its rows.

    Minus the log-probability of the sentences that answer, in a softmax over all sentences of all rows and a "none" of
    score 0, which is right where no sentence answers; and, weighing less, the same of the word pieces that an answer
    begins and ends at.
    """
    rivals, right = [], []
    begins, ends, right_begins, right_ends = [], [], [], []
    for judgements, labels in rows:
        judged = [i for i, (start, end) in enumerate(labels.spans) if end > start and i not in labels.unsure]
        logits = sentence_logits(judgements, [labels.spans[i] for i in judged])
        rivals += logits
        right += [logit for i, logit in zip(judged, logits, strict=True) if i in labels.positives]
        for i in judged:
            start, end = labels.spans[i]
            begins.append(judgements[start:end, 0])
            ends.append(judgements[start:end, 1])
        right_begins += [judgements[place, 0] for place in labels.begins]
        right_ends += [judgements[place, 1] for place in labels.ends]
    loss = _none_or(torch.stack(rivals), right)
    if bool(right) == bool(right_begins):
        loss = loss + SPAN_WEIGHT * (_none_or(torch.cat(begins), right_begins) + _none_or(torch.cat(ends), right_ends))
    return loss


def _none_or(scores: Tensor, right: list[Tensor]) -> Tensor:
    """Minus the log-probability of ``right`` among ``scores`` (n,) and a 0, which is right where nothing else is."""
    everything = torch.cat([scores, scores.new_zeros(1)]).logsumexp(0)
    return everything - (torch.stack(right).logsumexp(0) if right else scores.new_zeros(()))
