from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa_bot.index.vectors import FLAT_UP_TO, VectorIndex, Vectors, write_coarse, write_exact, write_half

# Against (1, 0, 0): cosines 1.0, 0.8, 0.0 and -1.0.
HAND_MADE: Vectors = np.array([[0, 1, 0], [0.8, 0.6, 0], [1, 0, 0], [-1, 0, 0]], dtype=np.float32)
QUERY: Vectors = np.array([1, 0, 0], dtype=np.float32)


@pytest.fixture
def exact(tmp_path: Path) -> VectorIndex:
    write_exact(tmp_path / "a.faiss", HAND_MADE)
    return VectorIndex(tmp_path / "a.faiss")


def unit_rows(count: int, dimension: int, seed: int) -> Vectors:
    """Rows around common centres, as the passages of a few subjects are."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(200, dimension))
    rows = centres[generator.integers(200, size=count)] + generator.normal(size=(count, dimension))
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_cosines_come_back_as_they_are_nearest_first(exact: VectorIndex) -> None:
    assert exact.nearest(QUERY, 10) == [(2, 1.0), (1, pytest.approx(0.8)), (0, 0.0), (3, -1.0)]


def test_no_more_than_asked_for_come_back(exact: VectorIndex) -> None:
    assert exact.nearest(QUERY, 2) == [(2, 1.0), (1, pytest.approx(0.8))]
    assert exact.nearest(QUERY, 0) == []


def test_a_search_can_be_restricted_to_rows(exact: VectorIndex) -> None:
    assert exact.nearest(QUERY, 10, among=np.array([0, 1])) == [(1, pytest.approx(0.8)), (0, 0.0)]
    assert exact.nearest(QUERY, 10, among=np.array([], dtype=np.int64)) == []


def test_rows_come_back_by_number_in_the_order_asked_for(exact: VectorIndex) -> None:
    np.testing.assert_array_equal(exact.rows([2, 0]), HAND_MADE[[2, 0]])
    np.testing.assert_array_equal(exact.rows([]), np.zeros((0, 3), dtype=np.float32))


def test_an_index_without_vectors_finds_nothing(tmp_path: Path) -> None:
    write_exact(tmp_path / "a.faiss", np.zeros((0, 3), dtype=np.float32))
    assert VectorIndex(tmp_path / "a.faiss").nearest(QUERY, 10) == []


def test_a_file_that_is_no_index_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.faiss").write_bytes(b"nothing of the kind")
    with pytest.raises(RuntimeError):
        VectorIndex(tmp_path / "a.faiss")


def test_half_precision_changes_no_cosine_by_a_thousandth(tmp_path: Path) -> None:
    vectors, queries = unit_rows(500, 384, seed=1), unit_rows(20, 384, seed=2)
    write_half(tmp_path / "a.faiss", vectors)
    held = VectorIndex(tmp_path / "a.faiss").rows(range(500))
    assert np.abs(queries @ held.T - queries @ vectors.T).max() < 0.001


def test_a_coarse_index_finds_98_of_100_and_gives_exact_cosines(tmp_path: Path) -> None:
    vectors = unit_rows(FLAT_UP_TO + 5_000, 96, seed=3)
    generator = np.random.default_rng(4)
    near = vectors[generator.choice(len(vectors), 100, replace=False)] + generator.normal(scale=0.05, size=(100, 96))
    queries: Vectors = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    write_exact(tmp_path / "a.faiss", vectors)
    write_coarse(tmp_path / "coarse.faiss", vectors)
    opened = VectorIndex(tmp_path / "a.faiss", tmp_path / "coarse.faiss")

    shares = []
    for query in queries:
        cosines = vectors @ query
        best = set(np.argsort(-cosines)[:10].tolist())
        found = opened.nearest(query, 10)
        assert [cosine for _, cosine in found] == pytest.approx([float(cosines[row]) for row, _ in found], abs=1e-5)
        assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)
        shares.append(len(best & {row for row, _ in found}) / 10)
    assert np.mean(shares) >= 0.98


def test_a_coarse_index_is_passed_over_where_rows_are_given(tmp_path: Path) -> None:
    vectors = unit_rows(2_000, 32, seed=5)
    write_exact(tmp_path / "a.faiss", vectors)
    write_coarse(tmp_path / "coarse.faiss", vectors)
    among = np.array([3, 17, 1999])
    found = VectorIndex(tmp_path / "a.faiss", tmp_path / "coarse.faiss").nearest(vectors[17], 10, among=among)
    assert sorted(row for row, _ in found) == [3, 17, 1999]
    assert found[0][0] == 17
    assert found[0][1] == pytest.approx(1.0)
