"""Builds: only what is new is embedded, and nothing that is gone leaves a trace."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from qa_bot.encoding.models import locate_model
from qa_bot.errors import CorpusError, IndexMismatchError
from qa_bot.pipeline import build_index, index_status, open_answerer, verify_index
from qa_bot.settings import Settings
from qa_bot.types import Drift, Place, SkippedFile
from tests.conftest import SmallIndex

BAKERY = "The bakery on Elm Street opens at six in the morning and sells rye bread until noon."
LIBRARY = "The town library lends bicycles to every reader who returned the last one in time."
HARBOUR = "The harbour master measured a tide of four metres on the night of the storm."
TOWN = {"bakery.txt": BAKERY, "library.txt": LIBRARY}


def rewrite(settings: Settings, source: str, text: str) -> None:
    (settings.corpus_dir / source).write_text(text, encoding="utf-8")


def first_quote(settings: Settings, question: str) -> str | None:
    answerer = open_answerer(settings)
    try:
        quotes = answerer.answer(question).quotes
    finally:
        answerer.close()
    return quotes[0].text if quotes else None


def all_found(settings: Settings) -> set[tuple[str, str]]:
    """Every passage that a search with room for all of them finds."""
    answerer = open_answerer(settings)
    try:
        return {(hit.passage.source, hit.passage.text) for hit in answerer.search("the town", k=1000).hits}
    finally:
        answerer.close()


def test_a_first_build_embeds_every_passage(tmp_path: Path, small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    status = index_status(settings)
    assert (status.documents, status.passages, status.sentences, status.drift) == (2, 2, 2, Drift())
    assert all_found(settings) == {("bakery.txt", BAKERY), ("library.txt", LIBRARY)}


def test_an_unchanged_corpus_keeps_the_generation_and_embeds_nothing(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    before = index_status(settings).index
    report = build_index(settings)
    assert (report.index, report.changed, report.embedded) == (before, False, 0)


def test_two_answerers_of_one_model_answer_at_the_same_time(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)

    def ask(question: str) -> list[str | None]:
        return [first_quote(settings, question) for _ in range(20)]

    with ThreadPoolExecutor(2) as threads:
        said = list(
            threads.map(
                ask, ["When does the bakery on Elm Street open?", "What does the town library lend to every reader?"]
            )
        )
    assert said == [[BAKERY] * 20, [LIBRARY] * 20]


def test_a_touched_file_with_the_same_bytes_keeps_the_generation(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    os.utime(settings.corpus_dir / "bakery.txt", (1_000_000_000, 1_000_000_000))
    assert build_index(settings).changed is False


def test_an_added_document_is_the_only_one_embedded_and_answers(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    rewrite(settings, "harbour.txt", HARBOUR)
    report = build_index(settings)
    assert (report.changed, report.documents, report.passages, report.embedded) == (True, 3, 3, 1)
    assert first_quote(settings, "How high was the tide on the night of the storm?") == HARBOUR


def test_a_changed_document_answers_with_its_new_text_alone(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    new = BAKERY.replace("six", "eight")
    rewrite(settings, "bakery.txt", new)
    assert build_index(settings).embedded == 1
    assert first_quote(settings, "When does the bakery on Elm Street open?") == new
    assert all_found(settings) == {("bakery.txt", new), ("library.txt", LIBRARY)}


def test_a_deleted_document_leaves_no_trace_in_answers_search_and_sources(small_index: SmallIndex) -> None:
    settings = small_index({**TOWN, "harbour.txt": HARBOUR})
    (settings.corpus_dir / "harbour.txt").unlink()
    report = build_index(settings)
    assert (report.documents, report.passages, report.embedded) == (2, 2, 0)
    assert all_found(settings) == {("bakery.txt", BAKERY), ("library.txt", LIBRARY)}
    answerer = open_answerer(settings)
    answer = answerer.answer("How high was the tide on the night of the storm?")
    assert "harbour.txt" not in {quote.source for quote in (*answer.quotes, *answer.closest)}
    assert [summary.source for summary in answerer.sources()] == ["bakery.txt", "library.txt"]
    answerer.close()


def test_a_renamed_document_is_cited_by_its_new_name_and_not_embedded_again(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    (settings.corpus_dir / "old").mkdir()
    (settings.corpus_dir / "library.txt").rename(settings.corpus_dir / "old" / "library.txt")
    assert build_index(settings).embedded == 0
    assert all_found(settings) == {("bakery.txt", BAKERY), ("old/library.txt", LIBRARY)}


def test_a_full_build_embeds_everything_anew_and_answers_the_same(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    before = index_status(settings).index
    report = build_index(settings, full=True)
    assert (report.changed, report.embedded, report.index.model) == (True, 2, before.model)
    assert report.index.generation != before.generation
    assert all_found(settings) == {("bakery.txt", BAKERY), ("library.txt", LIBRARY)}


def test_vectors_that_a_build_takes_over_are_those_of_a_full_build(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    rewrite(settings, "a harbour.txt", HARBOUR)
    build_index(settings)
    question = "Which tide did the harbour master measure?"
    answerer = open_answerer(settings)
    taken_over = [(hit.passage.text, hit.dense) for hit in answerer.search(question).hits]
    answerer.close()
    build_index(settings, full=True)
    answerer = open_answerer(settings)
    anew = [(hit.passage.text, hit.dense) for hit in answerer.search(question).hits]
    answerer.close()
    assert [text for text, _ in taken_over] == [text for text, _ in anew]
    np.testing.assert_allclose([d for _, d in taken_over], [d for _, d in anew], atol=1e-5)


def test_identical_paragraphs_in_two_files_are_embedded_once_and_are_two_citations(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    rewrite(settings, "copy.txt", BAKERY)
    report = build_index(settings)
    assert (report.passages, report.embedded) == (3, 0)
    assert all_found(settings) == {("bakery.txt", BAKERY), ("copy.txt", BAKERY), ("library.txt", LIBRARY)}


def test_answering_folds_identical_paragraphs_into_also_in(small_index: SmallIndex) -> None:
    settings = small_index({"a.txt": f"{LIBRARY}\n\n{BAKERY}\n", "b.txt": f"{BAKERY}\n", "c.txt": HARBOUR})
    answerer = open_answerer(settings)
    answer = answerer.answer("When does the bakery on Elm Street open?")
    answerer.close()
    places = {"a.txt": Place("a.txt", len(LIBRARY) + 2, len(LIBRARY) + 2 + len(BAKERY))}
    places["b.txt"] = Place("b.txt", 0, len(BAKERY))
    first = answer.quotes[0]
    other = "b.txt" if first.source == "a.txt" else "a.txt"
    assert (first.text, first.also_in) == (BAKERY, (places[other],))
    assert BAKERY not in [quote.text for quote in answer.quotes[1:]]


def test_readers_refuse_an_index_of_another_model_until_it_is_built(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    # The same weights under another name: a switch of the setting, without a second export.
    other = settings.model_copy(update={"embedding_model": str(locate_model(settings.embedding_model))})
    with pytest.raises(IndexMismatchError, match="QA_BOT_EMBEDDING_MODEL"):
        open_answerer(other)
    build_index(other)
    assert first_quote(other, "When does the bakery on Elm Street open?") == BAKERY
    with pytest.raises(IndexMismatchError, match="QA_BOT_EMBEDDING_MODEL"):
        open_answerer(settings)


def test_an_answerer_keeps_answering_from_what_it_opened_while_a_build_replaces_it(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    answerer = open_answerer(settings)
    rewrite(settings, "bakery.txt", BAKERY.replace("six", "eight"))
    build_index(settings)
    assert answerer.answer("When does the bakery on Elm Street open?").quotes[0].text == BAKERY
    assert answerer.is_current() is False
    answerer.close()


def test_drift_names_what_was_added_changed_and_removed_since_the_build(small_index: SmallIndex) -> None:
    settings = small_index({**TOWN, "harbour.txt": HARBOUR})
    rewrite(settings, "bakery.txt", "Closed.")
    rewrite(settings, "new.txt", "A new note about the town hall.")
    (settings.corpus_dir / "harbour.txt").unlink()
    assert index_status(settings).drift == Drift(added=("new.txt",), changed=("bakery.txt",), removed=("harbour.txt",))
    build_index(settings)
    assert index_status(settings).drift == Drift()


def test_a_skipped_file_is_no_drift_until_it_can_be_read(small_index: SmallIndex) -> None:
    settings = small_index({**TOWN, "note.txt": "  \n", "picture.png": b"\x89PNG\x00\x01"})
    assert index_status(settings).skipped == (
        SkippedFile("note.txt", "empty"),
        SkippedFile("picture.png", "not a text or Markdown file (.png)"),
    )
    assert index_status(settings).drift == Drift()
    rewrite(settings, "note.txt", HARBOUR)
    assert index_status(settings).drift == Drift(added=("note.txt",))


def test_a_file_whose_name_is_no_utf8_is_skipped_and_the_rest_is_built(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    (settings.corpus_dir / os.fsdecode(b"caf\xe9.txt")).write_text(HARBOUR, encoding="utf-8")
    report = build_index(settings)
    assert [entry.reason for entry in report.skipped] == ["its name is not valid UTF-8; rename it"]
    assert all_found(settings) == {("bakery.txt", BAKERY), ("library.txt", LIBRARY)}


def test_a_build_without_documents_leaves_the_old_index_answering(small_index: SmallIndex, tmp_path: Path) -> None:
    settings = small_index(TOWN)
    empty = settings.model_copy(update={"corpus_dir": tmp_path / "nothing"})
    with pytest.raises(CorpusError, match="QA_BOT_CORPUS_DIR"):
        build_index(empty)
    assert first_quote(settings, "When does the bakery on Elm Street open?") == BAKERY


def test_verify_finds_nothing_wrong_with_what_a_build_wrote(seeds_settings: Settings) -> None:
    assert verify_index(seeds_settings).problems == ()


@pytest.mark.parametrize("pattern", ["generations/*/*.faiss", "generations/*/store.sqlite", "models/*/encoder.bin"])
def test_verify_names_a_file_with_one_changed_byte(small_index: SmallIndex, pattern: str) -> None:
    settings = small_index(TOWN)
    path = min(settings.index_dir.glob(pattern))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # the exported model's files are linked to those of other tests
    path.write_bytes(content)
    assert verify_index(settings).problems == (f"{path} is damaged (its SHA-256 differs)",)


def test_verify_names_a_file_that_is_gone(small_index: SmallIndex) -> None:
    settings = small_index(TOWN)
    path = next(settings.index_dir.glob("generations/*/sentences.faiss"))
    path.unlink()
    assert verify_index(settings).problems == (f"{path} can't be read (No such file or directory)",)
