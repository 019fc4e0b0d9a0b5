"""The light engine against sentence-transformers itself, over the seed documents and two small models."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from qa_bot.durable import sha256_of
from qa_bot.encoding import Encoder, exported_model
from qa_bot.encoding.encoder import Vectors
from qa_bot.encoding.models import fingerprint_of, locate_model
from qa_bot.errors import ModelError
from qa_bot.index import open_index
from qa_bot.settings import DEFAULT_MODEL

QUESTIONS = [
    "How many detainers did ICE issue on Sunday?",
    "Who leads the sergeants' union?",
    "Which cities were raided?",
    "What did Noem post on X?",
    "Where will the mayors testify?",
    "What is a sanctuary city?",
    "when do the raids begin",
    "Zürich, naïve café: 1,179 arrests — “so far”?",
    "他来了吗？",
    "?",
]
LONG = "The council met in the old town hall to hear what people had to say. " * 60
PARITY = 0.999


@dataclass(frozen=True)
class Reference:
    """Texts, and what sentence-transformers makes of them."""

    folders: Mapping[str, Path]
    documents: list[str]
    vectors: Mapping[str, Vectors]


def seed_texts(seeds_index: Path) -> tuple[list[str], list[str]]:
    """Every sentence of the seed documents, and every passage with its heading."""
    opened = open_index(seeds_index)
    passages = [opened.store.passage(number) for number in range(len(opened.passages))]
    opened.close()
    sentences = [p.text[s.start - p.start : s.end - p.start] for p in passages for s in p.sentences]
    return sentences, [f"{p.heading}. {p.text}" if p.heading else p.text for p in passages]


@pytest.fixture(scope="module")
def reference(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("reference")
    folders = {"bundled": locate_model(DEFAULT_MODEL), "bert": folder / "bert", "static": folder / "static"}
    sentences, passages = seed_texts(seeds_index)
    documents = [*passages, *sentences, LONG]
    order = {
        "bert": str(folders["bert"]),
        "static": str(folders["static"]),
        "models": {name: str(path) for name, path in folders.items()},
        "queries": QUESTIONS,
        "documents": documents,
        "out": str(folder / "vectors.npz"),
    }
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    script = Path(__file__).with_name("reference_vectors.py")
    subprocess.run([sys.executable, script, folder / "order.json"], check=True, capture_output=True)
    with np.load(folder / "vectors.npz", allow_pickle=False) as vectors:
        return Reference(folders, documents, {name: vectors[name].astype(np.float32) for name in vectors.files})


@pytest.fixture(scope="module")
def encoder(model_export: Path) -> Encoder:
    return Encoder(next(model_export.iterdir()))


@pytest.fixture(scope="module")
def bert(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder(exported_model(str(reference.folders["bert"]), tmp_path_factory.mktemp("bert-index")))


@pytest.fixture(scope="module")
def static_index(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder that holds the export of the static embeddings and nothing else."""
    index_dir = tmp_path_factory.mktemp("static-index")
    exported_model(str(reference.folders["static"]), index_dir)
    return index_dir


@pytest.fixture(scope="module")
def static(static_index: Path) -> Encoder:
    return Encoder(next((static_index / "models").iterdir()))


@pytest.fixture
def own_export(model_export: Path, tmp_path: Path) -> Path:
    """A copy of the exported model that a test may damage."""
    return Path(shutil.copytree(next(model_export.iterdir()), tmp_path / "export"))


def cosines(left: Vectors, right: Vectors) -> Vectors:
    product: Vectors = (left * right).sum(axis=1)
    return product


