"""The bundled ranker: it reads a question and a whole passage at once, and judges each sentence where it stands.

A run of the model for each passage rather than for each sentence: a sentence is understood with all that surrounds it,
and several cost no more than one. Of every word piece the model says how well an answer begins there, how well one ends
there, and what it adds to its sentence as a whole. A sentence's logit is

    log(sum(exp(begin))) + log(sum(exp(end))) + mean(share)    over its pieces,

where 0 stands for "no sentence answers": the model was trained with a softmax over the sentences of several passages
and that 0 (Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.encoding.engine import load_engine
from qa_bot.encoding.statements import INSTALL_ANEW, Ids, RankerKind, Statement, load_tokenizer, pieces

READS_PASSAGES = "passages"
"""What an export's manifest says under "reads" where it is to be opened as a passage reader."""

CLS, SEP, PAD = 101, 102, 0
"""The special word pieces of the bundled encoder's vocabulary, which the reader shares."""
MAX_PIECES = 320
QUESTION_PIECES = 64
TITLE_PIECES = 16

NOT_READ = -20.0
"""The logit of a sentence that did not fit into its row."""
_LENGTH_STEP = 16
"""Lengths are rounded up to a multiple of this: the engine prepares itself anew for each new shape."""

BATCH = 4
"""Passages per run; they are sorted by length first, so that little is padded."""

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """What the model reads at once: ``[CLS] question [SEP] title [SEP] sentences [SEP]``.

    ``opening`` is the length of the first segment, the question's; ``spans`` are the half-open spans of the sentences
    in ``ids``, empty ones for what did not fit.
    """

    ids: Ids
    opening: int
    spans: tuple[tuple[int, int], ...]


def composed(question: Ids, title: Ids, sentences: Sequence[Ids]) -> Row:
    """Return a row of word pieces. A long question keeps its end (what is asked stands last), a title its beginning."""
    ids = [CLS, *question[-QUESTION_PIECES:], SEP]
    opening = len(ids)
    if title:
        ids += [*title[:TITLE_PIECES], SEP]
    spans = []
    for sentence in sentences:
        start = len(ids)
        ids += sentence[: MAX_PIECES - 1 - start]
        spans.append((start, len(ids)))
    return Row([*ids, SEP], opening, tuple(spans))


def padded(rows: Sequence[Row]) -> tuple[IntArray, IntArray, IntArray]:
    """Return ids, attention mask and token types, each int64 (n, width): the longest row's, rounded up."""
    width = min(MAX_PIECES, -(-max(len(row.ids) for row in rows) // _LENGTH_STEP) * _LENGTH_STEP)
    ids = np.full((len(rows), width), PAD, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        mask[number, : len(row.ids)] = 1
        types[number, row.opening : len(row.ids)] = 1
    return ids, mask, types


def sentence_logits(judgements: npt.NDArray[np.float32], spans: Sequence[tuple[int, int]]) -> list[float]:
    """Return a logit for each sentence of a row's judgements (t, 3): begin, end, share."""
    # Judgements lie within some -20 to 20: no exponential overflows.
    return [
        float(np.log(np.exp(part[:, 0]).sum()) + np.log(np.exp(part[:, 1]).sum()) + part[:, 2].mean())
        if len(part := judgements[start:end])
        else NOT_READ
        for start, end in spans
    ]


class PassageReader:
    """Scores sentences, reading each passage that one of them stands in once; 0 stands for "none of these answers"."""

    kind: RankerKind = "reader"
    most = 10_000
    """All of them: those of a passage that is read cost nothing more."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], cache: Path) -> None:
        """Raise ``ModelError`` where a file is missing or damaged; what is compiled is kept in ``cache``."""
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._engine = load_engine(folder, "ranker", manifest["files"], cache, mend=INSTALL_ANEW)

    def scores(self, question: str, statements: Sequence[Statement]) -> npt.NDArray[np.float32]:
        """Return logits float32 (n,), higher is better."""
        passages = list(dict.fromkeys((statement.title, statement.sentences) for statement in statements))
        rows = self._rows(question, passages)
        by_length = sorted(range(len(rows)), key=lambda row: len(rows[row].ids))
        read: dict[tuple[str, tuple[str, ...]], list[float]] = {}
        for begin in range(0, len(by_length), BATCH):
            chosen = by_length[begin : begin + BATCH]
            judged = self._engine.run(*padded([rows[row] for row in chosen]))
            for row, judgements in zip(chosen, judged, strict=True):
                read[passages[row]] = sentence_logits(judgements, rows[row].spans)
        logits = [read[statement.title, statement.sentences][statement.position] for statement in statements]
        return np.array(logits, dtype=np.float32)

    def _rows(self, question: str, passages: Sequence[tuple[str, tuple[str, ...]]]) -> list[Row]:
        texts = [question, *(text for title, sentences in passages for text in (title, *sentences))]
        cut = iter(pieces(self._tokenizer, texts))
        asked = next(cut)
        return [composed(asked, next(cut), [next(cut) for _ in sentences]) for _, sentences in passages]
