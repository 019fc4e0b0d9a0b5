"""Files below the corpus folder, as documents: one function per format.

A file that can't be read is skipped with its reason, never a crash. Offsets count in the decoded text, which for a
valid UTF-8 file is the file itself, untouched: its byte-order mark and its line ends stay.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_bot.corpus.markdown import front_matter, markdown_blocks
from qa_bot.corpus.paragraphs import Block, text_blocks
from qa_bot.corpus.titles import readable_name, title_of
from qa_bot.errors import CorpusError
from qa_bot.types import Document, SkippedFile

TEXT_SUFFIXES = frozenset({".txt", ".text"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd"})
MAX_FILE_BYTES = 64 * 1024 * 1024
"""A larger file is skipped: it is hardly a document that people ask about, and it would be held in memory whole."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder held: documents and skipped files, both sorted by source, and remarks on odd encodings."""

    documents: tuple[Document, ...]
    skipped: tuple[SkippedFile, ...]
    notes: tuple[str, ...]


def read_corpus(folder: Path) -> Corpus:
    """Read every text and Markdown file below ``folder``, sorted by its path.

    Raises ``CorpusError`` where there is no such folder, or nothing in it that could be read.
    """
    documents: list[Document] = []
    skipped: list[SkippedFile] = []
    notes: list[str] = []
    for source, path in _files(folder):
        try:
            document = _read_file(source, path)
        except _UnreadableError as reason:
            skipped.append(SkippedFile(_printable(source), str(reason)))
            continue
        documents.append(document)
        if document.encoding != "utf-8":
            notes.append(f"{source}: not UTF-8, read as {document.encoding}")
    if not documents:
        why = f" ({skipped[0].source}: {skipped[0].reason})" if skipped else ""
        raise CorpusError(
            f"no text or Markdown document in {folder}{why}; put .txt or .md files there, or set QA_BOT_CORPUS_DIR"
        )
    return Corpus(tuple(documents), tuple(skipped), tuple(notes))


def blocks_of(document: Document) -> list[Block]:
    """Return the paragraphs of a document, by the rules of its format."""
    if Path(document.source).suffix.lower() in MARKDOWN_SUFFIXES:
        return markdown_blocks(document.text)
    return text_blocks(document.text)


def file_hashes(folder: Path) -> dict[str, str]:
    """Return source -> SHA-256 of every file below ``folder`` that is a candidate for reading; {} without a folder."""
    if not folder.is_dir():
        return {}
    hashes = {}
    for source, path in _files(folder):
        try:
            hashes[_printable(source)] = hashlib.sha256(_bytes_of(path)).hexdigest()
        except _UnreadableError:
            continue
    return hashes


def can_be_read(folder: Path, source: str) -> bool:
    """Say whether a file below ``folder`` would be read, not skipped."""
    try:
        _read_file(source, folder / source)
    except _UnreadableError:
        return False
    return True


class _UnreadableError(Exception):
    """A file that is skipped; its text is the reason."""


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (source, path) of all files below ``folder`` in the order of their sources; hidden ones are passed over."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise CorpusError(f"the corpus folder {folder} {what}; create it, or set QA_BOT_CORPUS_DIR")
    found = []
    for directory, subdirectories, names in os.walk(folder):
        subdirectories[:] = [name for name in subdirectories if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                path = Path(directory, name)
                found.append((path.relative_to(folder).as_posix(), path))
    return iter(sorted(found, key=lambda item: item[0].encode("utf-8", "surrogateescape")))


def _printable(source: str) -> str:
    """A name that is no UTF-8 with replacement characters for its odd bytes: nothing can print or store it as it is."""
    return source.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _UnreadableError("not a regular file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _UnreadableError(f"larger than {MAX_FILE_BYTES // 1024 // 1024} MiB; split it")
        return path.read_bytes()
    except OSError as error:
        raise _UnreadableError(f"can't be read: {error.strerror or error}") from None


def _read_file(source: str, path: Path) -> Document:
    try:
        source.encode("utf-8")
    except UnicodeEncodeError:
        raise _UnreadableError("its name is not valid UTF-8; rename it") from None
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | MARKDOWN_SUFFIXES:
        raise _UnreadableError(f"not a text or Markdown file ({suffix or 'no suffix'})")
    content = _bytes_of(path)
    text, encoding = decoded(content)
    if not text.replace("\ufeff", "").strip():
        raise _UnreadableError("empty")
    metadata = front_matter(text) if suffix in MARKDOWN_SUFFIXES else {}
    blocks = markdown_blocks(text) if suffix in MARKDOWN_SUFFIXES else text_blocks(text)
    title = metadata.get("title") or title_of(text, blocks)
    return Document(
        source=source,
        text=text,
        title=title or readable_name(source),
        titled=title is not None,
        sha256=hashlib.sha256(content).hexdigest(),
        encoding=encoding,
        url=metadata.get("url"),
        published=metadata.get("published"),
    )


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of the encoding that it was read by.

    Raises ``_UnreadableError`` for what is no text. UTF-8 first; UTF-16 where a byte-order mark says so; else
    Windows-1252, the superset of Latin-1 that such files most often are.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise _UnreadableError("not valid UTF-16, though its byte-order mark says so") from None
    if b"\x00" in content:
        raise _UnreadableError("binary, not text")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in content)
    if controls > len(content) // 100:
        raise _UnreadableError("binary, not text")
    try:
        return content.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"
