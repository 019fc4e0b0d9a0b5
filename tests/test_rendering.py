"""An answer for a reader: the quote stands out from its context, the citation stands below, and nothing else speaks."""

from __future__ import annotations

import io
import re
import sys
import unicodedata
from typing import Any

import pytest

from qa_bot.cli.rendering import plain_answer, plain_hits, show_answer
from qa_bot.types import Answer, Hit, IndexIdentity, Passage, Place, Quote, SearchResult
from tests.conftest import SmallIndex
from tests.terminal import Terminal

CONTEXT = "It rained all day. The bridge opened at noon. Nobody came."
HOSTILE = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \x08\x08 \u202eevil\u202c \x00 end."


def a_quote(**changes: Any) -> Quote:
    values: dict[str, Any] = {
        "text": "The bridge opened at noon.",
        "source": "guides/bridge.txt",
        "start": 119,
        "end": 145,
        "paragraph": 4,
        "line": 7,
        "title": "The bridge",
        "url": None,
        "published": None,
        "page": None,
        "context": CONTEXT,
        "context_start": 100,
        "score": 0.8,
    }
    return Quote(**{**values, **changes})


def an_answer(*quotes: Quote, answered: bool = True) -> Answer:
    return Answer(
        question="When?",
        answered=answered,
        confidence=0.876,
        quotes=quotes if answered else (),
        closest=() if answered else quotes,
        index=IndexIdentity("g", "m"),
        took_ms=1.0,
    )


