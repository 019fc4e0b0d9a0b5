"""``qa-bot``: the group of commands, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Any

import click

import qa_bot
from qa_bot.errors import QaBotError

ERROR = 2
INTERRUPTED = 130
"""As a shell reports a program that was stopped by Ctrl-C."""

COMMANDS = {
    "ask": "qa_bot.cli.ask_command:ask",
    "build": "qa_bot.cli.build_command:build",
    "chat": "qa_bot.cli.chat_command:chat",
    "completion": "qa_bot.cli.completion_command:completion",
    "discord": "qa_bot.cli.discord_command:discord",
    "doctor": "qa_bot.cli.doctor_command:doctor",
    "feedback": "qa_bot.cli.feedback_command:feedback",
    "eval": "qa_bot.cli.eval_command:eval_command",
    "search": "qa_bot.cli.search_command:search",
    "show": "qa_bot.cli.source_commands:show",
    "sources": "qa_bot.cli.source_commands:sources",
    "status": "qa_bot.cli.index_commands:status",
    "verify": "qa_bot.cli.index_commands:verify",
}


class _ReaderLeftError(Exception):
    """Whoever read standard output (head, less) has what it wanted."""


class _Commands(click.Group):
    """Imports a command's module only when that command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # click would leave with 1, which here says "not in the sources".
            raise _ReaderLeftError from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(qa_bot.__version__, prog_name="qa-bot")
def cli() -> None:
    """Answer questions from a folder of documents by quoting them, word for word.

    \b
    qa-bot ask "How many detainers did ICE issue on Sunday?"
    qa-bot chat
    qa-bot build

    Settings are QA_BOT_* environment variables or lines in .env; .env.example describes each.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code; whatever goes wrong is one line on standard error, and 2."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a letter gets its escape, not a crash. Python gives no stream for a closed one.
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(args=arguments, prog_name="qa-bot", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        return _misused(error)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (_ReaderLeftError, BrokenPipeError):
        # Nothing more can be written, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except QaBotError as error:
        return fail(str(error))
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        what = " ".join(f"{type(error).__name__}: {error}".split())
        return fail(f"something went wrong that should not ({what}); QA_BOT_LOG_LEVEL=DEBUG shows where")
    return result if isinstance(result, int) else 0


def _misused(error: click.ClickException) -> int:
    """Say in one line what is wrong with the arguments; without any, show the help instead."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return ERROR
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "qa-bot"
    return fail(f"{error.format_message()} (`{command} --help` shows how)")


def fail(message: str) -> int:
    """Print one line on standard error and return the exit code for an error."""
    click.echo(f"qa-bot: {' '.join(message.split())}", err=True)
    return ERROR
