"""Misspelt words of a question: mended by the documents' own, where that is likelier than what is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.spelling import mended
from qa_bot.encoding import Encoder
from qa_bot.encoding.vocabulary import word_ranks
from qa_bot.index import OpenIndex, open_index, words_of
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import Settings
from tests.conftest import SmallIndex, link_export, write_corpus

DOCUMENTS = {
    "bees.txt": "Beekeepers may register their colonies at the municipal office until the end of September.",
    "market.txt": "The weekly market opens on Saturdays. Vegetable sellers pay a smaller fee than butchers do.",
    "library.txt": "The library lends instruments, sewing machines and telescopes to every resident of the town.",
    "rally.txt": "The rally of old tractors must end before nine. Boluarte called the riders, and a fire was put out.",
    "people.txt": "Thomas Homan keeps the tractors. A heavy plough is at home with him, and so is Rita Regal's.",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, model_export: Path) -> Iterator[tuple[OpenIndex, Encoder]]:
    """An index of ``DOCUMENTS`` and its encoder."""
    root = tmp_path_factory.mktemp("spelling")
    settings = Settings(
        corpus_dir=write_corpus(root / "corpus", DOCUMENTS), index_dir=link_export(model_export, root / "index")
    )
    build_index(settings)
    index = open_index(settings.index_dir)
    yield index, Encoder(next(model_export.glob("*/")))
    index.close()


@pytest.mark.parametrize(
    ("misspelt", "source"),
    [
        ("regster colonys", "bees.txt"),
        ("vegtable", "market.txt"),
        ("telescops instrumnets", "library.txt"),
        ("beekepers municpal", "bees.txt"),
    ],
)
def test_a_misspelt_query_finds_what_the_right_spelling_would(
    small_index: SmallIndex, misspelt: str, source: str
) -> None:
    answerer = open_answerer(small_index(DOCUMENTS))
    hits = answerer.search(misspelt).hits
    answerer.close()
    assert (hits[0].passage.source, hits[0].lexical) == (source, 1.0)


def test_a_name_that_no_document_holds_is_not_turned_into_one_that_looks_a_little_like_it(
    small_index: SmallIndex,
) -> None:
    answerer = open_answerer(small_index({"people.txt": "Martinez chairs the board. Johansson keeps the accounts."}))
    hits = answerer.search("Marchetti Johnson").hits
    answerer.close()
    assert [hit.lexical for hit in hits] == [0.0]


def test_the_question_of_an_answer_stays_as_it_was_asked(small_index: SmallIndex) -> None:
    answerer = open_answerer(small_index(DOCUMENTS))
    answer = answerer.answer("Who may regster their colonys?")
    answerer.close()
    assert answer.question == "Who may regster their colonys?"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("wich machnes does teh libary lend", "which machines does the library lend"),
        ("hwo old must the riders be", "how old must the riders be"),
        ("wen does the market open, and wat was wenced", "when does the market open, and what was wenced"),
        ("who registred the colonie", "who registered the colonie"),
        ("Wich office? Ask Bolaurte's riders", "Which office? Ask Boluarte's riders"),
        ("why dont the butchers pay", "why don't the butchers pay"),
        ("do residants pay", "do residents pay"),  # both have the stem "resid"
    ],
)
def test_a_misspelt_word_becomes_the_documents_own_in_whatever_ending_or_one_without_a_subject(
    opened: tuple[OpenIndex, Encoder], question: str, meant: str
) -> None:
    assert mended(question, *opened) == meant


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("who is thomas homen", "who is thomas homan"),
        ("who is Thomsa Homen", "who is Thomas Homan"),
        ("is homen with him", "is home with him"),
        ("whose is the havy plough", "whose is the heavy plough"),
    ],
)
def test_a_misspelt_word_becomes_the_one_that_the_documents_have_beside_the_same_word(
    opened: tuple[OpenIndex, Encoder], question: str, meant: str
) -> None:
    assert mended(question, *opened) == meant


@pytest.mark.parametrize(
    "question",
    [
        "was it really the caller",  # the documents have "rally" and "called"
        "did Musk speak before Nina",  # "must", "nine"
        "how do I bake bread, and what is a bet",
        "is the FDA or the RALY there",
        "what does a fir cost",  # "fire"
        "is the beekeeper a butcher, and does he telescope",
    ],
)
def test_a_word_that_is_likelier_meant_as_it_stands_is_left_alone(
    opened: tuple[OpenIndex, Encoder], question: str
) -> None:
    assert mended(question, *opened) == question


@given(st.lists(st.sampled_from(sorted({word for text in DOCUMENTS.values() for word in words_of(text)}))))
def test_a_question_in_the_documents_own_words_is_left_as_it_is(
    opened: tuple[OpenIndex, Encoder], words: list[str]
) -> None:
    question = " ".join(words)
    assert mended(question, *opened) == question


@given(st.text(max_size=60))
def test_any_text_can_be_mended_and_only_its_words_change(opened: tuple[OpenIndex, Encoder], question: str) -> None:
    def without_letters(text: str) -> str:
        return "".join(character for character in text if not character.isalpha() and character != "'")

    assert without_letters(mended(question, *opened)) == without_letters(question)


@pytest.mark.parametrize(
    ("pieces", "ranks"),
    [
        ({"[CLS]": 0, "a": 1, "the": 2, "##ing": 3, "The": 4, "of": 5, "1999": 6}, {"the": 1, "of": 2}),
        ({"<s>": 0, "▁of": 3, "▁a": 1, "ing": 2, "▁The": 4, "▁the": 5}, {"of": 1, "the": 2}),
        ({"Ġof": 9, "Ġa": 1, "ing": 2, "Ġthe": 4}, {"the": 1, "of": 2}),
    ],
)
def test_whole_words_are_ranked_by_their_place_in_the_vocabulary_however_it_marks_them(
    pieces: dict[str, int], ranks: dict[str, int]
) -> None:
    assert word_ranks(pieces) == ranks
