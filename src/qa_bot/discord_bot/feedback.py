"""Votes and, where the operator wants them, questions: SQLite beside the index, so that it survives rebuilds.

A voter is stored as a keyed hash, enough to change a vote and to count voters, not to name them. No question's text is
kept unless ``keep_questions`` is set; what is exported is labelled as ``qa-bot eval`` reads it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE_NAME = "feedback.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS votes (
    answer TEXT NOT NULL, voter TEXT NOT NULL, helpful INTEGER NOT NULL, generation TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (answer, voter));
CREATE TABLE IF NOT EXISTS answers (
    answer TEXT PRIMARY KEY, answered INTEGER NOT NULL, generation TEXT NOT NULL,
    source TEXT, start INTEGER, end INTEGER, quote TEXT,
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS questions (
    answer TEXT PRIMARY KEY, question TEXT NOT NULL, history TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a vote is about. ``answer`` is the id of the bot's message; the quote is absent for a refusal."""

    answer: str
    answered: bool
    generation: str
    source: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None


class FeedbackStore:
    """Each call opens the file anew: votes are rare, and nothing then depends on the thread that calls."""

    def __init__(self, index_dir: Path, *, keep_questions: bool) -> None:
        self.path = index_dir / FILE_NAME
        self.keep_questions = keep_questions

    def vote(self, about: Answered, user: int, *, helpful: bool, asked: Sequence[str] = ()) -> str:
        """Keep the vote of ``user``; "new", "changed" or "same". ``asked`` is kept only where questions are."""
        with closing(self._open()) as db, db:
            voter = self._voter(db, user)
            before = db.execute(
                "SELECT helpful FROM votes WHERE answer = ? AND voter = ?", (about.answer, voter)
            ).fetchone()
            db.execute(
                "INSERT OR REPLACE INTO votes (answer, voter, helpful, generation) VALUES (?, ?, ?, ?)",
                (about.answer, voter, int(helpful), about.generation),
            )
            self._describe(db, about, asked)
        if before is None:
            return "new"
        return "same" if bool(before[0]) == helpful else "changed"

    def unanswered(self, about: Answered, asked: Sequence[str]) -> None:
        """Keep a question that got no answer, where the operator turned that on."""
        if self.keep_questions:
            with closing(self._open()) as db, db:
                self._describe(db, about, asked)

    def export(self) -> Iterator[dict[str, Any]]:
        """Questions as ``qa-bot eval`` reads them: a quote found helpful is gold, a refusal is unanswerable.

        Questions whose votes don't say what would have been right come without ``gold``, marked ``to_label``.
        """
        if not self.path.exists():
            return
        with closing(self._open()) as db:
            rows = db.execute(
                "SELECT a.answer, a.answered, a.generation, a.source, a.start, a.end, a.quote, q.question, q.history,"
                " (SELECT COUNT(*) FROM votes v WHERE v.answer = a.answer AND v.helpful = 1),"
                " (SELECT COUNT(*) FROM votes v WHERE v.answer = a.answer AND v.helpful = 0)"
                " FROM answers a JOIN questions q ON q.answer = a.answer ORDER BY a.at, a.answer"
            ).fetchall()
        yield from (_record(*row) for row in rows)

    def counts(self) -> tuple[int, int]:
        """(votes, questions kept)."""
        if not self.path.exists():
            return 0, 0
        with closing(self._open()) as db:
            votes = db.execute("SELECT COUNT(*) FROM votes").fetchone()[0]
            questions = db.execute("SELECT COUNT(*) FROM questions").fetchone()[0]
        return int(votes), int(questions)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=5.0)
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_SCHEMA)
        return db

    def _voter(self, db: sqlite3.Connection, user: int) -> str:
        db.execute("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", (secrets.token_hex(16),))
        salt = db.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()[0]
        return hashlib.blake2b(str(user).encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()

    def _describe(self, db: sqlite3.Connection, about: Answered, asked: Sequence[str]) -> None:
        db.execute(
            "INSERT OR IGNORE INTO answers (answer, answered, generation, source, start, end, quote)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (about.answer, int(about.answered), about.generation, about.source, about.start, about.end, about.quote),
        )
        if asked and self.keep_questions:
            # Lone surrogates can arrive in JSON and can't be stored as UTF-8.
            history, question = [part.encode("utf-8", "replace").decode() for part in asked[:-1]], asked[-1]
            db.execute(
                "INSERT OR IGNORE INTO questions VALUES (?, ?, ?)",
                (about.answer, question.encode("utf-8", "replace").decode(), json.dumps(history, ensure_ascii=False)),
            )


def _record(
    answer: str,
    answered: int,
    generation: str,
    source: str | None,
    start: int | None,
    end: int | None,
    quote: str | None,
    question: str,
    history: str,
    helpful: int,
    unhelpful: int,
) -> dict[str, Any]:
    gold: list[dict[str, Any]] = []
    labelled = True
    if answered and helpful > unhelpful:
        gold = [{"source": source, "start": start, "end": end, "text": quote}]
    elif answered or unhelpful > helpful:
        labelled = False
    record: dict[str, Any] = {
        "id": f"discord-{answer}",
        "kind": "vote" if helpful or unhelpful else "unanswered",
        "question": question,
        "history": json.loads(history),
        "answerable": bool(gold),
        "gold_mode": "any",
        "gold": gold,
        "generation": generation,
        "votes": {"yes": helpful, "no": unhelpful},
    }
    return record if labelled else {**record, "to_label": True}
