"""``qa-bot ask``: one question, or one a line."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from qa_bot.cli.common import answerer_for, complete_source, echo_json, settings_of_this_run
from qa_bot.errors import QaBotError, QuestionError
from qa_bot.pipeline import Answerer

NOT_ANSWERED = 1


@click.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write the answer as one JSON object.")
@click.option(
    "--jsonl", is_flag=True, help="Read a JSON object a line (question, history, id), write an answer a line."
)
@click.option("--source", metavar="GLOB", shell_complete=complete_source, help="Only from sources that match.")
def ask(question: tuple[str, ...], as_json: bool, jsonl: bool, source: str | None) -> int:
    """Answer a QUESTION by quoting the documents.

    Exit code 0: answered; 1: not in the sources; 2: an error. The index is built first where there is none.

    \b
    qa-bot ask How many detainers did ICE issue on Sunday?
    qa-bot ask --source 'guides/*' "Who may post links?"
    qa-bot ask --json "When was the law signed?" | jq -r '.quotes[0].text'
    echo '{"id": 1, "question": "And on Monday?", "history": ["How many arrests on Sunday?"]}' | qa-bot ask --jsonl
    """
    if jsonl and question:
        raise click.UsageError("--jsonl reads the questions from standard input; leave out QUESTION")
    if not jsonl and not question:
        raise click.UsageError('what is the question? e.g. qa-bot ask "Who is the mayor?"')
    settings = settings_of_this_run()
    if jsonl:
        with answerer_for(settings) as answerer:
            each_line(lambda record: _answer_line(answerer, record, source))
        return 0
    text = " ".join(question)
    if not text.strip():
        raise QuestionError('the question is empty; ask something, e.g. qa-bot ask "Who is the mayor?"')
    with answerer_for(settings) as answerer:
        answer = answerer.answer(text, source=source)
    if as_json:
        from qa_bot.cli.records import answer_record

        echo_json(answer_record(answer))
    else:
        from qa_bot.cli.rendering import show_answer

        show_answer(answer)
    return 0 if answer.answered else NOT_ANSWERED


def _answer_line(answerer: Answerer, record: dict[str, Any], source: str | None) -> dict[str, Any]:
    from qa_bot.cli.records import answer_record

    question, history = record.get("question"), record.get("history") or []
    if not isinstance(question, str):
        raise QuestionError('"question" must be a string')
    if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
        raise QuestionError('"history" must be a list of strings')
    return answer_record(answerer.answer(question, history=history, source=source))


def each_line(handle: Any) -> None:
    """Call ``handle`` with each JSON object on standard input and write what it returns, in order, flushed.

    A line that can't be handled gets ``{"error": ...}`` in its place; an ``id`` is echoed.
    """
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        identity: dict[str, Any] = {}
        try:
            record = json.loads(line, parse_constant=_no_json)
            if not isinstance(record, dict):
                raise QuestionError("each line must be a JSON object")
            identity = {"id": record["id"]} if "id" in record else {}
            result = handle(record)
        except QaBotError as error:
            result = {"error": str(error)}
        except (ValueError, RecursionError) as error:
            result = {"error": f"not a JSON object: {error}"}
        echo_json({**identity, **result})


def _no_json(constant: str) -> Any:
    """Refuse what Python reads and writes, but no JSON has: ``NaN``, ``Infinity``, ``-Infinity``."""
    raise ValueError(f"{constant} is no JSON value")
