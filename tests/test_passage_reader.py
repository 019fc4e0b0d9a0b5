"""The bundled ranker: what it reads of a question and a passage, and what it makes of what the model says."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.encoding import Statement, bundled_ranker, open_ranker
from qa_bot.encoding.passage_reader import (
    CLS,
    MAX_PIECES,
    NOT_READ,
    QUESTION_PIECES,
    SEP,
    TITLE_PIECES,
    Row,
    composed,
    padded,
    sentence_logits,
)
from qa_bot.encoding.statements import Ranker
from qa_bot.errors import ModelError

QUESTION = "Who opened the bridge over the river?"
TOWN = (
    "The bridge over the river is forty metres long.",
    "Ana Ruiz, the mayor, opened it on Monday.",
    "It had rained for a week.",
)
MILL = ("A mill stands at the river.", "It grinds corn on Sundays alone.")

PIECES = st.lists(st.integers(1000, 2000), max_size=400)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Ranker:
    return open_ranker(bundled_ranker(), tmp_path_factory.mktemp("compiled"))


def test_a_row_holds_question_title_and_sentences_in_this_order() -> None:
    row = composed([1, 2], [3], [[4, 5], [6]])
    assert row == Row([CLS, 1, 2, SEP, 3, SEP, 4, 5, 6, SEP], 4, ((6, 8), (8, 9)))


def test_without_a_title_the_sentences_follow_the_question() -> None:
    assert composed([1], [], [[4]]) == Row([CLS, 1, SEP, 4, SEP], 3, ((3, 4),))


def test_a_long_question_keeps_its_end_and_a_long_title_its_beginning() -> None:
    question, title = list(range(1000, 1100)), list(range(2000, 2100))
    row = composed(question, title, [[4]])
    assert row.ids == [CLS, *question[-QUESTION_PIECES:], SEP, *title[:TITLE_PIECES], SEP, 4, SEP]


@given(question=PIECES, title=PIECES, sentences=st.lists(PIECES, min_size=1, max_size=6))
def test_each_span_of_a_row_holds_the_beginning_of_its_sentence(
    question: list[int], title: list[int], sentences: list[list[int]]
) -> None:
    row = composed(question, title, sentences)
    assert len(row.ids) <= MAX_PIECES
    read = [row.ids[start:end] for start, end in row.spans]
    assert read == [sentence[: len(part)] for sentence, part in zip(sentences, read, strict=True)]
    # What is left out is the end of the passage, and nothing is where all of it had room.
    room = MAX_PIECES - 1 - row.spans[0][0]
    assert [piece for part in read for piece in part] == [piece for sentence in sentences for piece in sentence][:room]


def test_rows_are_filled_up_to_the_longest_one() -> None:
    ids, mask, types = padded([composed([1], [], [[4]]), composed([1, 2], [3], [[4, 5]])])
    assert ids.tolist() == [[CLS, 1, SEP, 4, SEP] + [0] * 11, [CLS, 1, 2, SEP, 3, SEP, 4, 5, SEP] + [0] * 7]
    assert mask.tolist() == [[1] * 5 + [0] * 11, [1] * 9 + [0] * 7]
    assert types.tolist() == [[0] * 3 + [1] * 2 + [0] * 11, [0] * 4 + [1] * 5 + [0] * 7]


def test_the_logit_of_a_sentence_is_made_of_its_own_pieces() -> None:
    judgements = np.array([[9.0, 9.0, 9.0], [1.0, 2.0, 0.5], [1.0, 2.0, 1.5], [3.0, 4.0, 5.0]], dtype=np.float32)
    expected = [3.0 + 2 * math.log(2) + 1.0, 12.0, NOT_READ]
    assert sentence_logits(judgements, [(1, 3), (3, 4), (4, 4)]) == pytest.approx(expected)


def test_the_sentence_that_answers_is_first_also_where_another_says_more_of_the_question(reader: Ranker) -> None:
    statements = [Statement(TOWN, i) for i in range(3)] + [Statement(MILL, i) for i in range(2)]
    assert int(reader.scores(QUESTION, statements).argmax()) == 1


def test_what_answers_scores_above_none_and_what_does_not_below(reader: Ranker) -> None:
    assert reader.scores(QUESTION, [Statement(TOWN, 1)])[0] > 0
    assert max(reader.scores("What does the library cost?", [Statement(MILL, 0), Statement(MILL, 1)])) < 0


def test_scores_stand_in_the_order_of_the_statements(reader: Ranker) -> None:
    statements = [Statement(TOWN, i, "Town") for i in range(3)] + [Statement(MILL, i) for i in range(2)]
    there, back = reader.scores(QUESTION, statements), reader.scores(QUESTION, statements[::-1])
    assert np.allclose(there, back[::-1], atol=0.02)


def test_no_statements_have_no_scores(reader: Ranker) -> None:
    assert reader.scores(QUESTION, []).tolist() == []


@pytest.mark.parametrize("name", ["ranker.bin", "ranker.xml", "tokenizer.json"])
def test_a_bundled_ranker_that_was_damaged_is_refused_with_the_mend(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "ranker"
    shutil.copytree(bundled_ranker(), folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name} is damaged .*; set QA_BOT_RANKER, or install qa-bot anew$"):
        open_ranker(folder, tmp_path / "compiled")


def test_the_bundled_ranker_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in bundled_ranker().iterdir()) <= 25_000_000
