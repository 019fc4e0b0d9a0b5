"""Train the sentence ranker from the encoder's weights: ``python -m training.train_ranker DATA WORK [options]``.

DATA holds ``squad2.jsonl`` and ``squadshifts.jsonl``; WORK receives caches, checkpoints and ``ranker.safetensors``. A
run that was stopped goes on from its last checkpoint when started again with the same arguments.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from qa_bot.encoding import Encoder, exported_model
from qa_bot.encoding.models import locate_model
from qa_bot.encoding.passage_reader import Row, composed, padded
from qa_bot.encoding.statements import Ids, load_tokenizer
from qa_bot.settings import DEFAULT_MODEL
from training.ranker_data import Group, GroupMaker, Mixture, Window, embed, load_corpus, nearest_elsewhere, term_vectors
from training.ranker_loss import Labels, batch_loss
from training.ranker_model import SentenceRanker, from_encoder
from training.ranker_questions import Synonyms

_log = logging.getLogger("train_ranker")

MICRO_BATCH_PIECES = {"cpu": 4096, "cuda": 65536}
"""Word pieces, padding included, in one forward pass; rows are sorted by length first."""
NEAREST = 16
"""Windows elsewhere are drawn around so many of a question's nearest sentences by meaning, and as many by words."""
LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run is asked to do."""

    data: Path
    work: Path
    held_out: Path | None = None
    written: Path | None = None
    encoder: str = DEFAULT_MODEL
    start: Path | None = None
    steps: int = 1900
    batch: int = 32
    rate: float = 1.2e-4
    decay: float = 0.99
    depth: int = 6
    frozen: int = 0
    save_every: int = 100
    threads: int = 2
    seed: int = 1
    mix: Mixture = field(default_factory=Mixture)


class Composer:
    """Turns windows into rows of word pieces and their labels, each distinct text being cut once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._kept: dict[str, tuple[Ids, list[tuple[int, int]]]] = {}

    def rows(self, group: Group) -> list[tuple[Row, Labels]]:
        """Return a row with its labels for each window."""
        question = self._cut(group.question)[0]
        return [self._row(question, window) for window in group.windows]

    def _row(self, question: Ids, window: Window) -> tuple[Row, Labels]:
        row = composed(question, self._cut(window.title)[0], [self._cut(sentence)[0] for sentence in window.sentences])
        begins, ends = set(), set()
        for sentence, start, end in window.answers:
            first = row.spans[sentence][0]
            inside = [i for i, (a, b) in enumerate(self._cut(window.sentences[sentence])[1]) if a < end and b > start]
            if inside and first + inside[-1] < row.spans[sentence][1]:
                begins.add(first + inside[0])
                ends.add(first + inside[-1])
        return row, Labels(row.spans, window.positives, window.unsure, tuple(sorted(begins)), tuple(sorted(ends)))

    def _cut(self, text: str) -> tuple[Ids, list[tuple[int, int]]]:
        if text not in self._kept:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
            self._kept[text] = list(encoding.ids), list(encoding.offsets)
        return self._kept[text]


class Average:
    """An exponential mean of the weights: what is exported, steadier than the last step's."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def update(self, model: nn.Module, step: int) -> None:
        """Mix the model's weights in; the mean is short at first, so that the start is forgotten."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            self.weights[name].lerp_(value.detach(), 1 - decay)


