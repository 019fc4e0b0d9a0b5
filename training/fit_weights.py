"""Fit what the signs of a sentence weigh, and then the confidence: ``fit_weights RANKER SETS INDEXES [NAME ...]``.

RANKER is what ``QA_BOT_RANKER`` would be: ``bundled`` and ``none`` have weights of their own. SETS is a folder of
evaluation sets, each with ``corpus/`` and ``questions.jsonl``; INDEXES is where their indexes are built. A question
whose id has an even SHA-1 is used for fitting, the others for the figures that are printed; each set weighs the same,
however many questions it has. So do two sets written for it: the questions of ``paraphrases.jsonl``, some of those that
are used for fitting asked in other words (the confidence is fitted without them), and of ``folders.jsonl``, asked over
five documents each. What is printed goes into ``qa_bot.answering.sentences`` and ``…confidence`` by hand.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax
from sklearn.linear_model import LogisticRegression

from benchmarks.evaluation_sets import is_for_fitting
from qa_bot.answering.answerer import Answerer
from qa_bot.answering.confidence import Features, features_of
from qa_bot.answering.quotes import quotes_from
from qa_bot.answering.sentences import SCALES, Candidate, Scale, Signs, scored
from qa_bot.evaluation.judging import first_hit, is_hit
from qa_bot.evaluation.questions import Gold, Question, read_questions
from qa_bot.evaluation.statistics import area_under_roc, coverage
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import NO_RANKER, Settings
from training.ranker_data import read_rows

MOST_QUOTES = 3
PENALTY = 1.0
"""The inverse strength of the ridge penalty on the confidence's standardised features."""
RIDGE = 0.0005
"""What the squares of the signs' weights count against the likelihood, a mean over the questions of each set."""
THRESHOLDS = np.arange(0.2, 0.85, 0.05)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that was found for it, and which of the candidates' quotes are hits."""

    found: tuple[Candidate, ...]
    right: tuple[bool, ...]
    gold: tuple[Gold, ...]
    answerable: bool
    fitting: bool


def collect(
    ranker: str, folder: Path, index_dir: Path, paraphrases: Mapping[str, str]
) -> tuple[list[Asked], list[Asked]]:
    """Ask every question of a set, and apart from these its ``paraphrases`` (id -> question)."""
    settings = Settings(corpus_dir=folder / "corpus", index_dir=index_dir, ranker=ranker)
    build_index(settings)
    answerer = open_answerer(settings)
    asked, other = [], []
    for question in read_questions(folder / "questions.jsonl", answerer.text):
        asked.append(_asked(answerer, question))
        if question.id in paraphrases:
            other.append(_asked(answerer, replace(question, question=paraphrases[question.id])))
    answerer.close()
    return asked, other


def collect_folder(ranker: str, sets: Path, index_dir: Path, folder: Mapping[str, Any]) -> list[Asked]:
    """Ask the questions over a few documents of a set: a row of ``folders.jsonl``, all of them used for fitting."""
    with tempfile.TemporaryDirectory() as root:
        corpus = Path(root) / "corpus"
        corpus.mkdir()
        for source in folder["sources"]:
            shutil.copy(sets / folder["set"] / "corpus" / source, corpus)
        questions = "\n".join(map(json.dumps, folder["questions"]))
        (Path(root) / "questions.jsonl").write_text(questions, encoding="utf-8")
        asked, _ = collect(ranker, Path(root), index_dir, {})
    return [replace(one, fitting=True) for one in asked]


def read_paraphrases(path: Path) -> dict[str, dict[str, str]]:
    """Return set -> question's id -> the question in other words."""
    paraphrases: dict[str, dict[str, str]] = {}
    for entry in read_rows(path):
        paraphrases.setdefault(entry["set"], {})[entry["id"]] = entry["question"]
    return paraphrases


def _asked(answerer: Answerer, question: Question) -> Asked:
    ranked = answerer.consider(question.question, history=question.history).ranked
    right = [question.answerable and is_hit(quotes_from([candidate], 1)[0], question.gold) for candidate in ranked]
    return Asked(ranked, tuple(right), tuple(question.gold), question.answerable, is_for_fitting(question.id))


def fitted_signs(sets: Sequence[Sequence[Asked]], fixed: Signs, names: Sequence[str]) -> Signs:
    """Return the weights of the signs ``names`` that make the hits likeliest in a softmax over the candidates.

    The other signs weigh what they do in ``fixed``. A small ridge penalty keeps the weights from running away.
    """
    usable = [[asked for asked in of_set if asked.fitting and any(asked.right)] for of_set in sets]
    rows = [
        (np.array([candidate.signs for candidate in asked.found]), np.array(asked.right), 1 / len(of_set))
        for of_set in usable
        for asked in of_set
    ]
    columns = [Signs._fields.index(name) for name in names]

    def loss(weights: Floats) -> tuple[float, Floats]:
        all_weights = np.array(fixed, dtype=np.float64)
        all_weights[columns] = weights
        value, slope = RIDGE * float((weights**2).sum()), 2 * RIDGE * weights
        for signs, right, weight in rows:
            score = signs @ all_weights
            among_all, among_right = softmax(score), softmax(score[right])
            value += weight * float(logsumexp(score) - logsumexp(score[right]))
            slope += weight * (among_all @ signs - among_right @ signs[right])[columns]
        return value, slope

    start = np.array([getattr(fixed, name) for name in names], dtype=np.float64)
    best = minimize(loss, start, jac=True, method="L-BFGS-B")
    return fixed._replace(**dict(zip(names, best.x.tolist(), strict=True)))


