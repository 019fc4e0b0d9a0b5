"""How the searches and the opening of an index grow: ``python benchmarks/scale.py [PASSAGES ...]``.

Made-up passages of 45 words, drawn from 50,000 by Zipf's law, and made-up clustered vectors: good for times and sizes,
not for quality. Questions have 6 words of a passage. Prints a Markdown row for each number of passages.
"""

import hashlib
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from qa_bot.answering.retrieval import searched_terms
from qa_bot.durable import broken_seals, seals_of
from qa_bot.index import StoredDocument, terms_of, write_files
from qa_bot.index.generation import COARSE, PASSAGES, SENTENCES, STORE
from qa_bot.index.store import Store
from qa_bot.index.vectors import VectorIndex
from qa_bot.types import Document, Passage, Sentence

DIMENSION = 384
QUESTIONS = 50


def documents(texts: list[str]) -> Iterator[StoredDocument]:
    """Yield a document for each text: one passage of one sentence."""
    for number, text in enumerate(texts):
        source = f"{number:07}.txt"
        document = Document(source, text, source, titled=False, sha256="")
        passage = Passage(source, 0, len(text), text, 1, 1, source, "", (Sentence(0, len(text), 1, 1),))
        key = hashlib.sha256(text.encode()).digest()[:16]
        yield StoredDocument(document, (passage,), (key,), ((key,),))


def median_ms(work: Callable[[int], object]) -> float:
    """The median time of ``work`` over the questions, in milliseconds."""
    times = []
    for question in range(QUESTIONS):
        began = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def measure(count: int, folder: Path) -> str:
    """Build an index of ``count`` passages and return its row."""
    generator = np.random.default_rng(0)
    ranks = np.minimum(generator.zipf(1.3, size=(count, 45)), 50_000)
    texts = [" ".join(f"w{rank:x}q" for rank in row) for row in ranks]
    centres = generator.standard_normal((max(16, count // 100), DIMENSION))
    vectors = centres[generator.integers(len(centres), size=count)] + 0.7 * generator.standard_normal(
        (count, DIMENSION)
    )
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    began = time.perf_counter()
    write_files(folder, list(documents(texts)), vectors, vectors)
    built = time.perf_counter() - began
    names = [path.name for path in folder.iterdir()]
    seals = seals_of(folder, names)
    began = time.perf_counter()
    broken_seals(folder, seals)
    checked = time.perf_counter() - began
    began = time.perf_counter()
    store = Store(folder / STORE)
    passages = VectorIndex(folder / PASSAGES, folder / COARSE if COARSE in names else None)
    sentences = VectorIndex(folder / SENTENCES)
    opened = time.perf_counter() - began
    asked = []
    for number in generator.integers(count, size=QUESTIONS):
        terms = terms_of(" ".join(generator.choice(texts[number].split(), 6)))
        weights = {term: math.log(count / max(1, store.passages_with(term))) for term in terms}
        asked.append(searched_terms(weights, count))
    lexical = median_ms(lambda q: store.bm25(asked[q], 50))
    dense = median_ms(lambda q: passages.nearest(vectors[q * (count // QUESTIONS)], 50))
    rows = median_ms(lambda q: sentences.rows(range(q, q + 40)))
    size = sum((folder / name).stat().st_size for name in names) / 1e6
    return (
        f"| {count:,} | {built:.0f} s | {size:,.0f} MB | {checked:.2f} s | {opened * 1000:.0f} ms "
        f"| {lexical:.1f} ms | {dense:.1f} ms | {rows:.1f} ms |"
    )


def main() -> None:
    """Measure each size that is named, or the defaults."""
    print("| passages | written in | size | checked in | opened in | BM25 | vectors | 40 sentence vectors |")
    print("|---" * 8 + "|")
    for count in map(int, sys.argv[1:] or ("1000", "10000", "100000")):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(count, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