@dataclass(slots=True)
class Training:
    """All that a step changes, and what a checkpoint keeps."""

    model: SentenceRanker
    optimizer: torch.optim.Optimizer
    average: Average
    step: int = 0

    def keep(self, path: Path) -> None:
        """Write a checkpoint, in one step."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.weights,
            "step": self.step,
        }
        draft = path.with_suffix(".part")
        torch.save(state, draft)
        draft.replace(path)

    def go_on_from(self, path: Path, device: torch.device) -> None:
        """Take a checkpoint's state."""
        state = torch.load(path, map_location=device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.weights = state["average"]
        self.step = int(state["step"])


def train(plan: Plan) -> Path:
    """Run, or go on with, the training; return the file with the weights."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan.work.mkdir(parents=True, exist_ok=True)
    groups = _groups(plan)
    encoder = locate_model(plan.encoder)
    model = from_encoder(encoder, depth=plan.depth, seed=plan.seed)
    if plan.start is not None:
        model.load_state_dict(load_file(str(plan.start)))
    model.to(device)
    # Too little data to move 30,522 words, and half the optimizer's work.
    below = (model.types, model.norm, *model.layers[: plan.frozen]) if plan.frozen else ()
    for frozen in (model.words, model.positions, *below):
        frozen.requires_grad_(False)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    training = Training(model, optimizer, Average(model, plan.decay))
    checkpoint = plan.work / "checkpoint.pt"
    if checkpoint.exists():
        training.go_on_from(checkpoint, device)
        _log.info("going on after step %d", training.step)
    composer = Composer(load_tokenizer(encoder / "tokenizer.json"))
    run_steps(plan, training, groups, composer, device)
    out = plan.work / "ranker.safetensors"
    save_weights(out, training.average.weights, {**asdict(plan.mix), "depth": plan.depth, "seed": plan.seed})
    return out


def _groups(plan: Plan) -> list[Group]:
    """Read the data and draw as many groups as the steps ask for, pass after pass."""
    corpus = load_corpus(plan.data, plan.held_out, plan.written)
    _log.info(
        "%d paragraphs, %d questions, %d sentences",
        len(corpus.paragraphs),
        len(corpus.question_at),
        len(corpus.sentence_at),
    )
    encoder = Encoder(exported_model(plan.encoder, plan.work))
    sentences, questions = embed(corpus, encoder, plan.work / "vectors.npz")
    by_meaning = nearest_elsewhere(corpus, sentences, questions, NEAREST)
    by_words = nearest_elsewhere(corpus, *term_vectors(corpus), NEAREST)
    elsewhere = [list(dict.fromkeys(row)) for row in np.concatenate([by_meaning, by_words], axis=1).tolist()]
    synonyms = Synonyms(locate_model(plan.encoder))
    maker = GroupMaker(corpus, sentences, questions, elsewhere, synonyms, plan.mix)
    groups: list[Group] = []
    passes = 0
    while len(groups) < plan.steps * plan.batch:
        groups += maker.a_pass(plan.seed + passes)
        passes += 1
    _log.info("%d groups wanted, %d passes; %s", plan.steps * plan.batch, passes, asdict(plan.mix))
    return groups


def run_steps(
    plan: Plan, training: Training, groups: Sequence[Group], composer: Composer, device: torch.device
) -> None:
    """Take the steps that are left, with a checkpoint every ``plan.save_every`` of them."""
    began, count, losses = time.monotonic(), 0, []
    for step in range(training.step, plan.steps):
        batch = [composer.rows(group) for group in groups[step * plan.batch : (step + 1) * plan.batch]]
        losses.append(_take_step(plan, training, batch, device))
        count += sum(len(row.ids) for rows in batch for row, _ in rows)
        if training.step % LOG_EVERY == 0 or training.step == plan.steps:
            recent = losses[-LOG_EVERY:]
            speed = count / (time.monotonic() - began)
            _log.info(
                "step %d of %d, loss %.3f, %d pieces/s", training.step, plan.steps, sum(recent) / len(recent), speed
            )
        if training.step % plan.save_every == 0:
            training.keep(plan.work / "checkpoint.pt")


def _take_step(
    plan: Plan, training: Training, batch: Sequence[list[tuple[Row, Labels]]], device: torch.device
) -> float:
    judged = judge(training.model, [row for rows in batch for row, _ in rows], device)
    loss = batch_loss([[(next(judged), labels) for _, labels in rows] for rows in batch])
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(training.model.parameters(), 1.0)
    for parameters in training.optimizer.param_groups:
        parameters["lr"] = learning_rate(training.step, plan.steps, plan.rate)
    training.optimizer.step()
    training.optimizer.zero_grad(set_to_none=True)
    training.average.update(training.model, training.step)
    training.step += 1
    return loss.item()


def judge(model: SentenceRanker, rows: Sequence[Row], device: torch.device) -> Iterator[Tensor]:
    """Yield judgements float32 (t, 3) in the rows' order, computed in micro-batches of like length under bfloat16."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    most = MICRO_BATCH_PIECES[device.type]
    judged: dict[int, Tensor] = {}
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * len(rows[order[stop]].ids) <= most:
            stop += 1
        inputs = padded([rows[i] for i in order[start:stop]])
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_bfloat16(device)):
            judgements = model(*(torch.from_numpy(array).to(device) for array in inputs)).float()
        judged.update(zip(order[start:stop], judgements, strict=True))
        start = stop
    return (judged[i] for i in range(len(rows)))


