"""``qa-bot discord``."""

from __future__ import annotations

import sys

import click

from qa_bot.errors import SettingsError
from qa_bot.settings import load_settings


@click.command()
@click.option("--invite", is_flag=True, help="Print the link that adds the bot to a server, and leave.")
def discord(invite: bool) -> int:
    """Run the Discord bot until it is told to stop (SIGTERM, Ctrl-C).

    Leaves with 0 when told to stop, 78 where a setting, the token or an intent must be mended (a supervisor should not
    restart it then), and 2 for what may pass.

    \b
    qa-bot discord
    qa-bot discord --invite
    """
    from qa_bot.discord_bot import lifecycle
    from qa_bot.discord_bot.invite import application_of, check_token, invite_url

    try:
        settings = load_settings()
        if invite:
            token = settings.discord_token.get_secret_value() if settings.discord_token else None
            application = application_of(check_token(token))
            click.echo(invite_url(application, threads=settings.discord_mention_opens_thread))
            return lifecycle.OK
    except SettingsError as error:
        sys.stderr.write(f"qa-bot: {error}\n")
        return lifecycle.CONFIGURATION
    return lifecycle.run(settings)
