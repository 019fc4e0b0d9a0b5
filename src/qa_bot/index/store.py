"""Documents, passages, sentences and their postings in one SQLite file, written once and then only read.

A passage's number is its row in the vectors of passages, a sentence's number its row in the vectors of sentences; both
count from 0 in the order of the corpus. A passage's text is stored beside its document's, so that each can be held
against the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from qa_bot.index.terms import terms_of, words_of
from qa_bot.types import Document, Passage, Role, Sentence, SourceSummary

_SCHEMA = """
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, encoding TEXT NOT NULL,
  title TEXT NOT NULL, url TEXT, published TEXT, text TEXT NOT NULL
);
CREATE TABLE passages (
  id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, start INTEGER NOT NULL, end INTEGER NOT NULL,
  paragraph INTEGER NOT NULL, line INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, text TEXT NOT NULL,
  first_sentence INTEGER NOT NULL, key BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE sentences (
  id INTEGER PRIMARY KEY, passage INTEGER NOT NULL REFERENCES passages, start INTEGER NOT NULL, end INTEGER NOT NULL,
  paragraph INTEGER NOT NULL, line INTEGER NOT NULL, role TEXT NOT NULL, key BLOB NOT NULL
);
CREATE INDEX sentences_by_passage ON sentences (passage);
CREATE TABLE words (word TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE postings USING fts5 (heading, body, content='', tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (postings, 'row');
"""
_PASSAGES_OF = "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document WHERE d.source IN ({})"
HEADING_WEIGHT = 0.4
"""What a word counts in the title against one in the passage, for BM25."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with its passages and the keys of their texts, ready to be written."""

    document: Document
    passages: tuple[Passage, ...]
    passage_keys: tuple[bytes, ...]
    sentence_keys: tuple[tuple[bytes, ...], ...]


def write_store(path: Path, documents: Iterable[StoredDocument]) -> None:
    """Write all documents into a new SQLite file."""
    connection = sqlite3.connect(path)
    try:
        # Nobody reads the file before it is sealed and fsynced: SQLite need not do it for each page.
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;" + _SCHEMA
        )
        passage_id = sentence_id = 0
        words: Counter[str] = Counter()
        for document_id, stored in enumerate(documents):
            document = stored.document
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (document_id, document.source, document.sha256, document.encoding, document.title, document.url,
                 document.published, document.text),
            )  # fmt: skip
            for passage, key, sentence_keys in zip(
                stored.passages, stored.passage_keys, stored.sentence_keys, strict=True
            ):
                _insert_passage(connection, document_id, passage_id, sentence_id, passage, key, sentence_keys)
                words.update({word.lower() for word in words_of(passage.text) if word.isalpha()})
                passage_id += 1
                sentence_id += len(passage.sentences)
        connection.executemany("INSERT INTO words VALUES (?, ?)", sorted(words.items()))
        connection.execute("INSERT INTO postings (postings) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()


def _insert_passage(
    connection: sqlite3.Connection,
    document_id: int,
    passage_id: int,
    sentence_id: int,
    passage: Passage,
    key: bytes,
    sentence_keys: Sequence[bytes],
) -> None:
    connection.execute(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (passage_id, document_id, passage.start, passage.end, passage.paragraph, passage.line, passage.page,
         passage.heading, passage.text, sentence_id, key),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (sentence_id + offset, passage_id, s.start, s.end, s.paragraph, s.line, s.role.value, sentence_key)
            for offset, (s, sentence_key) in enumerate(zip(passage.sentences, sentence_keys, strict=True))
        ),
    )
    connection.execute(
        "INSERT INTO postings (rowid, heading, body) VALUES (?, ?, ?)",
        (passage_id, " ".join(terms_of(passage.heading)), " ".join(terms_of(passage.text))),
    )


class Store:
    """The SQLite file of a generation, opened for reading alone; it may lie on a read-only disk."""

    def __init__(self, path: Path) -> None:
        """Raise ``sqlite3.DatabaseError`` where the file can't be read."""
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.text = lru_cache(maxsize=64)(self._text)
        self.passage = lru_cache(maxsize=4096)(self._passage)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def sources(self) -> tuple[SourceSummary, ...]:
        """Return all documents, in the order of the corpus."""
        rows = self._connection.execute(
            "SELECT source, title, (SELECT count(*) FROM passages p WHERE p.document = d.id), length(text), encoding "
            "FROM documents d ORDER BY id"
        )
        return tuple(SourceSummary(*row) for row in rows)

    def hashes(self) -> dict[str, str]:
        """Return source -> SHA-256 of the file it was read from."""
        return dict(self._connection.execute("SELECT source, sha256 FROM documents"))

    def _text(self, source: str) -> str | None:
        row = self._connection.execute("SELECT text FROM documents WHERE source = ?", (source,)).fetchone()
        return None if row is None else str(row[0])

    def _passage(self, number: int) -> Passage:
        row = self._connection.execute(
            "SELECT d.source, p.start, p.end, p.text, p.paragraph, p.line, d.title, p.heading, "
            "d.url, d.published, p.page FROM passages p JOIN documents d ON d.id = p.document WHERE p.id = ?",
            (number,),
        ).fetchone()
        sentences = self._connection.execute(
            "SELECT start, end, paragraph, line, role FROM sentences WHERE passage = ? ORDER BY id", (number,)
        )
        source, start, end, text, paragraph, line, title, heading, url, published, page = row
        return Passage(
            source=source,
            start=start,
            end=end,
            text=text,
            paragraph=paragraph,
            line=line,
            title=title,
            heading=heading,
            sentences=tuple(Sentence(s, e, p, n, Role(role)) for s, e, p, n, role in sentences),
            url=url,
            published=published,
            page=page,
        )

    def first_sentence(self, number: int) -> int:
        """Return the number of the first sentence of a passage; the others follow it."""
        return int(
            self._connection.execute("SELECT first_sentence FROM passages WHERE id = ?", (number,)).fetchone()[0]
        )

    def sentences_of(self, passages: Sequence[int]) -> list[tuple[int, int]]:
        """Return (passage number, sentence number) of all sentences of these passages."""
        # As one JSON array: SQLite takes only so many parameters, and a search may ask for any number of passages.
        statement = "SELECT passage, id FROM sentences WHERE passage IN (SELECT value FROM json_each(?))"
        return list(self._connection.execute(statement, (json.dumps(list(passages)),)))

    def passage_numbers(self, sources: Sequence[str]) -> list[int]:
        """Return the numbers of all passages of these documents."""
        statement = _PASSAGES_OF.format(", ".join("?" * len(sources)))
        return [number for (number,) in self._connection.execute(f"{statement} ORDER BY p.id", sources)]

    def keys(self, table: str) -> dict[bytes, int]:
        """Return text key -> number, of ``passages`` or ``sentences``."""
        query = {"passages": "SELECT key, id FROM passages", "sentences": "SELECT key, id FROM sentences"}[table]
        return dict(self._connection.execute(query))

    def counts(self) -> dict[str, int]:
        """Return how many documents, passages and sentences there are."""
        queries = {
            "documents": "SELECT count(*) FROM documents",
            "passages": "SELECT count(*) FROM passages",
            "sentences": "SELECT count(*) FROM sentences",
        }
        return {name: int(self._connection.execute(query).fetchone()[0]) for name, query in queries.items()}

    def passages_with(self, term: str) -> int:
        """Return how many passages hold a term (as ``terms_of`` gives it)."""
        row = self._connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
        return 0 if row is None else int(row[0])

    def words_like(self, first: str, shortest: int, longest: int) -> list[str]:
        """Return all words, in small letters, that begin with a letter and have such a length."""
        rows = self._connection.execute(
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?",
            (first, chr(ord(first) + 1), shortest, longest),
        )
        return [str(word) for (word,) in rows]

    def passages_with_word(self, word: str) -> int:
        """Return how many passages hold a word, in small letters, as it is written."""
        row = self._connection.execute("SELECT passages FROM words WHERE word = ?", (word,)).fetchone()
        return 0 if row is None else int(row[0])

    def passages_with_pair(self, first: str, second: str) -> int:
        """Return how many passages hold two terms next to each other in this order, words without a subject aside."""
        statement = "SELECT count(*) FROM postings WHERE postings MATCH ?"
        return int(self._connection.execute(statement, (f'"{first} {second}"',)).fetchone()[0])

    @cached_property
    def counted_words(self) -> int:
        """How many words there are, each counted once for each passage that holds it."""
        return int(self._connection.execute("SELECT coalesce(sum(passages), 0) FROM words").fetchone()[0])

    def bm25(self, terms: Sequence[str], k: int, sources: Sequence[str] | None = None) -> list[tuple[int, float]]:
        """Return at most ``k`` (passage number, BM25 score) of the passages that hold any of the terms, best first.

        SQLite's bm25() is negative, lower is better; here its sign is turned, once.
        """
        if not terms:
            return []
        query = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms))
        within = "" if sources is None else f"AND rowid IN ({_PASSAGES_OF.format(', '.join('?' * len(sources)))})"
        statement = (
            f"SELECT rowid, -bm25(postings, {HEADING_WEIGHT}, 1.0) AS score FROM postings "  # noqa: S608 - constants
            f"WHERE postings MATCH ? {within} ORDER BY score DESC, rowid LIMIT ?"
        )
        rows = self._connection.execute(statement, [query, *(sources or ()), k])
        return [(int(number), float(score)) for number, score in rows]

    def faults(self) -> Iterator[str]:
        """Yield what is wrong inside the file: SQLite's own checks, and each passage against its document."""
        for (finding,) in self._connection.execute("PRAGMA integrity_check"):
            if finding != "ok":
                yield f"SQLite: {finding}"
        for source, text in self._connection.execute("SELECT source, text FROM documents ORDER BY id"):
            rows = self._connection.execute(
                "SELECT p.id, p.start, p.end, p.text FROM passages p JOIN documents d ON d.id = p.document "
                "WHERE d.source = ? ORDER BY p.id",
                (source,),
            ).fetchall()
            for number, start, end, passage_text in rows:
                if text[start:end] != passage_text:
                    yield f"{source}: passage {number} is not the text at {start}-{end}"
                stray = self._connection.execute(
                    "SELECT count(*) FROM sentences WHERE passage = ? AND (start < ? OR end > ? OR start >= end)",
                    (number, start, end),
                ).fetchone()[0]
                if stray:
                    yield f"{source}: passage {number} has {stray} sentence(s) outside its span"