@dataclass(frozen=True, slots=True)
class Judged:
    """The questions of a set under fitted weights, a row each; ``rank`` is the first hit's, 0 where there is none."""

    features: Floats
    score: Floats
    rank: npt.NDArray[np.int64]
    answerable: npt.NDArray[np.bool_]
    fitting: npt.NDArray[np.bool_]

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether the first quote is a hit."""
        right: npt.NDArray[np.bool_] = self.rank == 1
        return right


def judged(of_set: Sequence[Asked], scale: Scale) -> Judged:
    """Order every question's candidates anew, and judge its quotes."""
    features, score, rank = [], [], []
    for asked in of_set:
        ranked = scored(asked.found, scale)
        features.append(features_of(ranked) or Features(*[0.0] * len(Features._fields)))
        score.append(ranked[0].score if ranked else 0.0)
        rank.append((first_hit(quotes_from(ranked, MOST_QUOTES), asked.gold) or 0) if asked.answerable else 0)
    return Judged(
        np.array(features),
        np.array(score),
        np.array(rank),
        np.array([asked.answerable for asked in of_set]),
        np.array([asked.fitting for asked in of_set]),
    )


def fitted_logistic(sets: Sequence[Judged], columns: Sequence[Floats]) -> tuple[Floats, float]:
    """Return weights and intercept of a logistic regression of "the first quote is right" on ``columns`` (n, f)."""
    x = np.concatenate([rows[of_set.fitting] for of_set, rows in zip(sets, columns, strict=True)])
    y = np.concatenate([of_set.right[of_set.fitting] for of_set in sets])
    weight = np.concatenate([np.full(of_set.fitting.sum(), 1 / of_set.fitting.sum()) for of_set in sets])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=PENALTY, max_iter=1000).fit((x - mean) / spread, y, weight / weight.mean())
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - (weights * mean).sum())


def main() -> None:
    """Fit, and print weights and figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ranker")
    parser.add_argument("sets", type=Path)
    parser.add_argument("indexes", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep-signs", action="store_true", help="leave the signs' weights as they are")
    given = parser.parse_args()
    names = given.names or sorted(path.parent.name for path in given.sets.glob("*/questions.jsonl"))
    in_other_words = read_paraphrases(Path(__file__).with_name("paraphrases.jsonl"))
    sets, paraphrased = [], []
    for name in names:
        asked, other = collect(given.ranker, given.sets / name, given.indexes / name, in_other_words.get(name, {}))
        sets.append(asked)
        paraphrased += other
    folders = [
        asked
        for folder in read_rows(Path(__file__).with_name("folders.jsonl"))
        for asked in collect_folder(given.ranker, given.sets, given.indexes / "folder", folder)
    ]
    none = given.ranker == NO_RANKER
    signs = SCALES[None if none else "reader"].weights
    if not given.keep_signs:
        # Beside a ranker the share of the question's words adds nothing: its weight would be below zero.
        fitting = ["cosine", "dense", "lexical", "document", "opening"]
        fitting += ["coverage"] if none else ["length", "logit"]
        signs = fitted_signs([*sets, paraphrased, folders], signs, fitting)
    results = [judged(of_set, Scale(signs, even=0.0)) for of_set in (*sets, folders)]
    slope, intercept = fitted_logistic(results, [of_set.score[:, None] for of_set in results])
    print(signs, f"even={-intercept / slope[0]:.2f} (slope {slope[0]:.2f})", sep="\n")

    # Nor does that share add anything to the confidence.
    features = [name for name in Features._fields if name != ("logit" if none else "coverage")]
    columns = [Features._fields.index(name) for name in features]
    weights = np.zeros(len(Features._fields))
    weights[columns], intercept = fitted_logistic(results, [of_set.features[:, columns] for of_set in results])
    print(Features(*(round(float(weight), 3) for weight in weights)), f"intercept={intercept:.3f}", sep="\n")
    for name, of_set in zip(names, results[:-1], strict=True):
        report(name, of_set, weights, intercept)


def report(name: str, of_set: Judged, weights: Floats, intercept: float) -> None:
    """Print the figures of the questions that nothing was fitted on."""
    rest = ~of_set.fitting
    confidence = expit(of_set.features[rest] @ weights + intercept)
    right, answerable, rank = of_set.right[rest], of_set.answerable[rest], of_set.rank[rest]
    each = np.ones((1, len(confidence)))
    auroc, covered = (
        float(statistic(each)[0]) for statistic in (area_under_roc(confidence, answerable), coverage(confidence, right))
    )
    print(
        f"{name:<12} n {rest.sum():4d}  quote@1 {right[answerable].mean():.3f}  "
        f"quote@3 {(rank[answerable] > 0).mean():.3f}  AUROC {auroc:.3f}  "
        f"coverage at 90% {covered:.3f}  "
        f"mean confidence {confidence.mean():.3f} of {right.mean():.3f} right"
    )
    for threshold in THRESHOLDS:
        given = confidence >= threshold
        share = right[given].mean() if given.any() else float("nan")
        print(f"    at {threshold:.2f}: {given.mean():.2f} answered, {share:.2f} of these right")


if __name__ == "__main__":
    main()
