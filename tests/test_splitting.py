"""What holds of the passages of any document, checked against computations that share no code with the splitter."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.corpus import read_corpus, split_document
from qa_bot.encoding import Encoder
from qa_bot.types import Document, Passage, Role
from tests.conftest import write_corpus

BULLETS_AND_MARK = "-*+•‣▪–—\ufeff"
"""What belongs to a passage but to none of its sentences."""

_LINES = (
    "Trump orders raids",
    "He came on Jan. 23. She left at 9 a.m. The U.S. agreed.",
    "“Who are we?” he said. Nobody answered…",
    "A line that was wrapped by hand at some width, so that its sentence goes",
    "1,179 people were arrested (so far).[3] More will be.",
    "- a bullet",
    "* another one. With two sentences.",
    "–",
    "3. a numbered item",
    "# A heading",
    "## A smaller heading #",
    "Underlined\n=====",
    "> a quoted line",
    "```\ncode\n\nmore code\n```",
    "```",
    "    indented code",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<div>",
    "---",
    "title: A title",
    "[ad_1]",
    "Photo: Ann Bell/Getty Images",
    "No comments",
    "Email me when people comment",
    "他来了。她走了！「行きます。」と彼は言った。",
    "العربية؟ نعم. हिन्दी। ชาวไทย",
    "e\u0301\u200d👩‍👩‍👧 \u202e\u2066abc\u2069\u0007",
    "\u2028\u2029\x85\x1c\u00a0",
    "\ufeff",
    "word " * 400,
    "One clause; another, and " * 60,
    "x" * 1500,
    "漢字" * 700,
    "a.b.c. " * 120,
    "- item\n" * 150,
    "?! " * 300,
)
_lines = st.one_of(
    st.sampled_from(_LINES),
    st.sampled_from(_LINES[:6]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.just(""),
)
_line_ends = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", " \n\t\n"])
_texts = (
    st.tuples(
        st.sampled_from(["", "", "\ufeff", "---\ntitle: A\n---\n", "\n\n"]), st.lists(st.tuples(_lines, _line_ends))
    )
    .map(lambda drawn: drawn[0] + "".join(line + end for line, end in drawn[1]))
    .filter(lambda text: text.strip().strip("\ufeff").strip() != "" and "\x00" not in text)
)
_names = st.sampled_from(["a_text.txt", "a_text.md"])


def read(name: str, text: str) -> Document:
    """The document as the corpus reader gives it for a file of this name and text."""
    with tempfile.TemporaryDirectory() as folder:
        return read_corpus(write_corpus(Path(folder), {name: text})).documents[0]


def words(text: str) -> int:
    """A measure of length that takes no model: words and marks, and each letter of scripts without spaces.

    As for tokenizers, a byte-order mark is nothing.
    """
    return len(re.findall(r"[^\W\u3040-\u9fff]+|\S", text.replace("\ufeff", "")))


def assert_sound(document: Document, passages: list[Passage], count: Callable[[str], int], max_pieces: int) -> None:
    text = document.text
    reached = 0
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.start >= reached
        assert text[reached : passage.start].strip() == "", "text between two passages"
        assert_sentences_sound(document, passage)
        heading = f"{passage.heading}. " if passage.heading else ""
        assert count(heading + passage.text) <= max_pieces
        reached = passage.end
    assert text[reached:].strip() == "", "text after the last passage"


def assert_sentences_sound(document: Document, passage: Passage) -> None:
    text = document.text
    assert passage.sentences
    assert (passage.paragraph, passage.line) == (passage.sentences[0].paragraph, passage.sentences[0].line)
    reached = passage.start
    for sentence in passage.sentences:
        assert reached <= sentence.start < sentence.end <= passage.end
        assert sentence.end - sentence.start <= 600
        quoted = text[sentence.start : sentence.end]
        assert quoted == quoted.strip()
        assert text[reached : sentence.start].strip().strip(BULLETS_AND_MARK).strip() == "", "text between sentences"
        assert sentence.line == 1 + len(re.findall(r"\r\n|\r|\n", text[: sentence.start]))
        reached = sentence.end
    assert reached == passage.end


def assert_paragraphs_sound(document: Document, passages: list[Passage]) -> None:
    """Paragraphs count up by one, begin with a line, and end with one; in plain text a blank line parts them."""
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    assert sentences[0].paragraph == 1
    for last, sentence in pairwise(sentences):
        assert sentence.paragraph - last.paragraph in {0, 1}
        between = document.text[last.end : sentence.start]
        if sentence.paragraph > last.paragraph:
            assert re.search(r"[\r\n]", between)
        elif document.source.endswith(".txt"):
            assert len(re.findall(r"\r\n|\r|\n", between)) <= 1


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=_names, text=_texts, max_pieces=st.sampled_from([24, 64, 128, 254]))
def test_passages_of_any_document_cover_it_in_order_within_the_budget(name: str, text: str, max_pieces: int) -> None:
    document = read(name, text)
    assert document.text == text
    passages = split_document(document, words, max_pieces)
    assert_sound(document, passages, words, max_pieces)
    assert_paragraphs_sound(document, passages)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=_names, text=_texts)
def test_passages_of_any_document_fit_into_the_model(encoder: Encoder, name: str, text: str) -> None:
    document = read(name, text)
    passages = split_document(document, encoder.count_pieces, encoder.max_pieces)
    assert_sound(document, passages, encoder.count_pieces, encoder.max_pieces)


@settings(max_examples=60, deadline=None)
@given(
    paragraphs=st.lists(
        st.sampled_from(
            ["It rained all day in Utrecht. Nobody minded.", "Ann left. Bob stayed.", "Yes.", "word " * 300]
        ),
        min_size=1,
        max_size=30,
    ),
    blank=st.sampled_from(["\n\n", "\r\n\r\n", "\n \n\n", "\r\r"]),
)
def test_paragraphs_and_lines_are_those_of_the_text_even_where_paragraphs_repeat(
    paragraphs: list[str], blank: str
) -> None:
    document = read("a.txt", blank.join(paragraphs))
    lines_apart = len(re.findall(r"\r\n|\r|\n", blank))
    expected = []
    begin = 0
    for number, paragraph in enumerate(paragraphs):
        offsets = [match.start() for match in re.finditer(r"(?:^|(?<=\. ))\S", paragraph)]
        expected += [(begin + offset, number + 1, number * lines_apart + 1) for offset in offsets]
        begin += len(paragraph) + len(blank)
    sentences = [s for passage in split_document(document, words, 254) for s in passage.sentences]
    starts = {start for start, _, _ in expected}
    assert [(s.start, s.paragraph, s.line) for s in sentences if s.start in starts] == expected


@pytest.fixture(scope="session")
def encoder(model_export: Path) -> Encoder:
    return Encoder(next(model_export.iterdir()))


def passages_of(text: str, name: str = "a.txt", max_pieces: int = 254) -> list[str]:
    return [passage.text for passage in split_document(read(name, text), words, max_pieces)]


LONG = (
    "The council met in the old town hall on Sunday to hear what the people of the town had to say about the plan. " * 2
)


def test_short_paragraphs_join_into_one_passage() -> None:
    assert passages_of("He came in the morning.\nShe left at noon.\nIt rained.\n") == [
        "He came in the morning.\nShe left at noon.\nIt rained."
    ]


def test_long_paragraphs_are_passages_of_their_own() -> None:
    assert passages_of(f"{LONG}\n{LONG}\n") == [LONG.strip(), LONG.strip()]


def test_a_paragraph_that_is_too_long_is_cut_at_sentence_ends() -> None:
    sentence = "The council met in the old town hall to hear what people had to say."
    parts = passages_of(" ".join([sentence] * 30))
    assert {part.replace(sentence, "").strip() for part in parts} == {""}
    assert len(parts) > 1


def test_a_heading_goes_with_the_paragraph_below_it() -> None:
    assert passages_of(f"# Town\n\n{LONG}\n\n## Roads\n\n{LONG}\n", "a.md") == [
        f"# Town\n\n{LONG.strip()}",
        f"## Roads\n\n{LONG.strip()}",
    ]


def test_the_title_is_encoded_with_each_passage_but_the_one_that_it_stands_in() -> None:
    passages = split_document(read("a.txt", f"Rain in Utrecht\n\n{LONG}\n\n{LONG}\n"), words, 254)
    assert [(p.heading, p.title) for p in passages] == [("", "Rain in Utrecht"), ("Rain in Utrecht", "Rain in Utrecht")]


def test_a_name_made_readable_is_a_title_but_is_not_encoded() -> None:
    passages = split_document(read("rain_in-utrecht.txt", LONG), words, 254)
    assert [(p.heading, p.title) for p in passages] == [("", "rain in utrecht")]


def test_a_bullet_belongs_to_the_passage_and_to_no_sentence() -> None:
    document = read("a.txt", "- Bring a coat.\n- Bring food.\n")
    (passage,) = split_document(document, words, 254)
    assert passage.text == "- Bring a coat.\n- Bring food."
    assert [document.text[s.start : s.end] for s in passage.sentences] == ["Bring a coat.", "Bring food."]


def test_photo_credits_and_buttons_never_join_the_prose_beside_them() -> None:
    assert passages_of(f"{LONG}\nPhoto: Ann Bell/Getty Images\n{LONG}\nShare\n{LONG}") == [
        LONG.strip(),
        "Photo: Ann Bell/Getty Images",
        LONG.strip(),
        "Share",
        LONG.strip(),
    ]


def test_what_readers_comment_below_an_article_is_furniture() -> None:
    text = "\n".join([LONG] * 8 + ["3 comments", "I disagree with all of this, says me.", "So do I."])
    passages = split_document(read("a.txt", text), words, 254)
    roles = [sentence.role for passage in passages for sentence in passage.sentences]
    assert roles == [Role.PROSE] * 16 + [Role.FURNITURE] * 3


def test_a_comment_form_at_the_top_leaves_the_article_below_it_prose() -> None:
    text = "\n".join(["3 comments", *[LONG] * 8])
    passages = split_document(read("a.txt", text), words, 254)
    roles = [sentence.role for passage in passages for sentence in passage.sentences]
    assert roles == [Role.FURNITURE] + [Role.PROSE] * 16


def test_a_stray_mark_above_the_text_is_a_passage_and_stays_out_of_the_next() -> None:
    assert passages_of("\n\n\ufeff\n\n[ad_1]\n") == ["\ufeff", "[ad_1]"]


def test_front_matter_is_furniture() -> None:
    passages = split_document(read("a.md", f"---\ntitle: Rain\n---\n\n{LONG}\n"), words, 254)
    assert [[sentence.role for sentence in passage.sentences] for passage in passages] == [
        [Role.FURNITURE],
        [Role.PROSE] * 2,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Word " * 200_000,
        "x" * 200_000,
        "汉" * 100_000,
        "a,b,1.5\n" * 40_000,
        "He came in 2017. Then he left. " * 10_000,
    ],
    ids=["no full stop", "no blank", "no space between words", "a table", "one line"],
)
def test_a_long_document_of_any_shape_is_split_into_passages_of_a_bounded_length(text: str) -> None:
    document = read("a.txt", text)
    passages = split_document(document, words, 254)
    assert_sound(document, passages, words, 254)
    assert max(len(passage.text) for passage in passages) <= 4_000 + 600