def flip(path: Path, place: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


# the bundled model


def test_the_bundled_weights_are_those_of_the_official_model() -> None:
    weights = locate_model("sentence-transformers/all-MiniLM-L6-v2") / "model.safetensors"
    assert sha256_of(weights) == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_every_text_of_the_seeds_gets_the_vector_that_sentence_transformers_gives_it(
    encoder: Encoder, reference: Reference
) -> None:
    ours = encoder.encode_documents(reference.documents)
    assert cosines(ours, reference.vectors["bundled-document"]).min() >= PARITY


def test_every_question_gets_the_vector_that_sentence_transformers_gives_it(
    encoder: Encoder, reference: Reference
) -> None:
    assert cosines(encoder.encode_queries(QUESTIONS), reference.vectors["bundled-query"]).min() >= PARITY


def test_passages_rank_as_with_sentence_transformers(encoder: Encoder, reference: Reference, seeds_index: Path) -> None:
    passages = seed_texts(seeds_index)[1]
    ours = encoder.encode_queries(QUESTIONS) @ encoder.encode_documents(passages).T
    theirs = reference.vectors["bundled-query"] @ reference.vectors["bundled-document"][: len(passages)].T
    for own, other in zip(ours, theirs, strict=True):
        # Passages whose cosines differ by no more than the engines do are on a par.
        in_our_order = other[np.argsort(-own)]
        assert (np.diff(in_our_order) < 0.003).all()
        assert float(other.max() - in_our_order[0]) < 0.003


def test_vectors_are_of_unit_length_whatever_the_text(encoder: Encoder) -> None:
    vectors = encoder.encode_documents(["", " ", "?", "a" * 5000, LONG, "\u0000\ufeff", "👩‍👩‍👧"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: Encoder, reference: Reference) -> None:
    together = encoder.encode_documents(reference.documents)
    alone = np.concatenate([encoder.encode_documents([text]) for text in reference.documents[:20]])
    assert cosines(together[:20], alone).min() >= PARITY


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)


def test_progress_is_told_up_to_the_last_text(encoder: Encoder) -> None:
    told: list[int] = []
    encoder.encode_documents(["a"] * 40, told.append)
    assert told == [32, 40]


def test_pieces_are_counted_as_the_model_reads_them(encoder: Encoder) -> None:
    assert [encoder.count_pieces(text) for text in ("", "rain", "It rained.", "detainers")] == [0, 1, 3, 3]
    assert encoder.max_pieces == 254


# damage


def test_a_damaged_tokenizer_is_an_error_that_names_the_mend(own_export: Path) -> None:
    flip(own_export / "tokenizer.json")
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged .*; run `qa-bot build --full`$"):
        Encoder(own_export)


@pytest.mark.parametrize("name", ["encoder.bin", "encoder.xml"])
def test_damaged_weights_are_an_error_that_names_the_mend(own_export: Path, name: str) -> None:
    shutil.rmtree(own_export / "compiled", ignore_errors=True)
    flip(own_export / name, 1000)
    with pytest.raises(ModelError, match=r"is damaged .*; run `qa-bot build --full`$"):
        Encoder(own_export)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"garbage", b'{"files": {}}', b'{"files": 5}'])
def test_a_damaged_manifest_is_an_error_that_names_the_mend(own_export: Path, content: bytes) -> None:
    (own_export / "export.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"run `qa-bot build --full`$"):
        Encoder(own_export)


def test_a_missing_export_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"run `qa-bot build --full`$"):
        Encoder(tmp_path / "nowhere")


@pytest.mark.parametrize("length", [0, 1000, None], ids=["empty", "truncated", "a flipped bit"])
def test_a_damaged_compiled_model_is_made_anew(own_export: Path, encoder: Encoder, length: int | None) -> None:
    (blob,) = (own_export / "compiled").iterdir()
    flip(blob)
    blob.write_bytes(blob.read_bytes()[:length])
    vectors = Encoder(own_export).encode_queries(QUESTIONS)
    assert cosines(vectors, encoder.encode_queries(QUESTIONS)).min() >= 0.9999
    (anew,) = (own_export / "compiled").iterdir()
    assert anew.name.split(".")[-2] == sha256_of(anew)


def test_a_damaged_export_is_made_anew_by_a_build(reference: Reference, static_index: Path, tmp_path: Path) -> None:
    index_dir = Path(shutil.copytree(static_index, tmp_path / "index"))
    (export,) = (index_dir / "models").iterdir()
    sound = sha256_of(export / "encoder.bin")
    flip(export / "encoder.bin")
    assert exported_model(str(reference.folders["static"]), index_dir) == export
    assert sha256_of(export / "encoder.bin") == sound


# other models


def test_a_model_in_a_folder_gives_the_vectors_that_sentence_transformers_gives(
    bert: Encoder, reference: Reference
) -> None:
    assert cosines(bert.encode_documents(reference.documents), reference.vectors["bert-document"]).min() >= PARITY
    assert cosines(bert.encode_queries(QUESTIONS), reference.vectors["bert-query"]).min() >= PARITY


