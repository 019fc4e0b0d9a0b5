"""Vectors on disk, and the search among them: the one module that imports faiss.

Rows are unit vectors, and faiss is asked for inner products, so that what it returns are cosines, higher is nearer:
nothing turns a distance into a similarity anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

FLAT_UP_TO = 20_000
"""More vectors get a coarse index that proposes a short list; the exact vectors decide its order."""
SHORT_LIST = 4
"""So many times ``k`` are proposed."""
WANTED_RECALL = 0.98
"""Share of the exact ten best that the coarse index must find among its proposals."""


def write_exact(path: Path, vectors: Vectors) -> None:
    """Write float32 (n, dim) unit rows, exact."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(path))


def write_half(path: Path, vectors: Vectors) -> None:
    """Write float32 (n, dim) unit rows in half precision: cosines change by less than 0.001, the size halves."""
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors)
    faiss.write_index(index, str(path))


def write_coarse(path: Path, vectors: Vectors, seed: int = 0) -> None:
    """Write an inverted file of 8-bit vectors, its ``nprobe`` raised until ``WANTED_RECALL`` is met on a sample."""
    count, dimension = vectors.shape
    # The training wants 39 vectors a list.
    lists = max(1, min(4 * math.isqrt(count), count // 39))
    index: Any = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    generator = np.random.default_rng(seed)
    index.train(vectors[generator.choice(count, size=min(count, 64 * lists), replace=False)])
    index.add(vectors)
    # Questions lie near the passages, not on them: sample passages, moved a little.
    sample = vectors[generator.choice(count, size=min(count, 200), replace=False)]
    sample = sample + generator.normal(scale=0.5 / math.sqrt(dimension), size=sample.shape).astype(np.float32)
    exact = faiss.IndexFlatIP(dimension)
    exact.add(vectors)
    _, truth = exact.search(sample, 10)
    while index.nprobe < lists:
        _, proposed = index.search(sample, 10 * SHORT_LIST)
        found = np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(truth, proposed, strict=True)])
        if found >= WANTED_RECALL:
            break
        index.nprobe = min(lists, index.nprobe * 2)
    faiss.write_index(index, str(path))


class VectorIndex:
    """Vectors of a generation, opened by memory map. Verify the files first: faiss does not notice damage."""

    def __init__(self, path: Path, coarse: Path | None = None) -> None:
        """Raise ``RuntimeError`` where faiss can't read a file."""
        self._exact = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._coarse = faiss.read_index(str(coarse)) if coarse is not None else None

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._exact.ntotal)

    def rows(self, numbers: Sequence[int] | Rows) -> Vectors:
        """Return float32 (len(numbers), dim): the vectors of these rows."""
        wanted = np.asarray(numbers, dtype=np.int64)
        if not len(wanted):
            return np.zeros((0, self._exact.d), dtype=np.float32)
        vectors: Vectors = self._exact.reconstruct_batch(wanted)
        return vectors

    def nearest(self, query: Vectors, k: int, among: Rows | None = None) -> list[tuple[int, float]]:
        """Return at most ``k`` (row, cosine), nearest first; ``among`` restricts the rows.

        ``query``: float32 (dim,), unit length.
        """
        if k < 1 or not len(self) or (among is not None and not len(among)):
            return []
        if self._coarse is not None and among is None:
            _, proposed = self._coarse.search(query[None, :], min(k * SHORT_LIST, len(self)))
            candidates = proposed[0][proposed[0] >= 0]
            cosines = self.rows(candidates) @ query
            best = np.argsort(-cosines, kind="stable")[:k]
            return [(int(candidates[i]), float(cosines[i])) for i in best]
        parameters = None
        if among is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
            k = min(k, len(among))
        cosines, found = self._exact.search(query[None, :], min(k, len(self)), params=parameters)
        return [(int(row), float(cosine)) for row, cosine in zip(found[0], cosines[0], strict=True) if row >= 0]
