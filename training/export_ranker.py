"""Export trained weights as the folder that ``qa_bot.encoding.ranker.bundled_ranker`` names.

``python -m training.export_ranker WEIGHTS.safetensors [MORE.safetensors ...] OUT``; several weights are averaged.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from qa_bot.durable import seals_of, write_self_sealed
from qa_bot.encoding.engine import openvino
from qa_bot.encoding.models import EXPORT_FORMAT, MANIFEST, locate_model
from qa_bot.encoding.passage_reader import READS_PASSAGES, composed, padded
from qa_bot.encoding.ranker import open_ranker
from qa_bot.encoding.statements import Statement, load_tokenizer, pieces
from qa_bot.settings import DEFAULT_MODEL
from training.ranker_loss import sentence_logits
from training.ranker_model import SentenceRanker
from training.ranker_quantise import quantise

LIMIT_BYTES = 25_000_000

PARITY = 0.1
"""The most that a score of the export may be off, as a share of the largest: int8 and bfloat16 cost some 0.04."""

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
FILES = ("ranker.xml", "ranker.bin", "tokenizer.json")

_QUESTION = "Who opened the new bridge over the river in 2019?"
_PASSAGES = (
    ("A bridge for the town", ("The mayor, Ana Ruiz, opened the bridge on 4 May 2019.", "She thanked the builders.")),
    ("", ("Work began in 2016.", "“It took three years,” the engineer said, “and 1,179 tonnes of steel.”")),
    ("Opening hours", ("The library is closed on Mondays, on public holidays and in the rain. " * 6,)),
    ("", ("A Bridge for the Town",)),
)
_PROBES = tuple(
    Statement(sentences, position, title) for title, sentences in _PASSAGES for position in range(len(sentences))
)


def load_network(paths: Sequence[Path]) -> SentenceRanker:
    """Return the network with the mean of the given weights."""
    parts = [load_file(str(path)) for path in paths]
    weights = {name: torch.stack([part[name] for part in parts]).mean(0) for name in parts[0]}
    depth = len({name.split(".")[1] for name in weights if name.startswith("layers.")})
    network = SentenceRanker(depth=depth)
    network.load_state_dict(weights)
    return network.eval()


def export(network: SentenceRanker, tokenizer: Path, out: Path) -> None:
    """Write network and tokenizer, with their seals, to the folder ``out``.

    The model's inputs are ``INPUTS``, int64 (n, t), its output ``judgements``, float32 (n, t, 3).
    """
    out.mkdir(parents=True, exist_ok=True)
    ov = openvino(converter=True)
    example = {name: torch.ones((2, 9), dtype=torch.int64) for name in INPUTS}
    with torch.no_grad():
        model = ov.convert_model(network, example_input=example)
    for port, name in zip(model.inputs, INPUTS, strict=True):
        port.get_tensor().set_names({name})
        port.get_node().set_partial_shape(ov.PartialShape([-1, -1]))
        port.get_node().set_friendly_name(name)
    model.outputs[0].get_tensor().set_names({"judgements"})
    model.validate_nodes_and_infer_types()
    # No fp16 compression: the large constants are int8 already, and norms and scales are small.
    ov.save_model(model, str(out / "ranker.xml"), compress_to_fp16=False)
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    manifest = {
        "format": EXPORT_FORMAT,
        "model": "qa_bot sentence ranker",
        "reads": READS_PASSAGES,
        "files": seals_of(out, FILES),
    }
    write_self_sealed(out / MANIFEST, manifest)


def scores(
    network: SentenceRanker, tokenizer: Path, question: str, statements: Sequence[Statement]
) -> npt.NDArray[np.float32]:
    """Return the network's own logits float32 (n,), as ``PassageReader.scores`` gives those of its export."""
    cut = load_tokenizer(tokenizer)
    logits = []
    for statement in statements:
        asked, title, *sentences = pieces(cut, [question, statement.title, *statement.sentences])
        row = composed(asked, title, sentences)
        with torch.no_grad():
            judgements = network(*(torch.from_numpy(array) for array in padded([row])))[0]
        logits.append(float(sentence_logits(judgements, [row.spans[statement.position]])[0]))
    return np.array(logits, dtype=np.float32)


def check(network: SentenceRanker, tokenizer: Path, folder: Path) -> dict[str, float]:
    """Open the export as the program does, compare it with the unquantised network, and time it.

    Raises ``SystemExit`` where its scores differ.
    """
    with tempfile.TemporaryDirectory() as cache:
        ranker = open_ranker(folder, Path(cache))
        theirs, ours = scores(network, tokenizer, _QUESTION, _PROBES), ranker.scores(_QUESTION, _PROBES)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            ranker.scores(_QUESTION, _PROBES)
            times.append(time.perf_counter() - began)
    worst, largest = float(np.abs(ours - theirs).max()), float(np.abs(theirs).max())
    if not worst <= PARITY * max(1.0, largest):
        raise SystemExit(
            f"the export gives other scores than the network (by {worst:.3f}, the largest is {largest:.3f})"
        )
    return {
        "largest difference": worst,
        "largest score": largest,
        "milliseconds a passage": 1000 * float(np.median(times)) / len(_PASSAGES),
    }


def main() -> None:
    """Export, check, and print size and figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--encoder", default=DEFAULT_MODEL, help="the encoder it was trained from: it has the tokenizer"
    )
    args = parser.parse_args()
    tokenizer = locate_model(args.encoder) / "tokenizer.json"
    export(quantise(load_network(args.weights)), tokenizer, args.out)
    size = sum((args.out / name).stat().st_size for name in FILES)
    if size > LIMIT_BYTES:
        raise SystemExit(f"{size} bytes are more than the {LIMIT_BYTES} allowed")
    print(json.dumps({"bytes": size, **check(load_network(args.weights), tokenizer, args.out)}, indent=1))


if __name__ == "__main__":
    main()
