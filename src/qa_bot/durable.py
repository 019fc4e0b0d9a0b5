"""Files that survive a crash and betray damage: atomic writes, fsync, and a SHA-256 for each file of a sealed folder.

A failed fsync is never tried again: the folder that was being written is dropped by whoever wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seals_of(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return name -> {"bytes", "sha256"} of the named files in ``folder``."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)} for name in sorted(names)
    }


def broken_seals(folder: Path, seals: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with each file that isn't as its seal says; [] when all are.

    The files are hashed in parallel (hashing lets go of the interpreter's lock).
    """

    def fault(name: str) -> str | None:
        path = folder / name
        try:
            size = path.stat().st_size
            if size != seals[name]["bytes"]:
                return f"{path} has {size} bytes, not {seals[name]['bytes']}"
            return None if sha256_of(path) == seals[name]["sha256"] else f"{path} is damaged (its SHA-256 differs)"
        except OSError as error:
            return f"{path} can't be read ({error.strerror})"

    with ThreadPoolExecutor(max_workers=4) as pool:
        return [found for found in pool.map(fault, sorted(seals)) if found is not None]


def fsync_path(path: Path) -> None:
    """Write a file, or a folder's list of names, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(folder: Path) -> None:
    """Write a folder's files, and the folder itself, through to the disk."""
    for path in [*folder.iterdir(), folder]:
        fsync_path(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file in one step: a reader sees the old content or the new, a crash leaves one of them."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    fsync_path(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, atomically."""
    write_atomically(path, (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def write_self_sealed(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object with a hash of itself, for ``read_self_sealed``."""
    write_json(path, {**value, "seal": _seal_of(value)})


def read_self_sealed(path: Path) -> dict[str, Any]:
    """Read a JSON object that carries a hash of itself. Raises ``OSError``, or ``ValueError`` where that is wrong."""
    value = read_json(path)
    if value.pop("seal", None) != _seal_of(value):
        raise ValueError(f"{path.name} is damaged: it is not what its seal says")
    return value


def _seal_of(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises ``OSError`` or ``ValueError``."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds no JSON object")  # noqa: TRY004 - the file's fault, not the caller's
    return value
