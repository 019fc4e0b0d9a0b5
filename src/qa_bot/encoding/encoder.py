"""The light engine: an exported model in OpenVINO, its tokenizer, and nothing heavier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_bot.durable import read_self_sealed
from qa_bot.encoding.engine import check_files, load_engine, shortened
from qa_bot.encoding.vocabulary import word_ranks
from qa_bot.errors import ModelError

BATCH = 32
"""Texts per run; they are sorted by length first, so that little is padded."""
_LENGTH_STEP = 8
"""Lengths are rounded up to a multiple of this: the engine prepares itself anew for each new shape."""

Vectors = npt.NDArray[np.float32]


class Encoder:
    """Turns texts into unit vectors, as ``SentenceTransformer.encode_query`` and ``encode_document`` would.

    ``folder`` is an export made by ``qa_bot.encoding.exporting``. Every byte of it is checked before it is read.
    """

    def __init__(self, folder: Path) -> None:
        """Raise ``ModelError`` where the export is missing or damaged."""
        from tokenizers import Tokenizer

        try:
            manifest = read_self_sealed(folder / "export.json")
            self.model: str = manifest["model"]
            self.fingerprint: str = manifest["fingerprint"]
            self.dimension: int = manifest["dimension"]
            self._prompts: dict[str, str] = manifest["prompts"]
            self._pad_id: int = manifest["pad_id"]
            self._pad_left: bool = manifest["pad_left"]
            self._special: bool = manifest["special_tokens"]
            self._max_tokens: int = manifest["max_tokens"]
            tokenizer_seal = {"tokenizer.json": manifest["files"]["tokenizer.json"]}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(
                f"the exported model in {folder} can't be read ({error}); run `qa-bot build --full`"
            ) from None
        check_files(folder, tokenizer_seal)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._engine = load_engine(folder, "encoder", manifest["files"], folder / "compiled")

    @property
    def max_pieces(self) -> int:
        """How many word pieces of a document's text are read: the model's limit less its special tokens and prompt."""
        special = len(self._tokenizer.encode("", add_special_tokens=True).ids) if self._special else 0
        return self._max_tokens - special - self.count_pieces(self._prompts["document"])

    def count_pieces(self, text: str) -> int:
        """Return how many word pieces the model makes of ``text``, without special tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids) if text else 0

    @cached_property
    def word_ranks(self) -> dict[str, int]:
        """Word -> rank of the words that are one piece to the model; 1 is about the most frequent."""
        return word_ranks(self._tokenizer.get_vocab())

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dim), unit rows, one for each question."""
        return self._encode([self._prompts["query"] + text for text in texts])

    def encode_documents(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 (n, dim), unit rows, one for each passage; ``progress`` is told how many are done."""
        return self._encode([self._prompts["document"] + text for text in texts], progress)

    def _encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=self._special)
        ids = [shortened(encoding, self._max_tokens) or [self._pad_id] for encoding in encodings]
        by_length = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        for begin in range(0, len(by_length), BATCH):
            rows = by_length[begin : begin + BATCH]
            vectors[rows] = self._run([ids[row] for row in rows])
            if progress is not None:
                progress(begin + len(rows))
        # Models without a last normalising layer are brought to unit length here, so that a product is a cosine.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(norms, 1e-12)
        return unit

    def _run(self, ids: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, ids))
        width = min(-(-longest // _LENGTH_STEP) * _LENGTH_STEP, max(self._max_tokens, longest))
        tokens = np.full((len(ids), width), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, sequence in enumerate(ids):
            place = slice(width - len(sequence), width) if self._pad_left else slice(0, len(sequence))
            tokens[row, place] = sequence
            mask[row, place] = 1
        return self._engine.run(tokens, mask)
