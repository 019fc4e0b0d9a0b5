from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot.corpus import read_corpus, split_document
from qa_bot.index.store import Store, StoredDocument, write_store
from qa_bot.index.terms import terms_of
from qa_bot.types import Passage, SourceSummary
from tests.conftest import write_corpus

FILLER = "Nobody knew at that time what would come of it, and so everybody waited for the evening paper to arrive. "
DOCUMENTS = {
    "a.txt": f"{FILLER * 2}The mayor spoke of umbrellas, umbrellas and umbrellas.\n{FILLER * 2}\n",
    "b.txt": f"{FILLER * 2}The mayor spoke of one umbrella and of many coats.\n{FILLER * 2}\n",
    "c/d.md": f"# Weather\n\n{FILLER * 2}It rained in Zürich, and the mayor left.\n",
}


def stored(folder: Path) -> list[StoredDocument]:
    documents = []
    for document in read_corpus(write_corpus(folder, DOCUMENTS)).documents:
        passages = tuple(split_document(document, lambda text: len(text.split()), 254))
        keys = tuple(tuple(f"{s.start}".encode() for s in passage.sentences) for passage in passages)
        documents.append(StoredDocument(document, passages, tuple(p.text.encode()[:16] for p in passages), keys))
    return documents


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_store(tmp_path / "store.sqlite", stored(tmp_path / "corpus"))
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def found(store: Store, query: str, k: int = 10, sources: list[str] | None = None) -> list[str]:
    return [store.passage(number).source for number, _ in store.bm25(terms_of(query), k, sources)]


def test_passages_come_back_as_they_were_cut(store: Store, tmp_path: Path) -> None:
    cut: list[Passage] = [passage for document in stored(tmp_path / "corpus") for passage in document.passages]
    assert [store.passage(number) for number in range(store.counts()["passages"])] == cut


def test_texts_come_back_as_they_were_read(store: Store) -> None:
    assert {source: store.text(source) for source in DOCUMENTS} == DOCUMENTS


def test_there_is_no_text_of_an_unknown_source(store: Store) -> None:
    assert store.text("nowhere.txt") is None


def test_sources_are_listed_in_the_order_of_the_corpus(store: Store) -> None:
    assert store.sources() == (
        SourceSummary("a.txt", "a", 2, len(DOCUMENTS["a.txt"]), "utf-8"),
        SourceSummary("b.txt", "b", 2, len(DOCUMENTS["b.txt"]), "utf-8"),
        SourceSummary("c/d.md", "Weather", 1, len(DOCUMENTS["c/d.md"]), "utf-8"),
    )


def test_sentences_are_numbered_through_all_passages(store: Store) -> None:
    firsts = [store.first_sentence(number) for number in range(5)]
    lengths = [len(store.passage(number).sentences) for number in range(5)]
    assert firsts == [sum(lengths[:number]) for number in range(5)]


def test_the_sentences_of_some_passages_are_found_by_them(store: Store) -> None:
    wanted = [
        (number, store.first_sentence(number) + place)
        for number in (1, 3)
        for place in range(len(store.passage(number).sentences))
    ]
    assert sorted(store.sentences_of([3, 1])) == wanted
    assert store.sentences_of([]) == []
    assert sorted(store.sentences_of([1, 3, *range(100, 300_000)])) == wanted


def test_passages_of_some_sources_are_found_by_them(store: Store) -> None:
    assert [store.passage(number).source for number in store.passage_numbers(["c/d.md", "a.txt"])] == [
        "a.txt",
        "a.txt",
        "c/d.md",
    ]
    assert store.passage_numbers([]) == []


def test_a_passage_that_says_a_word_more_often_comes_first(store: Store) -> None:
    assert found(store, "umbrellas") == ["a.txt", "b.txt"]


def test_a_rare_word_counts_more_than_a_frequent_one(store: Store) -> None:
    assert found(store, "the mayor's coats")[0] == "b.txt"
    assert found(store, "mayor in Zurich")[0] == "c/d.md"


def test_scores_are_higher_for_better_passages_and_above_zero(store: Store) -> None:
    scores = [score for _, score in store.bm25(terms_of("umbrella coats"), 10)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_no_more_than_asked_for_come_back(store: Store) -> None:
    assert found(store, "umbrella", k=1) == ["a.txt"]


def test_a_search_can_be_restricted_to_sources(store: Store) -> None:
    assert found(store, "umbrella mayor", sources=["b.txt", "c/d.md"]) == ["b.txt", "c/d.md"]
    assert found(store, "umbrella", sources=[]) == []


@pytest.mark.parametrize("query", ["", "the", "nothingofthekind", '"', "* OR", "NEAR(a b)", "heading:", "-", "'; --"])
def test_a_query_of_no_word_in_the_sources_finds_nothing(store: Store, query: str) -> None:
    assert found(store, query) == []


def test_it_is_known_how_many_passages_hold_a_term(store: Store) -> None:
    assert [store.passages_with(term) for term in terms_of("mayor umbrella zurich airplane")] == [3, 2, 1, 0]


def test_a_sound_store_has_no_faults(store: Store) -> None:
    assert list(store.faults()) == []


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE passages SET text = 'He lied.' WHERE id = 1", "a.txt: passage 1 is not the text at "),
        ("UPDATE passages SET start = start + 1 WHERE id = 2", "b.txt: passage 2 is not the text at "),
        ("UPDATE documents SET text = 'x' || text WHERE source = 'c/d.md'", "c/d.md: passage 4 is not the text at "),
        ("UPDATE sentences SET end = 99999 WHERE passage = 3", "b.txt: passage 3 has "),
    ],
    ids=["text", "span", "document", "sentence"],
)
def test_a_tampered_store_names_what_is_wrong(path: Path, tampering: str, fault: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(tampering)
    connection.commit()
    connection.close()
    store = Store(path)
    faults = list(store.faults())
    store.close()
    assert [found for found in faults if found.startswith(fault)] == faults[:1]


def test_a_store_is_read_without_writing(path: Path, store: Store) -> None:
    assert found(store, "umbrella") == ["a.txt", "b.txt"]
    assert [entry.name for entry in path.parent.iterdir() if entry.name != "corpus"] == ["store.sqlite"]
