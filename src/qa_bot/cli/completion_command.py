"""``qa-bot completion``: completion of commands, options and sources in the shell."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from qa_bot.errors import SettingsError

_PLACES = {
    "bash": ("XDG_DATA_HOME", ".local/share", "bash-completion/completions/qa-bot"),
    "zsh": ("XDG_DATA_HOME", ".local/share", "zsh/site-functions/_qa-bot"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/qa-bot.fish"),
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_PLACES)))
@click.option("--install", is_flag=True, help="Write it where the shell looks for it.")
def completion(shell: str, install: bool) -> int:
    """Print the completion script for a SHELL, or install it for this user.

    \b
    qa-bot completion bash --install
    qa-bot completion zsh > ~/.zfunc/_qa-bot
    """
    from qa_bot.cli.main import cli

    complete = get_completion_class(shell)
    assert complete is not None  # noqa: S101 - the choices are click's own
    script = complete(cli, {}, "qa-bot", "_QA_BOT_COMPLETE").source()
    if not install:
        click.echo(script)
        return 0
    variable, fallback, name = _PLACES[shell]
    path = Path(os.environ.get(variable) or Path.home() / fallback) / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{path} can't be written ({error.strerror}); print the script and place it yourself"
        ) from None
    click.echo(f"Installed {path}; open a new shell.")
    if shell == "zsh":
        click.echo(f"If it is not found, put this into ~/.zshrc before compinit: fpath+=({path.parent})")
    return 0
