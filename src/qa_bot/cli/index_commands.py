"""``qa-bot status`` and ``qa-bot verify``: what the index is, and whether it is whole."""

from __future__ import annotations

import click

from qa_bot.cli.common import echo_json, settings_of_this_run
from qa_bot.cli.main import ERROR
from qa_bot.cli.records import status_record, verify_record
from qa_bot.pipeline import index_status, verify_index
from qa_bot.types import IndexStatus


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write it as one JSON object.")
def status(as_json: bool) -> int:
    """Show the index: generation, model, counts, age, and how the documents have changed since.

    \b
    qa-bot status
    qa-bot status --json | jq .up_to_date
    """
    state = index_status(settings_of_this_run())
    if as_json:
        echo_json(status_record(state))
    else:
        click.echo(_described(state))
    return 0


def _described(state: IndexStatus) -> str:
    lines = [
        f"generation  {state.index.generation}",
        f"model       {state.index.model} ({state.dimension} dimensions)",
        f"documents   {state.documents}",
        f"passages    {state.passages} ({state.sentences} sentences)",
        f"size        {state.bytes / 1024:,.0f} KiB",
        f"built       {state.created} ({_age(state.age_seconds)} ago)",
    ]
    lines += [f"skipped     {entry.source}: {entry.reason}" for entry in state.skipped]
    if not state.drift:
        lines.append("drift       none: the index fits the documents")
    for change in ("added", "changed", "removed"):
        lines += [f"{change:<11} {source}" for source in getattr(state.drift, change)]
    if state.drift:
        lines.append("Run `qa-bot build` to bring the index up to date.")
    return "\n".join(lines)


def _age(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} seconds"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write what was found as one JSON object.")
def verify(as_json: bool) -> int:
    """Check the index on disk, every byte, and every passage against its source text.

    Exit code 0: whole; 2: damaged, with what is wrong.

    \b
    qa-bot verify
    """
    report = verify_index(settings_of_this_run())
    if as_json:
        echo_json(verify_record(report))
    elif not report.problems:
        click.echo(f"Whole: {report.files} files, {report.passages} passages ({report.index.generation}).")
    for problem in report.problems:
        click.echo(f"qa-bot: {problem}", err=True)
    return ERROR if report.problems else 0
