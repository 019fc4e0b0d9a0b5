"""``qa-bot eval``: the figures of a file of questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_bot.cli.common import answerer_for, echo_json, settings_of_this_run
from qa_bot.cli.progress import shown_progress
from qa_bot.settings import Settings

if TYPE_CHECKING:
    from qa_bot.evaluation.outcomes import Evaluation


@click.command("eval")
@click.argument("questions", metavar="QUESTIONS.jsonl", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON; keep it for --compare.")
@click.option("--compare", metavar="OTHER.json", type=click.Path(path_type=Path), help="Show what an earlier run had.")
@click.option("--charts", metavar="DIR", type=click.Path(path_type=Path), help="Draw two charts as PNG into DIR.")
@click.option("--misses", metavar="N", type=click.IntRange(min=0), default=5, show_default=True, help="List the worst.")
@click.option("--calibrate", is_flag=True, help="Fit the threshold to these questions, and keep it beside the index.")
def eval_command(
    *, questions: Path, as_json: bool, compare: Path | None, charts: Path | None, misses: int, calibrate: bool
) -> None:
    """Ask every question of a file, and tell how good the answers are.

    \b
    qa-bot eval questions.jsonl
    qa-bot eval questions.jsonl --json > before.json
    qa-bot eval questions.jsonl --compare before.json
    """
    from qa_bot.evaluation import figures, report
    from qa_bot.evaluation.charts import draw
    from qa_bot.evaluation.extras import require

    require("ir_measures", *(["matplotlib"] if charts else []))
    settings = settings_of_this_run()
    earlier = report.read_run(compare) if compare else None
    evaluation = _ask(settings, questions)
    difference = figures.compare(evaluation.outcomes, earlier) if earlier is not None else None
    drawn = draw(evaluation.outcomes, charts) if charts else ()
    if as_json:
        echo_json(report.to_json(evaluation, difference))
    else:
        click.echo(report.to_text(evaluation, difference, misses=misses))
    for path in drawn:
        click.echo(f"drawn: {path}", err=True)
    if calibrate:
        _calibrate(settings, evaluation)


def _ask(settings: Settings, questions: Path) -> Evaluation:
    from qa_bot.evaluation.outcomes import Evaluation
    from qa_bot.evaluation.questions import read_questions
    from qa_bot.evaluation.running import ask_all

    with answerer_for(settings) as answerer, shown_progress() as progress:
        outcomes = ask_all(answerer, read_questions(questions, answerer.text), progress=progress)
        return Evaluation(questions.name, answerer.identity, outcomes)


def _calibrate(settings: Settings, evaluation: Evaluation) -> None:
    from qa_bot.evaluation.calibration import describe, fit_threshold, write_calibration

    threshold = fit_threshold(evaluation.outcomes)
    path = write_calibration(settings.index_dir, evaluation, threshold, settings.ranker)
    click.echo(describe(threshold), err=True)
    click.echo(f"kept: {path}", err=True)
