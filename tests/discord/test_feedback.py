"""What is kept of votes and questions, and how it leaves."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from qa_bot.cli.main import cli
from qa_bot.discord_bot.feedback import Answered, FeedbackStore

ANSWER = Answered("1", True, "g1", "a.txt", 0, 5, "Words")
REFUSED = Answered("2", False, "g1")


def test_one_vote_a_user_and_answer_that_can_be_changed(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, keep_questions=False)
    assert store.vote(ANSWER, 7, helpful=True) == "new"
    assert store.vote(ANSWER, 7, helpful=True) == "same"
    assert store.vote(ANSWER, 7, helpful=False) == "changed"
    assert store.vote(ANSWER, 8, helpful=True) == "new"
    assert store.counts() == (2, 0)


def test_by_default_no_question_and_no_name_is_kept(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, keep_questions=False)
    store.vote(ANSWER, 123456789012345678, helpful=True, asked=("a secret question",))
    store.unanswered(REFUSED, ("another secret",))
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret" not in stored
    assert b"123456789012345678" not in stored
    assert list(store.export()) == []


def test_what_was_kept_is_exported_as_questions_for_an_evaluation(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, keep_questions=True)
    store.vote(ANSWER, 7, helpful=True, asked=("Before?", "Words?"))
    store.unanswered(REFUSED, ("What is \ud800?",))
    answered, refused = store.export()
    assert answered["question"] == "Words?"
    assert answered["history"] == ["Before?"]
    assert answered["gold"] == [{"source": "a.txt", "start": 0, "end": 5, "text": "Words"}]
    assert (answered["answerable"], answered["gold_mode"]) == (True, "any")
    assert (refused["answerable"], refused["gold"], refused["kind"]) == (False, [], "unanswered")
    assert refused["question"] == "What is ??"


def test_a_vote_against_an_answer_labels_nothing(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, keep_questions=True)
    store.vote(ANSWER, 7, helpful=False, asked=("Words?",))
    assert [record.get("to_label") for record in store.export()] == [True]


def test_the_command_writes_labelled_questions_alone(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    store = FeedbackStore(tmp_path, keep_questions=True)
    store.vote(ANSWER, 7, helpful=True, asked=("Words?",))
    store.vote(Answered("3", True, "g1", "a.txt", 0, 5, "Words"), 7, helpful=False, asked=("Other?",))
    monkeypatch.setenv("QA_BOT_INDEX_DIR", str(tmp_path))
    result = CliRunner().invoke(cli, ["feedback", "export"])
    assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == ["Words?"]
    result = CliRunner().invoke(cli, ["feedback", "export", "--to-label"])
    assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == ["Other?"]


def test_a_store_that_was_never_written_exports_nothing(tmp_path: Path) -> None:
    assert list(FeedbackStore(tmp_path, keep_questions=True).export()) == []
    assert not (tmp_path / "feedback.sqlite").exists()


def test_the_file_is_an_ordinary_database(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, keep_questions=True)
    store.vote(ANSWER, 7, helpful=True)
    assert sqlite3.connect(store.path).execute("SELECT helpful FROM votes").fetchall() == [(1,)]
