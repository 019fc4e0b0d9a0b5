"""``qa-bot search``: the nearest passages, without quoting and without refusal."""

from __future__ import annotations

from typing import Any

import click

from qa_bot.cli.ask_command import NOT_ANSWERED, each_line
from qa_bot.cli.common import answerer_for, complete_source, echo_json, settings_of_this_run
from qa_bot.cli.records import search_record
from qa_bot.errors import QuestionError


@click.command()
@click.argument("query", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write the hits as one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read a JSON object a line (query, id), write the hits a line.")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many passages.")
@click.option("--source", metavar="GLOB", shell_complete=complete_source, help="Only from sources that match.")
def search(query: tuple[str, ...], as_json: bool, jsonl: bool, k: int, source: str | None) -> int:
    """Find the passages nearest to a QUERY, best first.

    \b
    qa-bot search sanctuary city
    qa-bot search -k 3 --json detainers | jq -r '.hits[].source'
    """
    if jsonl and query:
        raise click.UsageError("--jsonl reads the queries from standard input; leave out QUERY")
    if not jsonl and not query:
        raise click.UsageError("what is the query? e.g. qa-bot search sanctuary city")
    text = " ".join(query)
    if not jsonl and not text.strip():
        raise QuestionError("the query is empty; search for something, e.g. qa-bot search sanctuary city")
    with answerer_for(settings_of_this_run()) as answerer:
        if jsonl:

            def hits_for(record: dict[str, Any]) -> dict[str, Any]:
                if not isinstance(record.get("query"), str):
                    raise QuestionError('"query" must be a string')
                return search_record(answerer.search(record["query"], k=k, source=source))

            each_line(hits_for)
            return 0
        result = answerer.search(text, k=k, source=source)
    if as_json:
        echo_json(search_record(result))
    else:
        from qa_bot.cli.rendering import plain_hits, show_text

        show_text(plain_hits(result))
    return 0 if result.hits else NOT_ANSWERED
