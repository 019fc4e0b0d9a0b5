"""The index on disk: FAISS for vectors, SQLite for documents, passages and postings, in one generation at a time."""

from qa_bot.index.generation import (
    Manifest,
    current_manifest,
    discard_older,
    new_generation,
    writer_lock,
)
from qa_bot.index.opened import OpenIndex, open_index, verify_index, write_files
from qa_bot.index.store import StoredDocument
from qa_bot.index.terms import STOP_WORDS, terms_of, words_of
from qa_bot.index.vectors import Vectors

__all__ = [
    "STOP_WORDS",
    "Manifest",
    "OpenIndex",
    "StoredDocument",
    "Vectors",
    "current_manifest",
    "discard_older",
    "new_generation",
    "open_index",
    "terms_of",
    "verify_index",
    "words_of",
    "write_files",
    "writer_lock",
]
