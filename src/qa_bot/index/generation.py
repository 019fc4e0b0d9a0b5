r"""Generations: each index is a folder of its own, sealed, and one atomic step makes it the current one.

::

    <index folder>/
      CURRENT                 which generation is read, and the SHA-256 of its manifest
      generations/<id>/       manifest.json, store.sqlite, passages.faiss, sentences.faiss (and coarse.faiss)
      models/<fingerprint>/   the exported model
      build.lock              held by the one writer

A reader follows CURRENT, checks every file against the manifest, and keeps what it opened; a build writes a new folder
beside the old one. The generation before stays, for readers that still hold it and for going back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_bot.durable import broken_seals, fsync_folder, fsync_path, seals_of, write_atomically, write_json
from qa_bot.errors import IndexBusyError, IndexCorruptError, IndexMismatchError, IndexMissingError, IndexWriteError
from qa_bot.types import SkippedFile

FORMAT = 2
STORE, PASSAGES, SENTENCES, COARSE = "store.sqlite", "passages.faiss", "sentences.faiss", "coarse.faiss"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of; ``files`` maps each name to its size and SHA-256."""

    generation: str
    created: str
    model: str
    fingerprint: str
    dimension: int
    splitter: int
    counts: dict[str, int]
    skipped: tuple[SkippedFile, ...]
    notes: tuple[str, ...]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    metric: str = "inner product of unit vectors"
    format: int = FORMAT


def generation_folder(index_dir: Path, generation: str) -> Path:
    """Where a generation lies."""
    return index_dir / "generations" / generation


def current_manifest(index_dir: Path) -> Manifest:
    """Return the manifest of the current generation, checked against CURRENT.

    Raises ``IndexMissingError``, ``IndexCorruptError`` or ``IndexMismatchError``.
    """
    pointer_path = index_dir / "CURRENT"
    try:
        pointer = json.loads(pointer_path.read_bytes())
        generation, wanted = pointer["generation"], pointer["manifest_sha256"]
        content = (generation_folder(index_dir, generation) / _MANIFEST).read_bytes()
    except FileNotFoundError as error:
        if Path(str(error.filename)) == pointer_path:
            raise IndexMissingError(f"there is no index in {index_dir} yet; run `qa-bot build`") from None
        raise IndexCorruptError(f"the index in {index_dir} is not whole ({error}); run `qa-bot build`") from None
    except NotADirectoryError:
        raise IndexMissingError(f"{index_dir} is not a folder; set QA_BOT_INDEX_DIR to one") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexCorruptError(f"the index in {index_dir} can't be read ({error}); run `qa-bot build`") from None
    if hashlib.sha256(content).hexdigest() != wanted:
        raise IndexCorruptError(f"the manifest of the index in {index_dir} is damaged; run `qa-bot build`")
    return _manifest_from(json.loads(content), index_dir)


def _manifest_from(value: dict[str, Any], index_dir: Path) -> Manifest:
    if value.get("format") != FORMAT:
        raise IndexMismatchError(
            f"the index in {index_dir} was built by another version of qa-bot (format {value.get('format')}, not "
            f"{FORMAT}); run `qa-bot build`"
        )
    skipped = tuple(SkippedFile(**entry) for entry in value["skipped"])
    return Manifest(**{**value, "skipped": skipped, "notes": tuple(value["notes"])})


def new_name() -> str:
    """Return a name for a generation that sorts by its time: ``20260102T030405Z-1a2b3c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@contextlib.contextmanager
def writer_lock(index_dir: Path) -> Iterator[None]:
    """Hold the index for writing. Raises ``IndexBusyError`` at once where another process does."""
    from filelock import FileLock, Timeout

    try:
        (index_dir / "generations").mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / "build.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise IndexBusyError(f"another build is writing to {index_dir}; wait until it is done") from None
    except OSError as error:
        raise IndexWriteError(_cannot_write(index_dir, error)) from None
    try:
        yield
    finally:
        lock.release()


class Draft:
    """A generation that is being written; ``folder`` is where its files go."""

    def __init__(self, index_dir: Path, generation: str) -> None:
        self._index_dir = index_dir
        self.generation = generation
        self.folder = index_dir / "generations" / f".draft-{generation}"

    def publish(self, manifest: Manifest) -> Manifest:
        """Seal the files, re-check them, and make this the current generation in one step."""
        names = [path.name for path in self.folder.iterdir()]
        sealed = Manifest(**{**_fields(manifest), "files": seals_of(self.folder, names)})
        content = {**_fields(sealed), "skipped": [asdict(entry) for entry in sealed.skipped]}
        write_json(self.folder / _MANIFEST, content)
        fsync_folder(self.folder)
        if faults := broken_seals(self.folder, sealed.files):
            raise IndexWriteError(
                f"what was written to {self._index_dir} reads back otherwise ({faults[0]}); check the disk"
            )
        final = generation_folder(self._index_dir, self.generation)
        self.folder.rename(final)
        fsync_path(final.parent)
        digest = hashlib.sha256((final / _MANIFEST).read_bytes()).hexdigest()
        pointer = {"generation": self.generation, "manifest_sha256": digest}
        write_atomically(self._index_dir / "CURRENT", json.dumps(pointer).encode() + b"\n")
        return sealed


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in manifest.__dataclass_fields__}


@contextlib.contextmanager
def new_generation(index_dir: Path) -> Iterator[Draft]:
    """Give a draft to write into; what isn't published when the block ends is removed.

    Raises ``IndexWriteError`` where the disk refuses.
    """
    draft = Draft(index_dir, new_name())
    try:
        for leftover in (index_dir / "generations").glob(".draft-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft.folder.mkdir(parents=True)
        yield draft
    except OSError as error:
        raise IndexWriteError(_cannot_write(index_dir, error)) from None
    finally:
        shutil.rmtree(draft.folder, ignore_errors=True)


def discard_older(index_dir: Path, current: Manifest, previous: Manifest | None) -> None:
    """Remove all generations but these two, and exported models that neither was built with."""
    kept = [manifest for manifest in (current, previous) if manifest is not None]
    generations = {manifest.generation for manifest in kept}
    fingerprints = {manifest.fingerprint[:16] for manifest in kept}
    for folder, names in ((index_dir / "generations", generations), (index_dir / "models", fingerprints)):
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.name not in names:
                shutil.rmtree(entry, ignore_errors=True)


def _cannot_write(index_dir: Path, error: OSError) -> str:
    return (
        f"the index folder {index_dir} can't be written to ({error.strerror or error}); mend that, or set "
        "QA_BOT_INDEX_DIR to a folder that you may write to"
    )
