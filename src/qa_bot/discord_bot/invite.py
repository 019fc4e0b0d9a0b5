"""Exactly the permissions that the bot needs, and the link that asks for them."""

from __future__ import annotations

import base64
import binascii
import re

import discord

from qa_bot.errors import SettingsError


def needed_permissions(*, threads: bool) -> discord.Permissions:
    """See a channel, write in it and in its threads, reply; open threads where the settings want that."""
    return discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        read_message_history=True,
        create_public_threads=threads,
    )


def invite_url(application: int, *, threads: bool) -> str:
    """The page on which an administrator adds the bot to a server."""
    return discord.utils.oauth_url(
        application, permissions=needed_permissions(threads=threads), scopes=("bot", "applications.commands")
    )


def application_of(token: str) -> int:
    """The application's id, which is the first part of a bot token. Raises ``SettingsError`` for another form."""
    check_token(token)
    first = token.split(".", maxsplit=1)[0]
    try:
        return int(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError):
        raise SettingsError(_MEND.format(fault="is not a bot token")) from None


_MEND = (
    "QA_BOT_DISCORD_TOKEN {fault}; copy it from https://discord.com/developers/applications, your application, Bot,"
    " Reset Token"
)


def check_token(token: str | None) -> str:
    """The token without blanks around it. Raises ``SettingsError`` where it is missing or has not a token's form."""
    if token is None or not token.strip():
        raise SettingsError(_MEND.format(fault="is not set"))
    token = token.strip()
    if token.lower().startswith("bot "):
        raise SettingsError(_MEND.format(fault="must stand there without the word Bot"))
    if not token.isascii() or not token.isprintable() or re.search(r"\s", token):
        raise SettingsError(_MEND.format(fault="holds characters that no token has"))
    return token
