"""``qa-bot sources`` and ``qa-bot show``: what is indexed, and the text that offsets count in."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from qa_bot.cli.common import complete_source, echo_json, settings_of_this_run
from qa_bot.cli.rendering import harmless, show_text
from qa_bot.pipeline import indexed_sources, source_text
from qa_bot.types import SourceSummary

AROUND = 400
"""Code points that ``--around`` prints on either side, up to the next line end."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write them as one JSON object.")
def sources(as_json: bool) -> int:
    """List the indexed documents.

    \b
    qa-bot sources
    qa-bot sources --json | jq -r '.sources[].source'
    """
    summaries = indexed_sources(settings_of_this_run())
    if as_json:
        echo_json({"sources": [asdict(summary) for summary in summaries]})
    else:
        show_text(source_list(summaries))
    return 0


def source_list(summaries: tuple[SourceSummary, ...]) -> str:
    """Return a line for each document: its source, its passages, its title."""
    width = max((len(summary.source) for summary in summaries), default=0)
    return "\n".join(f"{s.source:<{width}}  {s.passages:>5} passages  {s.title}" for s in summaries)


@click.command()
@click.argument("source", shell_complete=complete_source)
@click.option("--around", type=click.IntRange(min=0), metavar="START", help="Only the lines around this offset.")
def show(source: str, around: int | None) -> int:
    """Print the text of a SOURCE, verbatim: the text that the offsets of quotes count in.

    \b
    qa-bot show 000_d1cbebca1ca9454b.txt
    qa-bot show 000_d1cbebca1ca9454b.txt --around 2070
    """
    text = source_text(settings_of_this_run(), source)
    if around is not None:
        if around >= len(text):
            raise click.BadParameter(f"{source} has {len(text)} code points", param_hint="--around")
        text = part_around(text, around)
    if sys.stdout.isatty():
        text = harmless(text)
    # Written as bytes: the line ends of the file stay what they are.
    sys.stdout.flush()
    left = memoryview(text.encode())
    while left:
        # Unbuffered (PYTHONUNBUFFERED), a stream may take a part and say so.
        left = left[sys.stdout.buffer.write(left) :]
    sys.stdout.buffer.flush()
    return 0


def part_around(text: str, start: int) -> str:
    """Return whole lines around an offset, some ``AROUND`` code points on either side."""
    begin = text.rfind("\n", 0, max(0, start - AROUND)) + 1
    end = text.find("\n", min(len(text), start + AROUND))
    return text[begin : end + 1 if end >= 0 else len(text)]
