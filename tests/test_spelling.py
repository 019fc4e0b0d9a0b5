"""Misspelt words of a question: mended by the documents' own, and by nothing else."""

import pytest

from qa_bot.pipeline import open_answerer
from tests.conftest import SmallIndex

DOCUMENTS = {
    "bees.txt": "Beekeepers may register their colonies at the municipal office until the end of September.",
    "market.txt": "The weekly market opens on Saturdays. Vegetable sellers pay a smaller fee than butchers do.",
    "library.txt": "The library lends instruments, sewing machines and telescopes to every resident of the town.",
}


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
