"""The sentence ranker: any CrossEncoder, exported once, read as its own library reads it."""

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from torch import manual_seed
from torch.nn import Identity
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from qa_bot.encoding import Statement, exported_ranker, open_ranker
from qa_bot.errors import ModelError
from qa_bot.pipeline import open_answerer
from qa_bot.settings import Settings
from tests.conftest import SmallIndex

WORDS = "the a mayor opened bridge who when was it on monday library closed of town in rain".split()
QUESTION = "who opened the bridge"
SENTENCES = ["the mayor opened the bridge on monday", "the library was closed", "rain", "it was in the town of a mayor"]


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Save a small CrossEncoder with random weights and a vocabulary of a few words."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {piece: number for number, piece in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.2,
    )  # fmt: skip
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, model_max_length=64, pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]", model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip
    fast.save_pretrained(folder)
    return folder


def test_an_exported_cross_encoder_scores_as_sentence_transformers_does(tmp_path: Path) -> None:
    model = cross_encoder(tmp_path / "model")
    theirs = CrossEncoder(str(model), device="cpu").predict(
        [(QUESTION, sentence) for sentence in SENTENCES], activation_fn=Identity(), show_progress_bar=False
    )
    folder = exported_ranker(str(model), tmp_path / "exports")
    ours = open_ranker(folder, tmp_path / "compiled").scores(
        QUESTION, [Statement((sentence,)) for sentence in SENTENCES]
    )
    assert np.allclose(ours, theirs, rtol=0.05, atol=0.02)


def test_the_order_of_sentences_in_a_batch_does_not_change_their_scores(tmp_path: Path) -> None:
    folder = exported_ranker(str(cross_encoder(tmp_path / "model")), tmp_path / "exports")
    ranker = open_ranker(folder, tmp_path / "compiled")
    there = ranker.scores(QUESTION, [Statement((sentence,)) for sentence in SENTENCES * 3])
    back = ranker.scores(QUESTION, [Statement((sentence,)) for sentence in reversed(SENTENCES * 3)])
    assert np.allclose(there, back[::-1], atol=0.02)


def test_a_cross_encoder_that_gives_several_scores_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gives 3 scores for a pair; choose one that gives one"):
        exported_ranker(str(cross_encoder(tmp_path / "model", labels=3)), tmp_path / "exports")


def test_a_damaged_ranker_is_refused(tmp_path: Path) -> None:
    folder = exported_ranker(str(cross_encoder(tmp_path / "model")), tmp_path / "exports")
    weights = folder / "ranker.bin"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match=r"ranker\.bin is damaged"):
        open_ranker(folder, tmp_path / "compiled")


def test_an_answerer_quotes_verbatim_whichever_cross_encoder_orders_the_sentences(
    small_index: SmallIndex, tmp_path: Path
) -> None:
    settings = small_index({"town.txt": "The mayor opened the bridge on Monday. The library was closed in the rain."})
    model = cross_encoder(tmp_path / "model")
    answerer = open_answerer(Settings(**{**settings.model_dump(), "ranker": str(model)}))
    answer = answerer.answer(QUESTION)
    text = answerer.text("town.txt")
    answerer.close()
    quotes = answer.quotes or answer.closest
    assert [quote.text for quote in quotes] == [text[quote.start : quote.end] for quote in quotes]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("/nowhere/at/all", r"there is no model folder /nowhere/at/all; set QA_BOT_RANKER to a folder or a Hub id"),
        ("no/such-ranker", r"the model no/such-ranker can't be had .* or set QA_BOT_RANKER to a model folder"),
    ],
)
def test_a_ranker_that_is_not_to_be_had_is_an_error_that_names_its_setting(
    seeds_settings: Settings, name: str, line: str
) -> None:
    with pytest.raises(ModelError, match=f"^{line}$"):
        open_answerer(seeds_settings.model_copy(update={"ranker": name}))


def test_a_folder_without_a_ranker_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    line = r"^there is no sentence ranker in .*; set QA_BOT_RANKER to none, or to a CrossEncoder$"
    with pytest.raises(ModelError, match=line):
        open_ranker(tmp_path / "none", tmp_path / "compiled")


def test_a_manifest_that_was_changed_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    folder = exported_ranker(str(cross_encoder(tmp_path / "model")), tmp_path / "exports")
    manifest = (folder / "export.json").read_text()
    (folder / "export.json").write_text(manifest.replace("pad_id", "pad_it"))
    with pytest.raises(ModelError, match=r"can't be read .*; set QA_BOT_RANKER, or install qa-bot anew$"):
        open_ranker(folder, tmp_path / "compiled")