def test_a_models_prompts_are_put_before_questions_and_documents(bert: Encoder) -> None:
    assert cosines(bert.encode_queries(["read: rain"]), bert.encode_documents(["ask: rain"])).item() < PARITY
    assert bert.count_pieces("read: ") == 5
    assert bert.max_pieces == 32 - 2 - 5


def test_static_embeddings_give_the_vectors_that_sentence_transformers_gives(
    static: Encoder, reference: Reference
) -> None:
    # A model that names no limit is given one of 512 pieces.
    rows = [row for row, text in enumerate(reference.documents) if static.count_pieces(text) <= 512]
    ours = static.encode_documents([reference.documents[row] for row in rows])
    assert cosines(ours, reference.vectors["static-document"][rows]).min() >= PARITY
    readable = [row for row, question in enumerate(QUESTIONS) if question.isascii()]
    ours = static.encode_queries([QUESTIONS[row] for row in readable])
    assert cosines(ours, reference.vectors["static-query"][readable]).min() >= PARITY


def test_a_fingerprint_tells_models_apart_and_stays_the_same_in_another_folder(
    reference: Reference, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(reference.folders["bert"], tmp_path / "copy"))
    assert fingerprint_of(copy) == fingerprint_of(reference.folders["bert"])
    flip(copy / "model.safetensors")
    assert len({fingerprint_of(path) for path in (copy, *reference.folders.values())}) == 4


# models that can't be had


def test_a_folder_without_a_model_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no sentence-transformers model; set QA_BOT_EMBEDDING_MODEL to "):
        exported_model(str(tmp_path), tmp_path / "index")


def test_a_folder_that_does_not_exist_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^there is no model folder .*; set QA_BOT_EMBEDDING_MODEL to a folder or"):
        exported_model(str(tmp_path / "nowhere"), tmp_path / "index")


def test_a_folder_whose_model_is_broken_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"^the model .* can't be exported: .+$"):
        exported_model(str(tmp_path), tmp_path / "index")
    assert list((tmp_path / "index" / "models").iterdir()) == []


def test_an_unknown_hub_id_without_a_network_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="check the name and the network, or set QA_BOT_EMBEDDING_MODEL to a "):
        exported_model("nobody/no-such-model", tmp_path)


def test_an_exported_model_serves_on_when_the_model_itself_is_gone(reference: Reference, static_index: Path) -> None:
    model = reference.folders["static"]
    away = model.rename(model.with_name("away"))
    try:
        assert exported_model(str(model), static_index) == next((static_index / "models").iterdir())
    finally:
        away.rename(model)


# silence


@pytest.fixture
def watched(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """An environment in which every Python process notes the connections that it tries, and where it notes them."""
    notes = tmp_path / "connections"
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(
        "import sys\n"
        "def hook(event, arguments):\n"
        "    if event in {'socket.connect', 'socket.getaddrinfo', 'socket.sendto'}:\n"
        f"        with open({str(notes)!r}, 'a') as file: print(event, arguments[1:], file=file)\n"
        f"open({str(notes)!r}, 'a').close()\n"
        "sys.addaudithook(hook)\n"
    )
    path = os.pathsep.join([str(tmp_path / "hook"), *filter(None, sys.path)])
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    return {**environment, "PYTHONPATH": path}, notes


def test_no_connection_is_tried_by_exporting_building_and_asking(
    watched: tuple[dict[str, str], Path], reference: Reference, tmp_path: Path
) -> None:
    environment, notes = watched
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("It rained all day in Utrecht.\n")
    code = (
        "import sys; from pathlib import Path\n"
        "from qa_bot.pipeline import build_index, open_answerer\n"
        "from qa_bot.settings import Settings\n"
        "settings = Settings(_env_file=None, corpus_dir=Path(sys.argv[1]), index_dir=Path(sys.argv[2]),\n"
        "                    embedding_model=sys.argv[3])\n"
        "build_index(settings)\n"
        "open_answerer(settings).answer('Where did it rain all day?')"
    )
    arguments = [tmp_path / "corpus", tmp_path / "index", reference.folders["static"]]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=environment, capture_output=True)
    assert notes.read_text() == ""
