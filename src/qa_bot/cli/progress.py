"""Progress on standard error, for builds that take longer than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from qa_bot.pipeline import Progress

PATIENCE = 1.0
"""Seconds; a shorter build shows nothing."""


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give a callback that draws a bar on a terminal; elsewhere it says nothing."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bars = Bars(*columns, console=Console(stderr=True), transient=True)
    task = bars.add_task("starting", total=None)
    # The timer starts the display, which then moves by itself also while a stage reports nothing.
    timer = threading.Timer(PATIENCE, bars.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda stage, done, total: bars.update(task, description=stage, completed=done, total=total or None)
    finally:
        timer.cancel()
        bars.stop()