class _Terminal(io.StringIO):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(answer: Answer, **environment: str) -> str:
    """What a terminal of 80 columns is sent for an answer."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
            patch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", **environment}.items():
            patch.setenv(name, value)
        terminal = _Terminal()
        patch.setattr(sys, "stdout", terminal)
        show_answer(answer)
    return terminal.getvalue()


def styled_parts(sent: str) -> list[tuple[str, str]]:
    """The (style codes, text) of what a terminal is sent, white space at the edges apart."""
    parts = re.findall(r"\x1b\[([\d;]*)m([^\x1b]*)", sent)
    return [(codes, " ".join(text.split())) for codes, text in parts if text.strip()]


def bare(sent: str) -> list[str]:
    """The lines that a reader of the terminal sees."""
    return [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", sent).splitlines()]


def test_a_terminal_emphasises_exactly_the_quoted_sentence_in_its_context() -> None:
    parts = styled_parts(on_terminal(an_answer(a_quote())))
    assert parts[:3] == [
        ("2", "It rained all day."),
        ("1", "The bridge opened at noon."),
        ("2", "Nobody came."),
    ]


def test_a_terminal_shows_citation_other_places_and_confidence() -> None:
    quote = a_quote(also_in=(Place("b.txt", 0, 26), Place("c.txt", 5, 31), Place("b.txt", 90, 116)))
    assert bare(on_terminal(an_answer(quote))) == [
        "",
        f"  {CONTEXT}",
        "    — The bridge, guides/bridge.txt, paragraph 4, line 7",
        "      also in b.txt, c.txt",
        "",
        "confidence 0.88",
    ]


def test_a_terminal_shows_further_quotes_as_other_sources() -> None:
    other = a_quote(text="Noon, said the mayor.", source="mayor.txt", title=None, page=3, published="2025-01-28")
    assert bare(on_terminal(an_answer(a_quote(), other)))[4:] == [
        "Other sources:",
        "  Noon, said the mayor.",
        "    — mayor.txt, paragraph 4, line 7, page 3, 2025-01-28",
        "",
        "confidence 0.88",
    ]


def test_a_terminal_says_first_that_the_sources_do_not_answer_and_emphasises_nothing() -> None:
    sent = on_terminal(an_answer(a_quote(), answered=False))
    assert bare(sent)[1:5] == [
        "Not in the sources.",
        "The closest passages, which are no answer:",
        "",
        f"  {CONTEXT}",
    ]
    assert [text for codes, text in styled_parts(sent) if "1" in codes.split(";")] == ["Not in the sources."]


def test_no_color_is_honoured_on_a_terminal() -> None:
    coloured = {codes for codes, _ in styled_parts(on_terminal(an_answer(a_quote())))}
    plain = {codes for codes, _ in styled_parts(on_terminal(an_answer(a_quote()), NO_COLOR="1"))}
    assert (coloured - {"0", "1", "2"}, plain - {"0", "1", "2"}) == ({"36"}, set())


def test_what_a_document_holds_cannot_command_the_terminal() -> None:
    quote = a_quote(
        text=HOSTILE, context=HOSTILE, context_start=0, start=0, end=len(HOSTILE), title=HOSTILE,
        source=f"a{HOSTILE}.txt", also_in=(Place(f"b{HOSTILE}.txt", 0, 1),),
    )  # fmt: skip
    for answer in (an_answer(quote, quote), an_answer(quote, answered=False)):
        sent = re.sub(r"\x1b\[[\d;]*m", "", on_terminal(answer).replace("\x1b[31m", "<command>"))
        commands = [
            character for character in sent if character != "\n" and unicodedata.category(character) in {"Cc", "Cf"}
        ]
        assert (commands, "<command>" in sent) == ([], False)


def test_markup_of_the_terminal_library_in_a_document_is_shown_as_it_is() -> None:
    text = "[bold]The bridge[/bold] [link=https://example.org]opened[/] :smile: at 12."
    quote = a_quote(text=text, context=text, context_start=0, start=0, end=len(text), title="[red]T[/red]")
    assert bare(on_terminal(an_answer(quote)))[1:3] == [
        f"  {text}",
        "    — [red]T[/red], guides/bridge.txt, paragraph 4, line 7",
    ]


def test_through_a_pipe_every_line_of_a_quote_is_marked() -> None:
    quote = a_quote(text="One line.\nAnother line.", also_in=(Place("b.txt", 0, 22),), url="https://example.org/a")
    assert plain_answer(an_answer(quote, a_quote(title=None))) == (
        "> One line.\n"
        "> Another line.\n"
        "  -- The bridge, guides/bridge.txt, paragraph 4, line 7, "
        "https://example.org/a#:~:text=One%20line.%20Another%20line.\n"
        "     also in b.txt\n"
        "\n"
        "> The bridge opened at noon.\n"
        "  -- guides/bridge.txt, paragraph 4, line 7\n"
        "\n"
        "Confidence: 0.88"
    )


def test_a_refusal_with_nothing_close_is_short() -> None:
    assert plain_answer(an_answer(answered=False)) == "Not in the sources.\n\nConfidence: 0.88"


def test_hits_are_numbered_with_their_places() -> None:
    passage = Passage("a.txt", 0, 9, "One.\nTwo.", 1, 1, "A", "", ())
    result = SearchResult(
        "q", (Hit(0, passage, 0.5, 0.4, 1.0), Hit(1, passage, 0.25, 0.2, 0.5)), IndexIdentity("g", "m"), 1.0
    )
    assert plain_hits(result) == (
        "1. a.txt, paragraph 1, line 1 (0.50)\n   One.\n   Two.\n\n"
        "2. a.txt, paragraph 1, line 1 (0.25)\n   One.\n   Two."
    )


@pytest.mark.parametrize(
    "arguments", [["ask", "When", "did", "the", "bridge", "open?"], ["search", "bridge"], ["show", "a.txt"]]
)
def test_a_real_terminal_gets_no_command_out_of_a_document(small_index: SmallIndex, arguments: list[str]) -> None:
    settings = small_index({"a.txt": "The bridge opened at \x1b]0;owned\x07noon\x1b[2J for everybody."})
    terminal = Terminal(*arguments, settings=settings, QA_BOT_MIN_CONFIDENCE="0")
    sent, code = terminal.shown_until_it_ends(), terminal.exit_code()
    terminal.end()
    assert (code, "noon\ufffd[2J" in sent, "\x1b]0;owned" in sent) == (0, True, False)
