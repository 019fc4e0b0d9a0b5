"""What several commands share: settings, an open answerer, JSON on standard output, completion of sources."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from qa_bot.errors import IndexMissingError, QaBotError
from qa_bot.pipeline import Answerer, Progress, build_index, indexed_sources, open_answerer
from qa_bot.settings import Settings, load_settings


def settings_of_this_run() -> Settings:
    """Read the settings and let the log speak at the level that they ask for."""
    settings = load_settings()
    logging.getLogger().setLevel(settings.log_level)
    return settings


@contextmanager
def answerer_for(settings: Settings) -> Iterator[Answerer]:
    """Open the index, building it first where there is none."""
    try:
        answerer = open_answerer(settings)
    except IndexMissingError:
        from qa_bot.cli.progress import shown_progress

        with shown_progress() as progress:
            build_index(settings, progress=_announced(settings, progress))
        answerer = open_answerer(settings)
    try:
        yield answerer
    finally:
        answerer.close()


def _announced(settings: Settings, progress: Progress) -> Progress:
    """Say that an index is being built: in the bar, or, where none is drawn, once it is clear that it can be.

    An error shall be one line, not the second.
    """
    drawn = sys.stderr.isatty()

    def tell(stage: str, done: int, total: int) -> None:
        if not drawn and (stage, done) == ("splitting", 0):
            click.echo(f"There is no index yet: building it from {settings.corpus_dir}.", err=True)
        progress(f"first index of {settings.corpus_dir}: {stage}", done, total)

    return tell


def echo_json(record: dict[str, Any]) -> None:
    """Write a JSON object as one line, flushed."""
    sys.stdout.write(json.dumps(record, ensure_ascii=_is_not_utf8()) + "\n")
    sys.stdout.flush()


def _is_not_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"


def complete_source(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a source in the shell; silently nothing where there is no index."""
    try:
        names = [summary.source for summary in indexed_sources(load_settings())]
    except QaBotError:
        return []
    return [name for name in names if name.startswith(incomplete)]
