"""Keep the ranker's matrices as int8 with one scale a row, so that it ships at a quarter of its size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.ranker_model import SentenceRanker


def quantise_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return int8 (rows, n) and scales float32 (rows, 1), with ``int8 * scale`` near the weight.

    The scale is not the row's maximum / 127 but the one of twenty shrunken ones with the least squared error.
    """
    peak = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
    best, best_error = peak.clone(), torch.full_like(peak, torch.inf)
    for shrink in torch.linspace(0.8, 1.0, 20).tolist():
        scale = peak * shrink
        error = ((weight / scale).round().clamp(-127, 127) * scale - weight).square().sum(1, keepdim=True)
        better = error < best_error
        best, best_error = torch.where(better, scale, best), torch.where(better, error, best_error)
    return (weight / best).round().clamp(-127, 127).to(torch.int8), best


class QuantisedLinear(nn.Module):
    """A linear layer whose weight is rebuilt from int8 when it runs (the compiler folds that once at load)."""

    def __init__(self, source: nn.Linear) -> None:
        super().__init__()
        weight, scale = quantise_rows(source.weight.detach())
        self.weight: Tensor
        self.scale: Tensor
        self.bias: Tensor
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", source.bias.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., n) to (..., rows)."""
        return functional.linear(x, self.weight.to(torch.float32) * self.scale, self.bias)


class QuantisedEmbedding(nn.Module):
    """An embedding that gathers int8 rows first and scales only these."""

    def __init__(self, source: nn.Embedding) -> None:
        super().__init__()
        weight, scale = quantise_rows(source.weight.detach())
        self.weight: Tensor
        self.scale: Tensor
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        """Map int64 (...) to float32 (..., width)."""
        return functional.embedding(ids, self.weight).to(torch.float32) * functional.embedding(ids, self.scale)


def quantise(ranker: SentenceRanker) -> SentenceRanker:
    """Replace, in place, every linear layer but the last and the word embedding; return the same ranker."""
    for module in list(ranker.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and child.out_features > 3:
                setattr(module, name, QuantisedLinear(child))
    ranker.words = QuantisedEmbedding(ranker.words)  # type: ignore[assignment]
    return ranker
