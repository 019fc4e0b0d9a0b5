"""``qa-bot chat``: a conversation in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_bot.cli.common import answerer_for, settings_of_this_run
from qa_bot.cli.rendering import harmless, show_answer
from qa_bot.cli.source_commands import source_list
from qa_bot.errors import QaBotError
from qa_bot.pipeline import Answerer

if TYPE_CHECKING:
    from prompt_toolkit.history import History

HELP = """\
Ask a question; a follow-up ("And on Monday?") uses what was asked before.
/sources        list the documents
/show SOURCE    print a document
/new            forget what was asked before
/help           this text
/quit           leave (so does Ctrl-D; Ctrl-C drops the line)"""
COMMANDS = ("/sources", "/show", "/new", "/help", "/quit")


@click.command()
def chat() -> int:
    """Talk to the documents; follow-up questions use what was asked before.

    \b
    qa-bot chat
    """
    settings = settings_of_this_run()
    with answerer_for(settings) as answerer:
        interactive = sys.stdin.isatty()
        # What is no UTF-8 is asked with question marks in its place.
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        if interactive:
            click.echo(f"{len(answerer.sources())} documents. Ask, or type /help.")
        _converse(answerer, _typed_lines(answerer) if interactive else (line.rstrip("\n") for line in sys.stdin))
    return 0


def _converse(answerer: Answerer, lines: Iterator[str]) -> None:
    history: list[str] = []
    for typed in lines:
        line = typed.strip()
        if not line:
            continue
        try:
            if line.startswith("/"):
                command, _, argument = line.partition(" ")
                if command in {"/quit", "/exit"}:
                    return
                if command == "/new":
                    history.clear()
                click.echo(_command(answerer, command, argument.strip()))
            else:
                show_answer(answerer.answer(line, history=history))
                history.append(line)
        except QaBotError as error:
            click.echo(f"qa-bot: {error}", err=True)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)


def _command(answerer: Answerer, command: str, argument: str) -> str:
    commands: dict[str, Callable[[], str]] = {
        "/sources": lambda: source_list(answerer.sources()),
        "/show": lambda: harmless(answerer.text(argument)) if argument else "Which one? /show SOURCE",
        "/new": lambda: "Forgotten. A new conversation.",
        "/help": lambda: HELP,
    }
    return commands.get(command, lambda: f"There is no {command}. Type /help.")()


def _typed_lines(answerer: Answerer) -> Iterator[str]:
    """Yield what is typed, with editing, history and completion of commands and sources."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import NestedCompleter

    names = {summary.source: None for summary in answerer.sources()}
    completer = NestedCompleter.from_nested_dict(
        {command: names if command == "/show" else None for command in COMMANDS}
    )
    session: PromptSession[str] = PromptSession(
        history=_history(), completer=completer, complete_while_typing=False, auto_suggest=AutoSuggestFromHistory()
    )
    while True:
        try:
            yield session.prompt("? ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _history() -> History:
    """The questions of earlier chats, in a file that only this user reads; in memory where none can be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "qa-bot" / "chat_history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
