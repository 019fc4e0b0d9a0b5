"""Make two small models, and let sentence-transformers encode texts; run as a script, to keep torch out of the tests.

``python reference_vectors.py ORDER.json``: {"bert": folder to save to, "static": folder to save to, "models": {name:
folder}, "queries": [...], "documents": [...], "out": .npz}. For each model it writes ``<name>-query`` and
``<name>-document``, unit rows.
"""

from __future__ import annotations

import json
import string
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def word_pieces() -> Tokenizer:
    """A tokenizer that knows letters, digits and marks."""
    letters = string.ascii_lowercase + string.digits
    vocabulary = [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), *string.punctuation]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def save_bert(folder: Path) -> None:
    """Save a tiny BERT with random weights, 32 pieces, mean pooling without normalisation, and prompts."""
    parts = folder.with_name(f"{folder.name}-parts")
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=word_pieces(),
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(parts)
    config = BertConfig(
        vocab_size=word_pieces().get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=32)
    model = SentenceTransformer(modules=[transformer, Pooling(32)], prompts={"query": "ask: ", "document": "read: "})
    model.save(str(folder))


def save_static(folder: Path) -> None:
    """Save static embeddings with random weights."""
    tokenizer = word_pieces()
    weights = torch.randn(tokenizer.get_vocab_size(), 32).numpy()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(str(folder))


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    torch.manual_seed(0)
    save_bert(Path(order["bert"]))
    save_static(Path(order["static"]))
    vectors: dict[str, Any] = {}
    for name, folder in order["models"].items():
        model = SentenceTransformer(folder, device="cpu").float()
        vectors[f"{name}-query"] = model.encode_query(order["queries"], normalize_embeddings=True)
        vectors[f"{name}-document"] = model.encode_document(order["documents"], normalize_embeddings=True)
    np.savez(order["out"], **vectors)


if __name__ == "__main__":
    main()
