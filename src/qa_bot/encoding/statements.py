"""What rankers share: the statements they judge, and the way to word pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

INSTALL_ANEW = "set QA_BOT_RANKER, or install qa-bot anew"
Ids = list[int]
RankerKind = Literal["reader", "cross-encoder"]
"""What a logit means: that of a reader is 0 where nothing answers, a CrossEncoder's is anything."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in its passage: ``sentences[position]``, under the document's ``title``."""

    sentences: tuple[str, ...]
    position: int = 0
    title: str = ""

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.sentences[self.position]


class Ranker(Protocol):
    """Says how well statements answer a question."""

    @property
    def kind(self) -> RankerKind:
        """How its logits are to be weighed."""

    @property
    def most(self) -> int:
        """So many statements are worth its time; which, the searches decide."""

    def scores(self, question: str, statements: Sequence[Statement]) -> npt.NDArray[np.float32]:
        """Return logits float32 (n,), in the order of the statements, higher is better."""


def load_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer of a ``tokenizer.json``, with no truncation and no padding of its own."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Ids]:
    """Return the word pieces of each text, without special ones."""
    return [list(encoding.ids) for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
