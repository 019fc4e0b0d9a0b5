"""The one place that loads torch: a sentence-transformers model becomes an OpenVINO one, pooling and all.

Run as ``python -m qa_bot.encoding.exporting '{"kind": "encoder" or "ranker", "model": ..., "path": ...,
"fingerprint": ..., "out": ...}'``, since torch takes seconds to load and hundreds of megabytes that nobody needs
afterwards.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

from qa_bot.durable import seals_of, write_self_sealed
from qa_bot.encoding.encoder import Encoder
from qa_bot.encoding.engine import openvino
from qa_bot.encoding.models import EXPORT_FORMAT, MANIFEST
from qa_bot.encoding.ranker import open_ranker
from qa_bot.encoding.statements import Statement
from qa_bot.errors import ModelError

LONGEST_PIECES = 512
"""A model that names no limit (static embeddings) is given this one."""

PARITY = 0.999
"""The least cosine between a vector of the export and sentence-transformers' own."""

SCORE_PARITY = 0.05
"""The most that a score of an exported CrossEncoder may be off, as a share of the largest."""

_PROBES = (
    "How many detainers did the agency issue on Sunday?",
    "The city will continue to uphold the ordinance, its mayor said in a statement.",
    "Zürich, naïve café: 1,179 arrests — “so far”.",
    "A",
    "The quick brown fox jumps over the lazy dog, again and again, " * 6,
)


class _Pooled(torch.nn.Module):
    """A SentenceTransformer as a function of token tensors: (n, t) ids and mask -> (n, dim) vectors."""

    def __init__(self, model: SentenceTransformer, with_types: bool) -> None:
        super().__init__()
        self.model = model
        self.with_types = with_types

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        if self.with_types:
            features["token_type_ids"] = torch.zeros_like(input_ids)
        vectors: torch.Tensor = self.model(features)["sentence_embedding"]
        return vectors


