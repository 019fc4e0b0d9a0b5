"""Answers for a reader: on a terminal the quote emphasised in its context, through a pipe plain text."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

import click

from qa_bot.types import Answer, Quote, SearchResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NOT_IN_THE_SOURCES = "Not in the sources."
CLOSEST = "The closest passages, which are no answer:"


def show_answer(answer: Answer) -> None:
    """Write an answer to standard output, in the form that suits it."""
    if sys.stdout.isatty():
        _show_on_terminal(answer)
    else:
        click.echo(plain_answer(answer))


def citation(quote: Quote) -> str:
    """Where a quote stands: title, file, paragraph and line, and its address where one is known."""
    # A title that is only the file's name made readable would say the same thing twice.
    named = quote.title and "".join(quote.title.split()) not in "".join(re.split(r"[\s_\-.]+", quote.source))
    parts = [quote.title] if quote.title and named else []
    parts += [quote.source, f"paragraph {quote.paragraph}", f"line {quote.line}"]
    if quote.page is not None:
        parts.append(f"page {quote.page}")
    if quote.published:
        parts.append(quote.published)
    if quote.link:
        parts.append(quote.link)
    return ", ".join(parts)


def elsewhere(quote: Quote) -> str:
    """The other places of the same statement, each once; "" where there is none."""
    places = list(dict.fromkeys(place.source for place in quote.also_in))
    return f"also in {', '.join(places)}" if places else ""


def plain_answer(answer: Answer) -> str:
    """Return an answer as text without any markup but "> " before each line of a quote."""
    quotes = answer.quotes if answer.answered else answer.closest
    blocks = [] if answer.answered else [NOT_IN_THE_SOURCES + (f" {CLOSEST}" if quotes else "")]
    for quote in quotes:
        lines = [f"> {line}" for line in quote.text.splitlines()] + [f"  -- {citation(quote)}"]
        if quote.also_in:
            lines.append(f"     {elsewhere(quote)}")
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, f"Confidence: {answer.confidence:.2f}"])


def plain_hits(result: SearchResult) -> str:
    """Return the passages of a search as text, best first."""
    blocks = [
        f"{rank}. {hit.passage.source}, paragraph {hit.passage.paragraph}, line {hit.passage.line} ({hit.score:.2f})\n"
        + "\n".join(f"   {line}" for line in hit.passage.text.splitlines())
        for rank, hit in enumerate(result.hits, start=1)
    ]
    return "\n\n".join(blocks)


def terminal() -> Console:
    """Return a console on standard output; it honours NO_COLOR."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def harmless(text: str) -> str:
    """Replace control characters, which in a document could command the terminal that shows it or turn its lines round.

    Joiners and direction marks stay: scripts and emoji are written with them.
    """
    return "".join(
        character
        if character in "\n\t\u00ad\u200c\u200d\u200e\u200f" or unicodedata.category(character) not in {"Cc", "Cf"}
        else "\ufffd"
        for character in text.replace("\r\n", "\n")
    )


def show_text(text: str) -> None:
    """Write text out of documents: as it is through a pipe, made harmless on a terminal."""
    click.echo(harmless(text) if sys.stdout.isatty() else text)


def _show_on_terminal(answer: Answer) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = terminal()
    console.print()
    if not answer.answered:
        console.print(Text(NOT_IN_THE_SOURCES, style="bold"))
        if answer.closest:
            console.print(Text(CLOSEST, style="dim"))
        console.print()
    for rank, quote in enumerate(answer.quotes or answer.closest):
        body = _in_context(quote, emphasised=answer.answered) if rank == 0 else Text(harmless(quote.text))
        console.print(Padding(body, (0, 2)))
        console.print(Padding(Text(f"— {harmless(citation(quote))}", style="cyan"), (0, 4)))
        if quote.also_in:
            console.print(Padding(Text(harmless(elsewhere(quote)), style="dim"), (0, 6)))
        console.print()
        if rank == 0 and answer.answered and len(answer.quotes) > 1:
            console.print(Text("Other sources:", style="dim"))
    console.print(Text(f"confidence {answer.confidence:.2f}", style="dim"))


def _in_context(quote: Quote, *, emphasised: bool) -> Text:
    """The passage, with the answering sentences standing out from it."""
    from rich.text import Text

    begin, end = quote.start - quote.context_start, quote.end - quote.context_start
    text = Text(harmless(quote.context[:begin]), style="dim")
    text.append(harmless(quote.context[begin:end]), style="bold not dim" if emphasised else "not dim")
    text.append(harmless(quote.context[end:]), style="dim")
    return text
