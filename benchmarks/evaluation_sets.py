"""Evaluate several sets and print a Markdown row for each: ``evaluation_sets.py SETS INDEXES RUNS [NAME ...]``.

SETS is a folder of evaluation sets, each with ``corpus/`` and ``questions.jsonl``; INDEXES is where their indexes are
built; RUNS is where each run's JSON is kept, for ``qa-bot eval --compare``. ``--held-out`` leaves out the questions
that ``training/fit_weights.py`` fits the weights on: those whose id has an even SHA-1. ``--only`` and ``--without``
tell what each part is worth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

from qa_bot.answering import answerer, quotes, retrieval, sentences
from qa_bot.answering.sentences import Scale, Signs
from qa_bot.evaluation.figures import Figures, figures
from qa_bot.evaluation.outcomes import Evaluation
from qa_bot.evaluation.questions import read_questions
from qa_bot.evaluation.report import to_json
from qa_bot.evaluation.running import ask_all
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import NO_RANKER, Settings

COLUMNS = ("quote@1", "quote@3", "refusal AUROC", "coverage at 90%", "recall@1", "recall@5", "recall@10", "MRR@10")

ROLES = ("caption", "heading", "fragment")
"""The signs that tell what a sentence is, not how near it is."""


def _search_by(dense_weight: float, **weights: float) -> None:
    """Search and order sentences by some of the signs alone; roles count as ever."""
    retrieval.DENSE_WEIGHT = dense_weight
    as_ever, even = sentences.WITHOUT_RANKER
    none = dict.fromkeys(Signs._fields, 0.0)
    roles = {role: getattr(as_ever, role) for role in ROLES}
    scale = Scale(Signs(**{**none, **roles, **weights}), even)
    sentences.WITHOUT_RANKER = sentences.SCALES[None] = scale


ONLY: dict[str, Callable[[], None]] = {
    "dense": lambda: _search_by(1.0, cosine=6.0, dense=4.0),
    "lexical": lambda: _search_by(0.0, coverage=6.0, lexical=4.0),
    "fused": lambda: None,
}
"""Without a ranker: vectors alone, words alone, both."""


def _without_signs(*names: str) -> None:
    for kind, (weights, even) in sentences.SCALES.items():
        sentences.SCALES[kind] = Scale(Signs(**{**weights._asdict(), **dict.fromkeys(names, 0.0)}), even)


def _without_nearest_sentence() -> None:
    retrieval.SENTENCE_SHARE = 0.0


def _without_neighbours() -> None:
    quotes.needed = lambda passage, position: (position, position)


def _without_joining() -> None:
    quotes.TOGETHER = -math.inf


def _without_follow_ups() -> None:
    vars(answerer)["completed"] = lambda question, history: question


def _without_spelling() -> None:
    vars(answerer)["mended"] = lambda question, index, encoder: question


WITHOUT: dict[str, Callable[[], None]] = {
    "cosine": lambda: _without_signs("cosine"),
    "passage": lambda: _without_signs("dense", "lexical"),
    "coverage": lambda: _without_signs("coverage"),
    "document": lambda: _without_signs("document"),
    "length": lambda: _without_signs("length"),
    "opening": lambda: _without_signs("opening"),
    "roles": lambda: _without_signs(*ROLES),
    "nearest": _without_nearest_sentence,
    "joining": _without_joining,
    "neighbours": _without_neighbours,
    "follow-ups": _without_follow_ups,
    "spelling": _without_spelling,
}
"""A part taken away: signs of a sentence, its role, the nearest sentence in the search, neighbours that may answer as
well and those that are needed, history, mended spelling."""


def main() -> None:
    """Evaluate the sets named, or all that there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", type=Path)
    parser.add_argument("indexes", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--held-out", action="store_true", help="only questions that nothing was fitted on")
    parser.add_argument("--only", choices=ONLY, help="no ranker, and of the searches only this")
    parser.add_argument("--without", choices=WITHOUT, help="everything but this")
    given = parser.parse_args()
    given.runs.mkdir(parents=True, exist_ok=True)
    settings = Settings()
    if given.only:
        settings = settings.model_copy(update={"ranker": NO_RANKER})
        ONLY[given.only]()
    if given.without:
        WITHOUT[given.without]()
    print(f"| set | questions | {' | '.join(COLUMNS)} | latency p50 / p95 |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    for name in given.names or sorted(path.parent.name for path in given.sets.glob("*/questions.jsonl")):
        evaluation = evaluate(given.sets / name, given.indexes / name, settings, held_out=given.held_out)
        (given.runs / f"{name}.json").write_text(json.dumps(to_json(evaluation)), encoding="utf-8")
        print(row(name, len(evaluation.outcomes), figures(evaluation.outcomes)), flush=True)


def evaluate(folder: Path, index_dir: Path, settings: Settings, *, held_out: bool) -> Evaluation:
    """Bring the index of one set up to date, and ask its questions."""
    index_dir.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(update={"corpus_dir": folder / "corpus", "index_dir": index_dir})
    build_index(settings)
    opened = open_answerer(settings)
    questions = [
        question
        for question in read_questions(folder / "questions.jsonl", opened.text)
        if not (held_out and is_for_fitting(question.id))
    ]
    evaluation = Evaluation(f"{folder.name}/questions.jsonl", opened.identity, ask_all(opened, questions))
    opened.close()
    return evaluation


def is_for_fitting(name: str) -> bool:
    """Tell whether anything may be fitted on the question of this id."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).digest()[-1] % 2 == 0


def row(name: str, questions: int, counted: Figures) -> str:
    """Write one set's figures, each with its 95% interval, as a row of a Markdown table."""
    cells = [name, str(questions)]
    for column in COLUMNS:
        figure = counted[column]
        if figure.value is None or figure.low is None or figure.high is None:
            cells.append("-")
        else:
            cells.append(f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})")
    p50, p95 = (counted[f"latency {share} ms"].value or 0.0 for share in ("p50", "p95"))
    return f"| {' | '.join(cells)} | {p50:.0f} / {p95:.0f} ms |"


if __name__ == "__main__":
    main()