class _Static(torch.nn.Module):
    """Static embeddings: the mean of the vectors of all tokens, then whatever modules follow."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.weight: torch.Tensor = cast("torch.nn.EmbeddingBag", model[0].embedding).weight
        self.rest = torch.nn.ModuleList(list(model)[1:])

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        mask = attention_mask.unsqueeze(-1).to(self.weight.dtype)
        vectors = (self.weight[input_ids] * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        features = {"sentence_embedding": vectors}
        for module in self.rest:
            features = module(features)
        return features["sentence_embedding"]


class _Scored(torch.nn.Module):
    """A CrossEncoder as a function of token tensors, each (n, t): one logit for each pair, (n, 1)."""

    def __init__(self, model: torch.nn.Module, with_types: bool) -> None:
        super().__init__()
        self.model = model
        self.with_types = with_types

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        if self.with_types:
            features["token_type_ids"] = token_type_ids
        logits: torch.Tensor = self.model(**features).logits
        # A model without types leaves an input unused, and the converter would drop it: it stays, times nothing.
        return logits + 0.0 * token_type_ids[:, :1].to(logits.dtype)


def export_ranker(name: str, path: Path, fingerprint: str, out: Path) -> None:
    """Write the export of the CrossEncoder in ``path`` to the folder ``out`` and check it against the original.

    Raises ``ModelError`` where it gives several scores for a pair, or the export's scores differ from its own.
    """
    model = CrossEncoder(str(path), device="cpu")
    if model.num_labels != 1:
        raise ModelError(f"the model {name} gives {model.num_labels} scores for a pair; choose one that gives one")
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ModelError(f"the model {name} has no fast tokenizer (tokenizer.json); choose one that has")
    tokenizer.save(str(out / "tokenizer.json"))
    with_types = "token_type_ids" in model.tokenizer.model_input_names
    example = tuple(torch.ones((2, 4), dtype=torch.int64) for _ in range(3))
    ov = openvino(converter=True)
    with torch.no_grad():
        converted = ov.convert_model(_Scored(model.model.eval().float(), with_types).eval(), example_input=example)
    ov.save_model(converted, str(out / "ranker.xml"), compress_to_fp16=True)
    limit = model.tokenizer.model_max_length
    manifest = {
        "format": EXPORT_FORMAT,
        "model": name,
        "fingerprint": fingerprint,
        "max_tokens": min(int(limit), LONGEST_PIECES),
        "pad_id": int(model.tokenizer.pad_token_id or 0),
        "files": seals_of(out, ["ranker.xml", "ranker.bin", "tokenizer.json"]),
    }
    write_self_sealed(out / MANIFEST, manifest)
    pairs = [(_PROBES[0], probe) for probe in _PROBES]
    theirs = model.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)
    ours = open_ranker(out, out / "compiled").scores(_PROBES[0], [Statement((probe,)) for probe in _PROBES])
    worst = float(np.abs(np.asarray(theirs, dtype=np.float32) - ours).max())
    if not worst <= SCORE_PARITY * max(1.0, float(np.abs(theirs).max())):
        raise ModelError(f"the export of {name} gives other scores than the model (by {worst:.3f}); choose another")


def export(name: str, path: Path, fingerprint: str, out: Path) -> None:
    """Write the export of the model in ``path`` to the folder ``out`` and check it against the original.

    Raises ``ModelError`` where the model has no fast tokenizer, or the export's vectors differ from its own.
    """
    model = SentenceTransformer(str(path), device="cpu").eval().float()
    static = hasattr(model[0], "embedding") and isinstance(model[0].embedding, torch.nn.EmbeddingBag)
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
    if not hasattr(tokenizer, "encode_batch"):
        raise ModelError(f"the model {name} has no fast tokenizer (tokenizer.json); choose one that has")
    tokenizer.save(str(out / "tokenizer.json"))

    example = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    with_types = not static and "token_type_ids" in model.preprocess(["probe"])
    module = (_Static(model) if static else _Pooled(model, with_types)).eval()
    ov = openvino(converter=True)
    with torch.no_grad():
        converted = ov.convert_model(module, example_input=example)
    for port, port_name in zip(converted.inputs, ("input_ids", "attention_mask"), strict=True):
        port.get_tensor().set_names({port_name})
    ov.save_model(converted, str(out / "encoder.xml"), compress_to_fp16=True)

    write_self_sealed(out / MANIFEST, _manifest(name, fingerprint, model, static) | {"files": _sealed(out)})
    _check_parity(name, model, Encoder(out))


def _manifest(name: str, fingerprint: str, model: SentenceTransformer, static: bool) -> dict[str, Any]:
    limit = model.max_seq_length
    tokenizer = model.tokenizer
    return {
        "format": EXPORT_FORMAT,
        "model": name,
        "fingerprint": fingerprint,
        "dimension": model.get_embedding_dimension(),
        "max_tokens": min(int(limit), LONGEST_PIECES) if limit and np.isfinite(limit) else LONGEST_PIECES,
        "special_tokens": not static,
        "pad_id": int(getattr(tokenizer, "pad_token_id", 0) or 0),
        "pad_left": getattr(tokenizer, "padding_side", "right") == "left",
        "prompts": {kind: model.prompts.get(kind) or "" for kind in ("query", "document")},
    }


def _sealed(out: Path) -> dict[str, dict[str, Any]]:
    return seals_of(out, ["encoder.xml", "encoder.bin", "tokenizer.json"])


def _check_parity(name: str, model: SentenceTransformer, exported: Encoder) -> None:
    for theirs, ours in (
        (model.encode_query(list(_PROBES), normalize_embeddings=True), exported.encode_queries(_PROBES)),
        (model.encode_document(list(_PROBES), normalize_embeddings=True), exported.encode_documents(_PROBES)),
    ):
        worst = float((np.asarray(theirs, dtype=np.float32) * ours).sum(axis=1).min())
        if not worst >= PARITY:
            raise ModelError(
                f"the export of {name} gives other vectors than the model itself (cosine {worst:.4f}); "
                "choose another model"
            )


def _main() -> int:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["TQDM_DISABLE"] = "1"
    order = json.loads(sys.argv[1])
    try:
        make = export_ranker if order["kind"] == "ranker" else export
        make(order["model"], Path(order["path"]), order["fingerprint"], Path(order["out"]))
    except ModelError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the parent process reads it
        return 2
    except Exception as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(_main())
