"""``qa-bot feedback``: what people thought of the bot's answers."""

from __future__ import annotations

import click

from qa_bot.cli.common import echo_json, settings_of_this_run


@click.group()
def feedback() -> None:
    """Read the votes and questions that the Discord bot kept.

    \b
    qa-bot feedback export > kept.jsonl
    qa-bot eval kept.jsonl
    """


@feedback.command()
@click.option("--to-label", is_flag=True, help="Only the questions whose votes don't say what would have been right.")
def export(to_label: bool) -> None:
    """Write questions as JSON lines that `qa-bot eval` reads.

    A quote that was found helpful is the gold; a question that got no answer counts as unanswerable. Only questions
    that were kept can be written (QA_BOT_DISCORD_KEEP_QUESTIONS).
    """
    from qa_bot.discord_bot.feedback import FeedbackStore

    settings = settings_of_this_run()
    store = FeedbackStore(settings.index_dir, keep_questions=settings.discord_keep_questions)
    written = left_out = 0
    for record in store.export():
        if bool(record.get("to_label")) == to_label:
            echo_json(record)
            written += 1
        else:
            left_out += 1
    votes, questions = store.counts()
    click.echo(
        f"{written} of {questions} kept questions written; {left_out} are"
        f" {'labelled' if to_label else 'still to be labelled (--to-label)'}; {votes} votes in all.",
        err=True,
    )
