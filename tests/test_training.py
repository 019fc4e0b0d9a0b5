"""Training the sentence ranker: what is learnt from, and that the program reads what comes out."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.evaluation_sets import is_for_fitting
from qa_bot.encoding import Statement, open_ranker
from qa_bot.encoding.models import locate_model
from qa_bot.settings import DEFAULT_MODEL
from tests.conftest import link_export
from training.export_ranker import load_network, scores
from training.fit_weights import collect_folder, read_paraphrases
from training.ranker_data import (
    Completion,
    Corpus,
    Group,
    GroupMaker,
    Kind,
    Mixture,
    Paragraph,
    Question,
    Window,
    load_corpus,
    text_key,
)
from training.ranker_loss import SPAN_WEIGHT, Labels, batch_loss, sentence_logits
from training.ranker_questions import Synonyms, in_other_words
from training.train_ranker import Plan, train

REPOSITORY = Path(__file__).parent.parent
BRIDGE = "The mayor opened the bridge on Monday. It had rained for a week. The library stayed closed."
BRIDGE_SENTENCES = ("The mayor opened the bridge on Monday.", "It had rained for a week.", "The library stayed closed.")
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


@pytest.fixture(scope="module")
def synonyms() -> Synonyms:
    return Synonyms(locate_model(DEFAULT_MODEL))


def test_synonyms_mean_nearly_the_same_and_are_no_inflections(synonyms: Synonyms) -> None:
    assert synonyms.of("soldiers") == ["troops", "servicemen", "army", "military", "armies"]
    assert synonyms.of("qwertz") == []


def test_a_question_in_other_words_keeps_its_names(synonyms: Synonyms) -> None:
    asked = {in_other_words("Did soldiers march to Rome?", synonyms, random.Random(seed)) for seed in range(40)}
    assert len(asked) > 5
    assert all(question.endswith(" Rome?") for question in asked)


def test_the_sentence_that_holds_the_answer_is_the_one_that_answers(data: Path) -> None:
    first = load_corpus(data, None).paragraphs[0]
    questions = (Question(QUESTION, (0,), (), ((0, 4, 9),)), Question("Who closed the bridge?", (), ()))
    assert first == Paragraph("squad2", "Town", BRIDGE_SENTENCES, questions)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder of what was written for the training: a question on a paragraph of the data, and a document."""
    folder = tmp_path / "written"
    folder.mkdir()
    span = [BRIDGE.index("Monday"), BRIDGE.index("Monday") + len("Monday")]
    asked = {"paragraph": text_key(BRIDGE), "kind": "reworded", "question": "Which day?", "answers": [span]}
    (folder / "questions.jsonl").write_text(json.dumps(asked) + "\n")
    unsaid = {"kind": "unanswerable", "question": "Who painted the barge?", "answers": []}
    barge = {"title": "Barge", "text": "A barge sank. Nobody saw it.", "questions": [unsaid]}
    (folder / "documents.jsonl").write_text(json.dumps(barge) + "\n")
    return folder


def test_what_was_written_joins_the_data(data: Path, written: Path) -> None:
    first, *_, last = load_corpus(data, None, written).paragraphs
    assert first.questions[-1] == Question("Which day?", (0,), (), ((0, 31, 37),), "reworded")
    unsaid = Question("Who painted the barge?", (), (), (), "unanswerable")
    assert last == Paragraph("documents", "Barge", ("A barge sank.", "Nobody saw it."), (unsaid,))


def test_a_written_question_brings_the_sentence_that_would_answer_it(data: Path, written: Path) -> None:
    documents = written / "documents.jsonl"
    barge = json.loads(documents.read_text())
    barge["questions"][0]["completion"] = {"after": 1, "sentence": "Ola had painted it.", "answer": [0, 3]}
    documents.write_text(json.dumps(barge))
    asked = load_corpus(data, None, written).paragraphs[-1].questions
    completion = Completion(1, "Ola had painted it.", 0, 3)
    assert asked == (Question("Who painted the barge?", (), (), (), "unanswerable", completion),)


def test_a_question_of_an_unknown_kind_is_no_question(data: Path, written: Path) -> None:
    (written / "questions.jsonl").write_text((written / "questions.jsonl").read_text().replace("reworded", "remade"))
    with pytest.raises(ValueError, match="a question of the kind 'remade'"):
        load_corpus(data, None, written)


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


def test_the_sentences_that_a_group_holds_right_are_those_that_answer(data: Path, synonyms: Synonyms) -> None:
    corpus = load_corpus(data, None)
    sentences, questions = (
        np.eye(len(items), 8, dtype=np.float32) for items in (corpus.sentence_at, corpus.question_at)
    )
    elsewhere = [[len(corpus.sentence_at) - 1] * 4] * len(corpus.question_at)
    maker = GroupMaker(corpus, sentences, questions, elsewhere, synonyms, Mixture(removed=0, spoiled=0, echoes=1))
    windows = [window for group in maker.a_pass(seed=3) for window in group.windows]
    right = {window.sentences[i] for window in windows for i in window.positives}
    answers = {window.sentences[i][start:end] for window in windows for i, start, end in window.answers}
    assert (right, answers) == (
        {"The mayor opened the bridge on Monday.", "Its owner, a baker, sold it to the town."},
        {"mayor", "a baker"},
    )


