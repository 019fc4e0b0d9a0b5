"""``qa-bot build``: bring the index up to date with the corpus."""

from __future__ import annotations

import click

from qa_bot.cli.common import echo_json, settings_of_this_run
from qa_bot.cli.progress import shown_progress
from qa_bot.cli.records import build_record
from qa_bot.pipeline import build_index
from qa_bot.types import BuildReport


@click.command()
@click.option("--full", is_flag=True, help="Embed everything anew, not only what changed.")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as one JSON object.")
def build(full: bool, as_json: bool) -> int:
    """Bring the index up to date with the documents.

    Only passages whose text is new are embedded. The old index answers until the new one is whole.

    \b
    qa-bot build
    qa-bot build --full
    QA_BOT_CORPUS_DIR=~/handbook qa-bot build
    """
    settings = settings_of_this_run()
    with shown_progress() as progress:
        report = build_index(settings, full=full, progress=progress)
    if as_json:
        echo_json(build_record(report))
    else:
        _show(report)
    return 0


def _show(report: BuildReport) -> None:
    for skipped in report.skipped:
        click.echo(f"skipped {skipped.source}: {skipped.reason}", err=True)
    for note in report.notes:
        click.echo(note, err=True)
    what = f"{report.documents} documents, {report.passages} passages"
    if report.changed:
        click.echo(
            f"Built {report.index.generation}: {what}, {report.embedded} newly embedded, in {report.seconds:.1f} s."
        )
    else:
        click.echo(f"Up to date: {what} ({report.index.generation}).")
