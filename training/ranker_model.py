"""The ranker's network: the bundled encoder's BERT layers, read over question and passage, judging word pieces."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Multi-head self-attention with the residual and the norm that follow it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Map hidden states (n, t, width) under an additive mask (n, 1, 1, t)."""
        n, t, width = hidden.shape

        def split(x: Tensor) -> Tensor:
            return x.view(n, t, self.heads, width // self.heads).transpose(1, 2)

        query, key, value = split(self.query(hidden)), split(self.key(hidden)), split(self.value(hidden))
        # Written out: on a processor, in bfloat16, this trains faster than the fused operator.
        weights = query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5 + bias
        mixed = weights.softmax(-1).to(value.dtype) @ value
        out: Tensor = self.norm(hidden + self.output(mixed.transpose(1, 2).reshape(n, t, width)))
        return out


class Layer(nn.Module):
    """One transformer layer of BERT."""

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Map hidden states (n, t, width) under an additive mask (n, 1, 1, t)."""
        hidden = self.attention(hidden, bias)
        out: Tensor = self.norm(hidden + self.down(functional.gelu(self.up(hidden))))
        return out


class SentenceRanker(nn.Module):
    """Read (question, title, passage) rows and judge every word piece as a part of an answer.

    Of a word piece it says how well an answer begins there, how well one ends there, and what it adds to its sentence
    as a whole; ``qa_bot.encoding.passage_reader`` makes scores of sentences of these. There is no dropout: a question
    is seen a few times alone, with other windows and in other words.
    """

    def __init__(
        self,
        *,
        vocabulary: int = 30522,
        positions: int = 320,
        width: int = 384,
        inner: int = 1536,
        heads: int = 12,
        depth: int = 6,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, inner, heads) for _ in range(depth))
        self.dense = nn.Linear(width, width)
        self.judge = nn.Linear(width, 3)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return judgements (n, t, 3) of begin, end and share for three int64 inputs (n, t)."""
        place = torch.arange(input_ids.shape[1], device=input_ids.device)
        hidden = self.norm(self.words(input_ids) + self.positions(place) + self.types(token_type_ids))
        bias = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        judgements: Tensor = self.judge(functional.gelu(self.dense(hidden)))
        return judgements


def from_encoder(model_folder: Path, *, depth: int = 6, seed: int = 0) -> SentenceRanker:
    """Return a ranker with the encoder's weights and a fresh head; of fewer layers the first ones are kept."""
    torch.manual_seed(seed)
    ranker = SentenceRanker(depth=depth)
    ranker.load_state_dict(_translate(load_file(str(model_folder / "model.safetensors")), ranker), strict=False)
    nn.init.normal_(ranker.judge.weight, std=0.02)
    # Sums of exponentials over some thirty pieces, twice: so that "none" and a sentence start about level.
    ranker.judge.bias.data = torch.tensor([-3.5, -3.5, 0.0])
    return ranker


def _translate(source: dict[str, Tensor], ranker: SentenceRanker) -> dict[str, Tensor]:
    """Rename the encoder's tensors to the ranker's; every tensor but the head's must be found."""
    parts = {
        "attention.query": "attention.self.query",
        "attention.key": "attention.self.key",
        "attention.value": "attention.self.value",
        "attention.output": "attention.output.dense",
        "attention.norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "types.weight": "embeddings.token_type_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    for number in range(len(ranker.layers)):
        for ours, theirs in parts.items():
            for kind in ("weight", "bias"):
                names[f"layers.{number}.{ours}.{kind}"] = f"encoder.layer.{number}.{theirs}.{kind}"
    own = ranker.state_dict()
    return {ours: source[theirs][: own[ours].shape[0]] for ours, theirs in names.items()}
