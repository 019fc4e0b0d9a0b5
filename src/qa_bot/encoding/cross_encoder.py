"""Any CrossEncoder as a ranker: it reads question and sentence together and says how well the one answers the other.

It costs a run of the model for each sentence, so that only the likeliest are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.encoding.engine import load_engine, shortened
from qa_bot.encoding.statements import INSTALL_ANEW, Ids, RankerKind, Statement, load_tokenizer

BATCH = 8
"""Sentences per run; they are sorted by length first, so that little is padded."""
_LENGTH_STEP = 16
"""Lengths are rounded up to a multiple of this: the engine prepares itself anew for each new shape."""


class CrossEncoderRanker:
    """Scores pairs of question and sentence, as the model's own tokenizer joins them."""

    kind: RankerKind = "cross-encoder"
    most = 24

    def __init__(self, folder: Path, manifest: Mapping[str, Any], cache: Path) -> None:
        """Raise ``ModelError`` where a file is missing or damaged; what is compiled is kept in ``cache``."""
        self._pad_id: int = manifest["pad_id"]
        self._max_tokens: int = manifest["max_tokens"]
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._engine = load_engine(folder, "ranker", manifest["files"], cache, mend=INSTALL_ANEW)

    def scores(self, question: str, statements: Sequence[Statement]) -> npt.NDArray[np.float32]:
        """Return logits float32 (n,), higher is better."""
        logits = np.zeros(len(statements), dtype=np.float32)
        rows = [self._pair(question, statement.text) for statement in statements]
        by_length = sorted(range(len(rows)), key=lambda row: len(rows[row][0]))
        for begin in range(0, len(by_length), BATCH):
            chosen = by_length[begin : begin + BATCH]
            logits[chosen] = self._run([rows[row] for row in chosen]).reshape(len(chosen))
        return logits

    def _pair(self, question: str, sentence: str) -> tuple[Ids, int]:
        """The ids of a pair, and the length of its first segment."""
        encoding = self._tokenizer.encode(question, sentence)
        types = encoding.type_ids
        return shortened(encoding, self._max_tokens), types.index(1) if 1 in types else len(types)

    def _run(self, rows: Sequence[tuple[Ids, int]]) -> npt.NDArray[np.float32]:
        longest = max(len(ids) for ids, _ in rows)
        width = min(self._max_tokens, -(-longest // _LENGTH_STEP) * _LENGTH_STEP)
        ids = np.full((len(rows), width), self._pad_id, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, (row_ids, first) in enumerate(rows):
            ids[row, : len(row_ids)] = row_ids
            mask[row, : len(row_ids)] = 1
            types[row, first : len(row_ids)] = 1
        return self._engine.run(ids, mask, types)
