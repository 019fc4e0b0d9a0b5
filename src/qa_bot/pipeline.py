"""The two lines of the flow: ``build_index`` and ``open_answerer``, and what is asked about an index."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from qa_bot import corpus, index
from qa_bot.answering import Answerer, fitted_threshold
from qa_bot.corpus import SPLITTER_VERSION, Corpus, split_document
from qa_bot.encoding import (
    Encoder,
    Ranker,
    bundled_ranker,
    export_faults,
    export_folder,
    exported_model,
    exported_ranker,
    open_ranker,
)
from qa_bot.errors import IndexMismatchError, IndexUnavailableError
from qa_bot.index import Manifest, OpenIndex, StoredDocument
from qa_bot.settings import BUNDLED_RANKER, NO_RANKER, Settings
from qa_bot.types import BuildReport, Document, Drift, IndexIdentity, IndexStatus, Passage, SourceSummary, VerifyReport

__all__ = [
    "Answerer",
    "Progress",
    "build_index",
    "index_status",
    "indexed_sources",
    "open_answerer",
    "source_text",
    "verify_index",
]

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and how much there is."""


def build_index(settings: Settings, *, full: bool = False, progress: Progress | None = None) -> BuildReport:
    """Bring the index up to date with the corpus: files -> documents -> passages -> vectors -> a new generation.

    Only passages whose text is new are embedded, unless ``full``. Raises ``CorpusError``, ``ModelError``,
    ``IndexBusyError`` or ``IndexWriteError``; the generation before then stays as it was.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    tell("reading", 0, 0)
    documents = corpus.read_corpus(settings.corpus_dir)
    with index.writer_lock(settings.index_dir):
        previous = _previous(settings.index_dir)
        tell("preparing the model", 0, 0)
        export = exported_model(settings.embedding_model, settings.index_dir)
        encoder = Encoder(export)
        if previous is not None and not full and _is_up_to_date(previous, documents, settings.embedding_model, encoder):
            manifest, embedded = previous.manifest, 0
        else:
            tell("splitting", 0, len(documents.documents))
            stored = [_split(document, encoder) for document in documents.documents]
            comparable = previous is not None and _comparable(previous.manifest, encoder)
            reusable = previous if comparable and not full else None
            manifest, embedded = _write_generation(settings, documents, stored, encoder, reusable, tell)
            index.discard_older(settings.index_dir, manifest, previous.manifest if previous else None)
        changed = previous is None or previous.manifest.generation != manifest.generation
        if previous is not None:
            previous.close()
    return BuildReport(
        index=IndexIdentity(manifest.generation, manifest.model),
        changed=changed,
        documents=manifest.counts["documents"],
        passages=manifest.counts["passages"],
        embedded=embedded,
        skipped=documents.skipped,
        notes=documents.notes,
        seconds=time.perf_counter() - began,
    )


def open_answerer(settings: Settings) -> Answerer:
    """Open the current generation and the model it was built with.

    Raises ``IndexMissingError``, ``IndexCorruptError``, ``IndexMismatchError`` or ``ModelError``.
    """
    manifest = index.current_manifest(settings.index_dir)
    _check_model(manifest, settings)
    # Loading the models and checking the index's files take about the same time: side by side.
    with ThreadPoolExecutor(max_workers=2) as pool:
        opening = pool.submit(index.open_index, settings.index_dir)
        ranker = pool.submit(_ranker, settings)
        encoder = Encoder(export_folder(settings.index_dir, manifest.fingerprint))
        opened = opening.result()
    least = settings.min_confidence
    if least is None:
        least = fitted_threshold(settings.index_dir, manifest.model, settings.ranker)
    return Answerer(
        opened, encoder, ranker.result(), settings.index_dir, min_confidence=least, max_quotes=settings.max_quotes
    )


def index_status(settings: Settings) -> IndexStatus:
    """Return what is indexed and how the corpus has drifted from it since. Raises ``IndexUnavailableError``."""
    manifest = index.current_manifest(settings.index_dir)
    opened = index.open_index(settings.index_dir)
    try:
        indexed = opened.store.hashes()
    finally:
        opened.close()
    now = corpus.file_hashes(settings.corpus_dir)
    passed_over = {
        entry.source for entry in manifest.skipped if not corpus.can_be_read(settings.corpus_dir, entry.source)
    }
    created = datetime.fromisoformat(manifest.created)
    return IndexStatus(
        index=IndexIdentity(manifest.generation, manifest.model),
        created=manifest.created,
        age_seconds=(datetime.now(UTC) - created).total_seconds(),
        documents=manifest.counts["documents"],
        passages=manifest.counts["passages"],
        sentences=manifest.counts["sentences"],
        dimension=manifest.dimension,
        bytes=sum(seal["bytes"] for seal in manifest.files.values()),
        drift=Drift(
            added=tuple(sorted(now.keys() - indexed.keys() - passed_over)),
            changed=tuple(sorted(source for source in now.keys() & indexed.keys() if now[source] != indexed[source])),
            removed=tuple(sorted(indexed.keys() - now.keys())),
        ),
        skipped=manifest.skipped,
    )


def indexed_sources(settings: Settings) -> tuple[SourceSummary, ...]:
    """Return all indexed documents without loading the model. Raises ``IndexUnavailableError``."""
    opened = index.open_index(settings.index_dir)
    try:
        return opened.store.sources()
    finally:
        opened.close()


def source_text(settings: Settings, source: str) -> str:
    """Return the text that offsets into a source count in. Raises ``UnknownSourceError``, ``IndexUnavailableError``."""
    opened = index.open_index(settings.index_dir)
    try:
        return opened.text(source)
    finally:
        opened.close()


def verify_index(settings: Settings) -> VerifyReport:
    """Check the index on disk, every byte, and every passage against its source. Raises ``IndexUnavailableError``."""
    manifest, problems = index.verify_index(settings.index_dir)
    problems += export_faults(export_folder(settings.index_dir, manifest.fingerprint))
    return VerifyReport(
        index=IndexIdentity(manifest.generation, manifest.model),
        files=len(manifest.files),
        passages=manifest.counts["passages"],
        problems=tuple(problems),
    )


def _ranker(settings: Settings) -> Ranker | None:
    """The ranker that is set; its compiled form is kept in the index folder, as the encoder's is."""
    if settings.ranker == NO_RANKER:
        return None
    cache = settings.index_dir / "rankers"
    if settings.ranker == BUNDLED_RANKER:
        return open_ranker(bundled_ranker(), settings.index_dir / "models" / "bundled-ranker")
    folder = exported_ranker(settings.ranker, cache)
    return open_ranker(folder, folder / "compiled")


