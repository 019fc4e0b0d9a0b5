"""Fit the weights of the confidence on labelled questions: ``fit_confidence.py RANKER SETS INDEXES [NAME ...]``.

RANKER is what ``QA_BOT_RANKER`` would be: ``bundled`` and ``none`` have weights of their own.

SETS is a folder of evaluation sets, each with ``corpus/`` and ``questions.jsonl``; INDEXES is where their indexes are
built. A question whose id has an even SHA-1 is used for fitting, the others for the figures that are printed; each set
weighs the same, however many questions it has. The weights go into ``qa_bot.answering.confidence`` by hand, with the
figures.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa_bot.answering.confidence import Features
from qa_bot.evaluation.judging import is_hit
from qa_bot.evaluation.questions import read_questions
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import Settings

PENALTY = 1.0
"""The inverse strength of the ridge penalty on standardised features."""


def collect(ranker: str, folder: Path, index_dir: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return features (n, f), whether the first quote is right (n,), answerable (n,), and for fitting (n,)."""
    settings = Settings(corpus_dir=folder / "corpus", index_dir=index_dir, ranker=ranker)
    build_index(settings)
    answerer = open_answerer(settings)
    rows, right, answerable, fitting = [], [], [], []
    for question in read_questions(folder / "questions.jsonl", answerer.text):
        considered = answerer.consider(question.question, history=question.history)
        rows.append(astuple(considered.features))
        right.append(question.answerable and bool(considered.quotes) and is_hit(considered.quotes[0], question.gold))
        answerable.append(question.answerable)
        fitting.append(int(hashlib.sha1(question.id.encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 0)
    return np.array(rows), np.array(right), np.array(answerable), np.array(fitting)


def coverage(confidence: np.ndarray, right: np.ndarray, precision: float) -> float:
    """Return the largest share that a threshold answers with at least this precision."""
    order = np.argsort(-confidence)
    share_right = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share_right >= precision)
    return float((enough[-1] + 1) / len(order)) if len(enough) else 0.0


def main() -> None:
    """Fit, and print weights and figures."""
    ranker, sets, indexes, *names = sys.argv[1:]
    names = names or sorted(path.parent.name for path in Path(sets).glob("*/questions.jsonl"))
    data = {name: collect(ranker, Path(sets) / name, Path(indexes) / name) for name in names}
    x = np.concatenate([rows[fitting] for rows, _, _, fitting in data.values()])
    y = np.concatenate([right[fitting] for _, right, _, fitting in data.values()])
    weight = np.concatenate([np.full(fit.sum(), 1 / fit.sum()) for *_, fit in data.values()])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=PENALTY, max_iter=1000).fit((x - mean) / scale, y, weight / weight.mean())
    weights = model.coef_[0] / scale
    intercept = float(model.intercept_[0] - (weights * mean).sum())
    for field, value in zip(fields(Features), weights, strict=True):
        print(f"{field.name:<18} {value:8.3f}")
    print(f"{'intercept':<18} {intercept:8.3f}")
    for name, (rows, right, answerable, fitting) in data.items():
        rest = ~fitting
        confidence = 1 / (1 + np.exp(-(rows[rest] @ weights + intercept)))
        auroc = roc_auc_score(answerable[rest], confidence) if 0 < answerable[rest].mean() < 1 else float("nan")
        print(
            f"{name:<12} n {rest.sum():4d}  quote@1 {right[rest][answerable[rest]].mean():.3f}  AUROC {auroc:.3f}  "
            f"coverage at 90% {coverage(confidence, right[rest], 0.9):.3f}  "
            f"mean confidence {confidence.mean():.3f} of {right[rest].mean():.3f} right"
        )
        for threshold in np.arange(0.25, 0.65, 0.05):
            given = confidence >= threshold
            print(
                f"    at {threshold:.2f}: {given.mean():.2f} answered, {right[rest][given].mean():.2f} of these right"
            )


if __name__ == "__main__":
    main()