def test_a_group_whose_answer_was_taken_out_holds_none_that_answers(data: Path, synonyms: Synonyms) -> None:
    corpus = load_corpus(data, None)
    vectors = np.zeros((len(corpus.sentence_at), 8), dtype=np.float32)
    elsewhere = [[len(corpus.sentence_at) - 1] * 4] * len(corpus.question_at)
    maker = GroupMaker(corpus, vectors, vectors, elsewhere, synonyms, Mixture(removed=1, echoes=0))
    homes = [
        group.windows[0] for group in maker.a_pass(seed=3) if "The library stayed closed." in group.windows[0].sentences
    ]
    # The one question has its answer taken out; the other one's paragraph never answered.
    assert {(window.sentences, window.positives) for window in homes} == {
        (BRIDGE_SENTENCES[1:], frozenset()),
        (BRIDGE_SENTENCES, frozenset()),
    }


def groups_of(questions: tuple[Question, ...], elsewhere: str, synonyms: Synonyms) -> list[Group]:
    """The groups of many passes over ``questions`` on the bridge, against one sentence elsewhere."""
    other = Paragraph("documents", "Mill", (elsewhere,), ())
    corpus = Corpus([Paragraph("documents", "Town", BRIDGE_SENTENCES, questions), other])
    vectors = np.eye(8, dtype=np.float32)
    mix = Mixture(away=1, removed=0, spoiled=0, echoes=0, home_words=100)
    maker = GroupMaker(corpus, vectors, vectors, [[3]] * len(questions), synonyms, mix)
    return [group for seed in range(20) for group in maker.a_pass(seed)]


def test_a_question_that_nothing_answers_is_also_asked_where_the_sentence_written_for_it_stands(
    synonyms: Synonyms,
) -> None:
    completion = Completion(1, "Rosa Lind cut the ribbon.", 0, 9)
    asked = Question("Who cut the ribbon?", (), (), (), "unanswerable", completion)
    opened, rained, closed = BRIDGE_SENTENCES
    homes = {group.windows[0] for group in groups_of((asked,), "A mill.", synonyms)}
    assert homes == {
        Window("Town", (opened, rained, closed)),
        Window("Town", (opened, completion.sentence, rained, closed), frozenset({1}), answers=((1, 0, 9),)),
    }


def test_a_sentence_elsewhere_with_the_words_of_the_answer_is_not_judged(synonyms: Synonyms) -> None:
    asked = Question("When could one cross?", (0,), (), ((0, 31, 37),), "reworded")
    judged = {
        (group.windows[1].sentences, group.windows[1].unsure)
        for told in ("The mill closed on Monday.", "The mill closed on Sunday.")
        for group in groups_of((asked,), told, synonyms)
    }
    assert judged == {
        (("The mill closed on Monday.",), frozenset({0})),
        (("The mill closed on Sunday.",), frozenset()),
    }


@pytest.mark.parametrize("kind", ["reworded", "casual", "follow-up"])
def test_a_follow_up_competes_elsewhere_only_after_the_question_before(kind: Kind, synonyms: Synonyms) -> None:
    earlier = Question("Who came to town?", (), (), (), "unanswerable")
    asked = Question("On which day?", (0,), (), ((0, 31, 37),), kind)
    groups = [group for group in groups_of((earlier, asked), "A mill.", synonyms) if "day" in group.question]
    forms = {(group.question.rstrip("?"), len(group.windows)) for group in groups}
    alone = {("On which day", 1), ("Who came to town? On which day", 2)}
    assert forms == (alone if kind == "follow-up" else {("On which day", 2)})


def test_the_right_sentence_and_its_answer_lower_the_loss() -> None:
    labels = Labels(((2, 4), (4, 7)), frozenset({1}), frozenset(), (5,), (6,))
    nothing = torch.full((8, 3), -3.0)
    right, wrong = nothing.clone(), nothing.clone()
    right[5, 0] = right[6, 1] = 4.0
    wrong[2, 0] = wrong[3, 1] = 4.0
    losses = [float(batch_loss([[(judged, labels)]])) for judged in (right, nothing, wrong)]
    assert losses == sorted(losses)


