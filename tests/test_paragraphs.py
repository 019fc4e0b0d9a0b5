from __future__ import annotations

import pytest

from qa_bot.corpus.paragraphs import Block, text_blocks

WRAPPED = "The mayor said on Sunday that the city\nwould stand by what it had promised, and\nthat nobody had to fear."


def paragraphs(text: str) -> list[str]:
    return [text[block.start : block.end] for block in text_blocks(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_each_line_is_a_paragraph_where_lines_end_sentences(end: str) -> None:
    assert paragraphs(end.join(["It rained.", "It stopped.", "We left."])) == ["It rained.", "It stopped.", "We left."]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_wrapped_lines_are_one_paragraph_up_to_the_blank_line(end: str) -> None:
    wrapped = WRAPPED.replace("\n", end)
    assert paragraphs(f"{wrapped}{end}{end}{wrapped}{end}") == [wrapped, wrapped]


def test_long_lines_are_paragraphs_even_where_they_end_within_a_sentence() -> None:
    long = "word " * 30 + "and"
    assert paragraphs(f"{long}\n{long}\n") == [long, long]


def test_one_text_may_use_both_ways() -> None:
    assert paragraphs(f"It rained.\nIt stopped.\n\n{WRAPPED}\n") == ["It rained.", "It stopped.", WRAPPED]


def test_list_items_part_wrapped_lines() -> None:
    assert paragraphs("What you should bring along on\n- a coat that keeps the\n  rain off\n2) food") == [
        "What you should bring along on",
        "- a coat that keeps the\n  rain off",
        "2) food",
    ]


def test_blank_lines_may_hold_white_space_of_any_kind() -> None:
    assert paragraphs("\n \t\nIt rained.\n\u00a0\u2003\nIt stopped.\n\n\n") == ["It rained.", "It stopped."]


def test_blocks_know_their_lines_and_their_form() -> None:
    text = f"\r\nIt rained.\r\n\r\n{WRAPPED}\r\n\r\n- a coat"
    rain, mayor, coat = text.index("It"), text.index("The"), text.index("- a")
    assert text_blocks(text) == [
        Block(rain, rain + 10, 2),
        Block(mayor, mayor + len(WRAPPED), 4, wrapped=True),
        Block(coat, coat + 8, 8, is_item=True),
    ]


def test_a_byte_order_mark_is_no_part_of_a_paragraph() -> None:
    assert text_blocks("\ufeffIt rained.") == [Block(1, 11, 1)]


@pytest.mark.parametrize("text", ["", "\n\n", " \t\r\n", "\ufeff"])
def test_a_blank_text_has_no_paragraphs(text: str) -> None:
    assert text_blocks(text) == []


def test_separators_of_unicode_are_no_line_ends() -> None:
    assert text_blocks("one\u2028two\x85three\x0bfour\n\nIt rained.")[1] == Block(20, 30, 3)