def has_bfloat16(device: torch.device) -> bool:
    """Say whether the device computes in bfloat16 itself: a processor that only imitates it takes 20 times as long."""
    return device.type != "cpu" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Return a linear rise over 5% of the steps, then a half cosine down to a fiftieth of the peak."""
    rise = max(1, steps // 20)
    if step < rise:
        return peak * (step + 1) / rise
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise))))


def save_weights(path: Path, weights: dict[str, Tensor], settings: dict[str, object]) -> None:
    """Write the weights as safetensors, the settings beside them in its header."""
    tensors = {name: value.contiguous().cpu() for name, value in weights.items()}
    save_file(tensors, str(path), {"settings": json.dumps(settings)})


def main() -> None:
    """Parse the command line and train."""
    plan, mix = Plan(Path(), Path()), Mixture()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with squad2.jsonl and squadshifts.jsonl")
    parser.add_argument("work", type=Path, help="folder for caches, checkpoints and the result")
    parser.add_argument(
        "--held-out", type=Path, help="folder of evaluation sets: their texts and questions are left out"
    )
    parser.add_argument("--written", type=Path, help="folder of questions and documents written for this training")
    parser.add_argument("--encoder", default=plan.encoder, help="BERT-shaped encoder to start from: Hub id or folder")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to start from, rather than the encoder's")
    parser.add_argument("--steps", type=int, default=plan.steps)
    parser.add_argument("--batch", type=int, default=plan.batch, help="groups in a step")
    parser.add_argument("--rate", type=float, default=plan.rate, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=plan.decay, help="of the mean of the weights, a step")
    parser.add_argument("--depth", type=int, default=plan.depth, help="transformer layers kept")
    parser.add_argument("--frozen", type=int, default=plan.frozen, help="lowest layers that stay as they are")
    parser.add_argument("--away", type=int, default=mix.away, help="windows elsewhere in a group")
    parser.add_argument("--long-homes", type=float, default=mix.long_homes, help="share of long windows that answer")
    parser.add_argument("--removed", type=float, default=mix.removed, help="share with the right sentence taken out")
    parser.add_argument("--spoiled", type=float, default=mix.spoiled, help="share with a name or number exchanged")
    parser.add_argument("--squad2", type=float, default=mix.squad2, help="times that its questions are asked in a pass")
    parser.add_argument("--titled", type=float, default=mix.titled, help="likewise, the other file's titled paragraphs")
    parser.add_argument("--untitled", type=float, default=mix.untitled, help="likewise, its untitled ones")
    parser.add_argument("--own", type=float, default=mix.own, help="likewise, those written for this training")
    parser.add_argument("--save-every", type=int, default=plan.save_every, help="steps from a checkpoint to the next")
    parser.add_argument("--threads", type=int, default=plan.threads)
    parser.add_argument("--seed", type=int, default=plan.seed)
    arguments = vars(parser.parse_args())
    mix_of = {each.name: arguments.pop(each.name) for each in fields(Mixture) if each.name in arguments}
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(Plan(**arguments, mix=Mixture(**mix_of)))


if __name__ == "__main__":
    main()
