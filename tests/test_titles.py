from __future__ import annotations

from pathlib import Path

import pytest

from qa_bot.corpus import read_corpus
from qa_bot.corpus.titles import readable_name
from tests.conftest import write_corpus

PROSE = "It rained in Utrecht all day, and nobody minded.\n"


def title(tmp_path: Path, source: str, text: str) -> tuple[str, bool]:
    """The title of a document, and whether it stands in the text."""
    document = read_corpus(write_corpus(tmp_path, {source: text})).documents[0]
    return document.title, document.titled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rain in Utrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("Rain  in\tUtrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("\ufeffRain in Utrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("\n\n  Rain in Utrecht\r\n\r\n" + PROSE, "Rain in Utrecht"),
        ("Will it rain?\n\n" + PROSE, "Will it rain?"),
        ("Massive raids under way: report\n\n" + PROSE, "Massive raids under way: report"),
    ],
    ids=["alone", "spaced", "byte-order mark", "indented, CRLF", "a question", "a colon inside"],
)
def test_the_first_short_line_of_a_text_is_its_title(tmp_path: Path, text: str, expected: str) -> None:
    assert title(tmp_path, "a.txt", text) == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        PROSE + PROSE,
        "It rained,\n\n" + PROSE,
        "word " * 60 + "\n\n" + PROSE,
        "Rain in Utrecht\n",
        "- Rain in Utrecht\n- Sun in Delft\n\n" + PROSE,
        "It rained in Utrecht all day, and\nnobody minded that it\n\n" + PROSE,
        "---\n\n" + PROSE,
        "\ufeff\n\n" + PROSE,
    ],
    ids=["a sentence", "a clause", "too long", "nothing below", "a list", "wrapped", "a rule", "no word at all"],
)
def test_a_text_without_a_title_is_named_after_its_file(tmp_path: Path, text: str) -> None:
    assert title(tmp_path, "some/rain_in-utrecht.txt", text) == ("rain in utrecht", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Rain in Utrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("### Rain in Utrecht ###\n\n" + PROSE, "Rain in Utrecht"),
        ("Rain in Utrecht\n===\n\n" + PROSE, "Rain in Utrecht"),
        ("Rain in Utrecht\n---\n\n" + PROSE, "Rain in Utrecht"),
        (PROSE + "\n# Rain in Utrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("#\n\n# Rain in Utrecht\n\n" + PROSE, "Rain in Utrecht"),
        ("---\ntitle: Rain in Utrecht\n---\n# Another\n\n" + PROSE, "Rain in Utrecht"),
    ],
    ids=["hash", "closed hashes", "underlined", "underlined thinly", "below a teaser", "an empty one", "front matter"],
)
def test_the_first_heading_of_markdown_is_its_title(tmp_path: Path, text: str, expected: str) -> None:
    assert title(tmp_path, "a.md", text) == (expected, True)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("guides/how_to-ask.txt", "how to ask"),
        ("000_d1cb.txt", "000 d1cb"),
        ("v1.2 notes.md", "v1 2 notes"),
        ("__.txt", "__.txt"),
        ("Ärger.md", "Ärger"),
    ],
)
def test_a_file_name_is_made_readable(source: str, expected: str) -> None:
    assert readable_name(source) == expected
