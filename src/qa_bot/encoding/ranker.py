"""A cross-encoder that reads a question and a sentence together and says how well the one answers the other.

An encoder sees question and sentence apart; a cross-encoder sees whether this sentence answers this question. It costs
a run of the model for each sentence, so that only the likeliest are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa_bot.durable import read_self_sealed
from qa_bot.encoding.engine import check_files, load_engine, shortened
from qa_bot.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
"""The special word pieces of the bundled encoder's vocabulary, which the ranker shares."""
MAX_PIECES = 96
QUESTION_PIECES = 32
SENTENCE_PIECES = 60
CONTEXT_PIECES = 28
TITLE_PIECES = 12

BATCH = 8
"""Sentences per run; they are sorted by length first, so that little is padded."""
_LENGTH_STEP = 16
"""Lengths are rounded up to a multiple of this: the engine prepares itself anew for each new shape."""

Ids = list[int]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with what the ranker reads beside it: the title of its document and the sentence before it."""

    text: str
    title: str = ""
    before: str = ""


def bundled_ranker() -> Path:
    """Where the ranker lies that comes with this package."""
    return Path(__file__).with_name("bundled_ranker")


class Ranker:
    """Scores statements for a question; ``folder`` holds the model, the tokenizer and their seals.

    The bundled one reads question, sentence and context as three segments; any other CrossEncoder reads the pair of
    question and sentence, as its own tokenizer joins them.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        """Raise ``ModelError`` where a file is missing or damaged; what is compiled is kept in ``cache``."""
        try:
            manifest = read_self_sealed(folder / "export.json")
            seals = manifest["files"]
            tokenizer_seal = {"tokenizer.json": seals["tokenizer.json"]}
            self._pad_id: int = manifest["pad_id"]
            self._max_tokens: int = manifest["max_tokens"]
        except FileNotFoundError:
            raise ModelError(
                f"there is no sentence ranker in {folder}; set QA_BOT_RANKER to none, or to a CrossEncoder"
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"the sentence ranker in {folder} can't be read ({error}); set QA_BOT_RANKER, or install qa-bot anew"
            ) from None
        check_files(folder, tokenizer_seal)
        self._in_segments = manifest.get("composition") == "segments"
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._engine = load_engine(folder, "ranker", seals, cache)

    def scores(self, question: str, statements: Sequence[Statement]) -> npt.NDArray[np.float32]:
        """Return logits float32 (n,), higher is better; the bundled ranker's 0 stands for "none of these answers"."""
        logits = np.zeros(len(statements), dtype=np.float32)
        if self._in_segments:
            asked = pieces(self._tokenizer, question)
            rows = [self._in_three(asked, statement) for statement in statements]
        else:
            rows = [self._as_pair(question, statement) for statement in statements]
        by_length = sorted(range(len(rows)), key=lambda row: len(rows[row][0]))
        for begin in range(0, len(by_length), BATCH):
            chosen = by_length[begin : begin + BATCH]
            batch = padded([rows[row] for row in chosen], self._pad_id, self._max_tokens)
            logits[chosen] = self._engine.run(*batch).reshape(len(chosen))
        return logits

    def _in_three(self, question: Ids, statement: Statement) -> tuple[Ids, int]:
        title, before = pieces(self._tokenizer, statement.title), pieces(self._tokenizer, statement.before)
        return composed(question, pieces(self._tokenizer, statement.text), context_of(title, before))

    def _as_pair(self, question: str, statement: Statement) -> tuple[Ids, int]:
        encoding = self._tokenizer.encode(question, statement.text)
        types = encoding.type_ids
        return shortened(encoding, self._max_tokens), types.index(1) if 1 in types else len(types)


def load_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer of a ``tokenizer.json``, with no truncation and no padding of its own."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def pieces(tokenizer: Tokenizer, text: str) -> Ids:
    """Return the word pieces of ``text``, without special ones."""
    return list(tokenizer.encode(text, add_special_tokens=False).ids) if text else []


def context_of(title: Ids, before: Ids) -> Ids:
    """Return what is read beside a sentence: its title, then the sentence before it, both by their beginnings."""
    return (title[:TITLE_PIECES] + before)[:CONTEXT_PIECES]


def composed(question: Ids, sentence: Ids, context: Ids) -> tuple[Ids, int]:
    """Return the ids of ``[CLS] question [SEP] sentence [SEP] context [SEP]`` and the length of its first segment.

    A long question keeps its end (what is asked stands last), a long sentence and a long context their beginnings.
    """
    first = [CLS, *question[-QUESTION_PIECES:], SEP]
    second = [*sentence[:SENTENCE_PIECES], SEP]
    room = MAX_PIECES - len(first) - len(second) - 1
    if context and room > 0:
        second += [*context[:room], SEP]
    return (first + second)[:MAX_PIECES], len(first)


def padded(rows: Sequence[tuple[Ids, int]], pad_id: int, longest: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return ids, attention mask and token types, each int64 (n, width): the longest row's, rounded up."""
    width = min(longest, -(-max(len(ids) for ids, _ in rows) // _LENGTH_STEP) * _LENGTH_STEP)
    ids = np.full((len(rows), width), pad_id, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, (row_ids, first) in enumerate(rows):
        ids[row, : len(row_ids)] = row_ids
        mask[row, : len(row_ids)] = 1
        types[row, first : len(row_ids)] = 1
    return ids, mask, types
