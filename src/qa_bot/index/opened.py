"""An index opened for reading: checked byte for byte, then handed out as one object."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa_bot.durable import broken_seals
from qa_bot.errors import IndexCorruptError, IndexUnavailableError, UnknownSourceError
from qa_bot.index.generation import COARSE, PASSAGES, SENTENCES, STORE, Manifest, current_manifest, generation_folder
from qa_bot.index.store import Store, StoredDocument, write_store
from qa_bot.index.vectors import FLAT_UP_TO, VectorIndex, Vectors, write_coarse, write_exact, write_half


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A generation: passages and sentences with a vector each, under the numbers that the store gives them."""

    manifest: Manifest
    store: Store
    passages: VectorIndex
    sentences: VectorIndex

    def text(self, source: str) -> str:
        """Return the text of a document, the one that offsets count in. Raises ``UnknownSourceError``."""
        try:
            text = self.store.text(source)
        except UnicodeEncodeError:
            text = None  # a name typed in bytes that are no UTF-8: no source has one
        if text is None:
            raise UnknownSourceError(f"there is no source {source!r}; `qa-bot sources` lists them")
        return text

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()


def write_files(folder: Path, documents: Sequence[StoredDocument], passages: Vectors, sentences: Vectors) -> None:
    """Write the files of a generation: float32 unit rows, in the order in which the store numbers them."""
    write_store(folder / STORE, documents)
    write_exact(folder / PASSAGES, passages)
    write_half(folder / SENTENCES, sentences)
    if len(passages) > FLAT_UP_TO:
        write_coarse(folder / COARSE, passages)


def open_index(index_dir: Path) -> OpenIndex:
    """Open the current generation after checking every byte of it.

    Raises ``IndexMissingError``, ``IndexCorruptError`` or ``IndexMismatchError``.
    """
    try:
        return _open(index_dir)
    except IndexCorruptError:
        # A build may have published a newer generation and removed this one between two of our steps.
        return _open(index_dir)


def _open(index_dir: Path) -> OpenIndex:
    manifest = current_manifest(index_dir)
    folder = generation_folder(index_dir, manifest.generation)
    if faults := broken_seals(folder, manifest.files):
        raise IndexCorruptError(f"the index is damaged: {faults[0]}; run `qa-bot build`")
    try:
        return OpenIndex(
            manifest=manifest,
            store=Store(folder / STORE),
            passages=VectorIndex(folder / PASSAGES, folder / COARSE if COARSE in manifest.files else None),
            sentences=VectorIndex(folder / SENTENCES),
        )
    except (sqlite3.DatabaseError, RuntimeError, OSError) as error:
        raise IndexCorruptError(f"the index in {index_dir} can't be opened ({error}); run `qa-bot build`") from None


def verify_index(index_dir: Path) -> tuple[Manifest, list[str]]:
    """Return the current manifest and everything that is wrong with the index; [] when nothing is.

    Every file's bytes, SQLite's own structure, every passage against its source text, every vector's length.
    Raises ``IndexMissingError``, ``IndexCorruptError`` or ``IndexMismatchError`` where there is nothing to verify.
    """
    manifest = current_manifest(index_dir)
    faults = broken_seals(generation_folder(index_dir, manifest.generation), manifest.files)
    if faults:
        return manifest, faults
    try:
        index = open_index(index_dir)
    except IndexUnavailableError as error:
        return manifest, [str(error)]
    try:
        faults += index.store.faults()
        counts = index.store.counts()
        for name, vectors in (("passages", index.passages), ("sentences", index.sentences)):
            if not counts[name] == len(vectors) == manifest.counts[name]:
                faults.append(
                    f"{name}: {counts[name]} stored, {len(vectors)} vectors, {manifest.counts[name]} in the manifest"
                )
            for begin in range(0, len(vectors), 10_000):
                rows = vectors.rows(range(begin, min(begin + 10_000, len(vectors))))
                off = int((np.abs(np.linalg.norm(rows, axis=1) - 1.0) > 0.01).sum())
                if off:
                    faults.append(f"{name}: {off} vectors are not of unit length")
    finally:
        index.close()
    return manifest, faults
