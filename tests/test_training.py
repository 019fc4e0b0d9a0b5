"""Training the sentence ranker: what is learnt from, and that the program reads what comes out."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qa_bot.encoding import Ranker, Statement
from tests.conftest import link_export
from training.export_ranker import load_network, scores
from training.ranker_data import Mixture, Paragraph, Question, load_corpus, make_groups
from training.train_ranker import Plan, train

REPOSITORY = Path(__file__).parent.parent
BRIDGE = "The mayor opened the bridge on Monday. It had rained for a week. The library stayed closed."
MILL = "A mill stands at the river. Its owner, a baker, sold it to the town. It grinds corn on Sundays alone."
QUESTION = "Who opened the bridge?"


def line(text: str, questions: dict[str, str]) -> str:
    """Return a paragraph of the training data, each question with its answer ("": the text doesn't say)."""
    spans = {asked: [[text.index(answer), text.index(answer) + len(answer)]] if answer else []
             for asked, answer in questions.items()}  # fmt: skip
    asked = [{"question": question, "answers": answers} for question, answers in spans.items()]
    return json.dumps({"title": "Town", "text": text, "questions": asked})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of a few paragraphs: a question needs more sentences elsewhere than are drawn from."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "squad2.jsonl").write_text(line(BRIDGE, {QUESTION: "mayor", "Who closed the bridge?": ""}) + "\n")
    others = [line(f"House {n}. {MILL} It has {n} windows.", {f"Who sold mill {n}?": "a baker"}) for n in range(12)]
    (folder / "squadshifts.jsonl").write_text("\n".join(others) + "\n")
    return folder


def test_the_sentence_that_holds_the_answer_is_the_one_that_answers(data: Path) -> None:
    first = load_corpus(data, None).paragraphs[0]
    sentences = ("The mayor opened the bridge on Monday.", "It had rained for a week.", "The library stayed closed.")
    questions = (Question(QUESTION, (0,), ()), Question("Who closed the bridge?", (), ()))
    assert first == Paragraph("squad2", "Town", sentences, questions)


def test_a_paragraph_that_stands_in_an_evaluation_document_is_not_learnt_from(data: Path, tmp_path: Path) -> None:
    documents = tmp_path / "sets" / "town" / "corpus"
    documents.mkdir(parents=True)
    (documents / "bridge.txt").write_text(f"Town news. {BRIDGE.upper()} More tomorrow.")
    assert {item.origin for item in load_corpus(data, tmp_path / "sets").paragraphs} == {"squadshifts"}


def test_a_question_of_an_evaluation_set_is_not_learnt_from(data: Path, tmp_path: Path) -> None:
    (tmp_path / "sets" / "town").mkdir(parents=True)
    (tmp_path / "sets" / "town" / "questions.jsonl").write_text(json.dumps({"question": "who opened the bridge"}))
    first = load_corpus(data, tmp_path / "sets").paragraphs[0]
    assert [question.text for question in first.questions] == ["Who closed the bridge?"]


def test_the_first_candidates_of_a_group_are_those_that_answer(data: Path) -> None:
    corpus = load_corpus(data, None)
    sentences, questions = (
        np.eye(len(items), 8, dtype=np.float32) for items in (corpus.sentence_at, corpus.question_at)
    )
    elsewhere = np.full((len(corpus.question_at), 4), len(corpus.sentence_at) - 1)
    groups = make_groups(corpus, sentences, questions, elsewhere, Mixture(removed=0, spoiled=0, echoes=0), seed=3)
    answering = {"The mayor opened the bridge on Monday.", "Its owner, a baker, sold it to the town."}
    found = {item.statement.text for group in groups for item in group.candidates[: group.positives]}
    assert found == answering


def test_the_program_reads_a_trained_ranker_and_scores_as_the_network_does(
    data: Path, model_export: Path, tmp_path: Path
) -> None:
    work = link_export(model_export, tmp_path / "work")
    weights = train(Plan(data, work, steps=2, batch=4, depth=1, save_every=1))
    out = tmp_path / "out"
    # In a process of its own: the converter must be imported before the engine is.
    command = [sys.executable, "-m", "training.export_ranker", str(weights), str(out)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    statements = [Statement(BRIDGE, "Town"), Statement(MILL, "Town", BRIDGE), Statement("No.")]
    theirs = scores(load_network([weights]), out / "tokenizer.json", QUESTION, statements)
    ours = Ranker(out, tmp_path / "compiled").scores(QUESTION, statements)
    assert np.allclose(ours, theirs, atol=0.1)


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(
    data: Path, model_export: Path, tmp_path: Path
) -> None:
    # Two steps of three are in the checkpoint that is left behind.
    plan = Plan(data, link_export(model_export, tmp_path / "work"), steps=3, batch=2, depth=1, save_every=2, threads=1)
    straight = train(plan).read_bytes()
    assert train(plan).read_bytes() == straight