def test_the_loss_is_the_mean_over_questions_of_what_the_right_ones_lack() -> None:
    torch.manual_seed(1)
    rows = torch.randn(3, 9, 3)
    spans = ((1, 4), (4, 6), (6, 9))
    answered = [
        (rows[0], Labels(spans, frozenset({0}), frozenset({2}), (1,), (2, 3))),
        (rows[1], Labels(spans[:1], frozenset(), frozenset(), (), ())),
    ]
    unanswered = [(rows[2], Labels(spans, frozenset(), frozenset(), (), ()))]

    def lacking(right: list[torch.Tensor], rivals: list[torch.Tensor]) -> torch.Tensor:
        everything = torch.stack([*rivals, torch.zeros(())]).logsumexp(0)
        return everything - (torch.stack(right).logsumexp(0) if right else 0.0)

    def logits(row: int, *of: tuple[int, int]) -> list[torch.Tensor]:
        return sentence_logits(rows[row], of)

    first = lacking(logits(0, spans[0]), logits(0, *spans[:2]) + logits(1, spans[0]))
    begins, ends = ([*rows[0, 1:6, edge], *rows[1, 1:4, edge]] for edge in (0, 1))
    first += SPAN_WEIGHT * (lacking([rows[0, 1, 0]], begins) + lacking([rows[0, 2, 1], rows[0, 3, 1]], ends))
    second = lacking([], logits(2, *spans))
    second += SPAN_WEIGHT * (lacking([], [*rows[2, 1:, 0]]) + lacking([], [*rows[2, 1:, 1]]))
    assert torch.allclose(batch_loss([answered, unanswered]), (first + second) / 2)


def test_the_program_reads_a_trained_ranker_and_scores_as_the_network_does(
    data: Path, model_export: Path, tmp_path: Path
) -> None:
    work = link_export(model_export, tmp_path / "work")
    weights = train(Plan(data, work, steps=2, batch=4, depth=1, save_every=1))
    out = tmp_path / "out"
    # In a process of its own: the converter must be imported before the engine is.
    command = [sys.executable, "-m", "training.export_ranker", str(weights), str(out)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    statements = [Statement((MILL, BRIDGE), 1, "Town"), Statement((MILL, BRIDGE), 0, "Town"), Statement(("No.",))]
    theirs = scores(load_network([weights]), out / "tokenizer.json", QUESTION, statements)
    ours = open_ranker(out, tmp_path / "compiled").scores(QUESTION, statements)
    assert np.allclose(ours, theirs, atol=0.1)


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(
    data: Path, model_export: Path, tmp_path: Path
) -> None:
    # Two steps of three are in the checkpoint that is left behind.
    plan = Plan(data, link_export(model_export, tmp_path / "work"), steps=3, batch=2, depth=1, save_every=2, threads=1)
    straight = train(plan).read_bytes()
    assert train(plan).read_bytes() == straight


def test_only_questions_that_weights_are_fitted_on_are_fitted_on_in_other_words_too() -> None:
    paraphrases = read_paraphrases(REPOSITORY / "training" / "paraphrases.jsonl")
    assert sorted(paraphrases) == ["clapnq", "mtrag", "realtimeqa", "squad2"]
    assert [number for of_set in paraphrases.values() for number in of_set if not is_for_fitting(number)] == []


def test_a_small_folder_is_asked_over_its_own_documents_alone(tmp_path: Path, model_export: Path) -> None:
    corpus = tmp_path / "sets" / "town" / "corpus"
    corpus.mkdir(parents=True)
    for name, text in {"bridge.txt": BRIDGE, "mill.txt": MILL, "other.txt": "Who opened the bridge? Nobody."}.items():
        (corpus / name).write_text(text)
    gold = [{"source": "bridge.txt", "start": 0, "end": BRIDGE.index(" It had")}]
    questions = [
        {"id": "1", "question": QUESTION, "answerable": True, "gold": gold},
        {"id": "2", "question": "Who built the mill?", "answerable": False},
    ]
    folder = {"set": "town", "sources": ["bridge.txt", "mill.txt"], "questions": questions}
    index = link_export(model_export, tmp_path / "index")
    asked = collect_folder("none", tmp_path / "sets", index, folder)
    assert [(one.answerable, one.fitting, one.found[0].hit.passage.source, one.right[0]) for one in asked] == [
        (True, True, "bridge.txt", True),
        (False, True, "mill.txt", False),
    ]
    assert {candidate.hit.passage.source for one in asked for candidate in one.found} == {"bridge.txt", "mill.txt"}


def test_each_written_question_has_a_sentence_that_answers_or_is_said_to_have_none(data: Path) -> None:
    corpus = load_corpus(data, None, REPOSITORY / "training" / "written")
    asked = [item for paragraph in corpus.paragraphs if paragraph.origin == "documents" for item in paragraph.questions]
    assert {item.kind for item in asked if not item.positives} == {"unanswerable"}
    assert {item.kind for item in asked if item.positives} == {"plain", "reworded", "casual", "follow-up"}
    completions = [item.completion for item in asked if item.completion]
    assert {item.kind for item in asked if item.completion} == {"unanswerable"}
    assert [told for told in completions if not 0 <= told.start < told.end <= len(told.sentence)] == []