def _check_model(manifest: Manifest, settings: Settings) -> None:
    if manifest.model != settings.embedding_model:
        raise IndexMismatchError(
            f"the index was built with {manifest.model}, but QA_BOT_EMBEDDING_MODEL is {settings.embedding_model}; "
            "run `qa-bot build`, or set the model back"
        )


def _previous(index_dir: Path) -> OpenIndex | None:
    """The generation that a build starts from; ``None`` where there is none that can be trusted."""
    try:
        return index.open_index(index_dir)
    except IndexUnavailableError as error:
        _log.info("nothing is taken over from an earlier index: %s", error)
        return None


def _comparable(manifest: Manifest, encoder: Encoder) -> bool:
    return manifest.fingerprint == encoder.fingerprint


def _is_up_to_date(previous: OpenIndex, documents: Corpus, model: str, encoder: Encoder) -> bool:
    manifest = previous.manifest
    return (
        _comparable(manifest, encoder)
        and manifest.model == model
        and manifest.splitter == SPLITTER_VERSION
        and previous.store.hashes() == {document.source: document.sha256 for document in documents.documents}
        and manifest.skipped == documents.skipped
    )


def _split(document: Document, encoder: Encoder) -> StoredDocument:
    passages = tuple(split_document(document, encoder.count_pieces, encoder.max_pieces))
    return StoredDocument(
        document=document,
        passages=passages,
        passage_keys=tuple(_key(_encoded_text(passage)) for passage in passages),
        sentence_keys=tuple(tuple(_key(text) for text in _sentence_texts(passage)) for passage in passages),
    )


def _encoded_text(passage: Passage) -> str:
    """What is encoded of a passage: the title where it has one, then its text."""
    return f"{passage.heading}. {passage.text}" if passage.heading else passage.text


def _sentence_texts(passage: Passage) -> list[str]:
    return [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class _Embedding:
    """Vectors for the texts of one table, and how many of them had to be computed."""

    vectors: index.Vectors
    embedded: int


def _write_generation(
    settings: Settings,
    documents: Corpus,
    stored: Sequence[StoredDocument],
    encoder: Encoder,
    reusable: OpenIndex | None,
    tell: Progress,
) -> tuple[Manifest, int]:
    """Embed what is new, write all files, and publish them as the current generation."""
    passages = [passage for document in stored for passage in document.passages]
    passage_keys = [key for document in stored for key in document.passage_keys]
    sentence_keys = [key for document in stored for keys in document.sentence_keys for key in keys]
    passage_vectors = _vectors("passages", passage_keys, map(_encoded_text, passages), encoder, reusable, tell)
    sentence_texts = (text for passage in passages for text in _sentence_texts(passage))
    sentence_vectors = _vectors("sentences", sentence_keys, sentence_texts, encoder, reusable, tell)
    tell("writing", 0, 0)
    with index.new_generation(settings.index_dir) as draft:
        index.write_files(draft.folder, stored, passage_vectors.vectors, sentence_vectors.vectors)
        manifest = draft.publish(
            Manifest(
                generation=draft.generation,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                # As it is set, not as it was first exported: the same weights may go by two names.
                model=settings.embedding_model,
                fingerprint=encoder.fingerprint,
                dimension=encoder.dimension,
                splitter=SPLITTER_VERSION,
                counts={"documents": len(stored), "passages": len(passages), "sentences": len(sentence_keys)},
                skipped=documents.skipped,
                notes=documents.notes,
            )
        )
    return manifest, passage_vectors.embedded


def _vectors(
    table: str,
    keys: Sequence[bytes],
    texts: Iterable[str],
    encoder: Encoder,
    reusable: OpenIndex | None,
    tell: Progress,
) -> _Embedding:
    """Return a unit row for each key, in order: taken over where the text was embedded before, else computed once."""
    known = reusable.store.keys(table) if reusable is not None else {}
    vectors = np.zeros((len(keys), encoder.dimension), dtype=np.float32)
    new: dict[bytes, str] = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    old_rows = [row for row, key in enumerate(keys) if key in known]
    if reusable is not None and old_rows:
        held = reusable.passages if table == "passages" else reusable.sentences
        vectors[old_rows] = held.rows([known[keys[row]] for row in old_rows])
    stage = f"embedding {table}"
    tell(stage, 0, len(new))
    computed = encoder.encode_documents(list(new.values()), lambda done: tell(stage, done, len(new)))
    place = {key: row for row, key in enumerate(new)}
    for row, key in enumerate(keys):
        if key in place:
            vectors[row] = computed[place[key]]
    return _Embedding(vectors, len(new))
