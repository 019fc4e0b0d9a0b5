"""What ``qa-bot doctor`` asks Discord: login, servers, permissions in channels, commands. It only reads, over REST."""

from __future__ import annotations

from typing import Literal

import aiohttp
import discord

from qa_bot.discord_bot.client import QaBot
from qa_bot.discord_bot.endpoints import use_server
from qa_bot.discord_bot.invite import check_token, invite_url, needed_permissions
from qa_bot.errors import SettingsError
from qa_bot.settings import Settings

State = Literal["good", "note", "bad"]
Finding = tuple[State, str, str]

_NEW_TOKEN = "copy a new token from https://discord.com/developers/applications (Bot, Reset Token)"  # noqa: S105
MOST_GUILDS = 20


class _Examiner(QaBot):
    """The bot with its commands, but without a life of its own."""

    async def setup_hook(self) -> None:
        return


async def examine(settings: Settings) -> list[Finding]:
    """Findings as (state, text, mend); none is raised."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else None
    try:
        token = check_token(token)
        await use_server(settings.discord_api_base, settings.discord_gateway, token)
    except SettingsError as error:
        return [("bad", str(error), "")]
    except discord.LoginFailure:
        return [("bad", "Discord does not accept the token (401)", _NEW_TOKEN)]
    async with _Examiner(settings) as bot:
        try:
            await bot.login(token)
            return await _findings(bot)
        except discord.LoginFailure:
            return [("bad", "Discord does not accept the token (401)", _NEW_TOKEN)]
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            return [("bad", f"Discord can't be reached ({type(error).__name__})", "check the network, then try again")]


async def _findings(bot: _Examiner) -> list[Finding]:
    threads = bot.settings.discord_mention_opens_thread
    application = bot.application_id or 0
    link = invite_url(application, threads=threads)
    found: list[Finding] = [("good", f"logged in as {bot.user} (application {application})", "")]
    information = bot.application
    if information is not None and information.interactions_endpoint_url:
        mend = "clear Interactions Endpoint URL in the developer portal (General Information)"
        found.append(("bad", "interactions are sent to a web address, not to this bot", mend))
    found.append(("good", "no privileged intent is needed", ""))
    found += await _commands(bot)
    guilds = [guild async for guild in bot.fetch_guilds(limit=MOST_GUILDS)]
    if not guilds:
        found.append(("note", "the bot is in no server yet", f"open {link}"))
    for guild in guilds:
        found += await _guild(bot, guild.id, needed_permissions(threads=threads), link)
    return found


async def _commands(bot: _Examiner) -> list[Finding]:
    wanted = {command.name for command in bot.tree.get_commands()}
    there = {command.name for command in await bot.tree.fetch_commands()}
    if wanted - there:
        missing = ", ".join(sorted(wanted - there))
        mend = (
            f"remove discord-commands.json from {bot.settings.index_dir} and start `qa-bot discord`, which syncs them"
        )
        return [("note", f"commands that Discord does not know yet: {missing}", mend)]
    return [("good", f"{len(wanted)} commands are synced", "")]


async def _guild(bot: _Examiner, number: int, needed: discord.Permissions, link: str) -> list[Finding]:
    """The channels of a server in which the bot may answer by its settings, but not by its permissions."""
    guild = await bot.fetch_guild(number)
    member = await guild.fetch_member(bot.own_id)
    channels = [channel for channel in await guild.fetch_channels() if isinstance(channel, discord.TextChannel)]
    found: list[Finding] = []
    for channel in channels:
        granted = channel.permissions_for(member)
        lacking = ", ".join(name for name, wanted in needed if wanted and not getattr(granted, name))
        if lacking and bot.may_answer_in(channel):
            # Without a list of channels the bot is meant to answer only where it is let in.
            state: State = "bad" if bot.settings.discord_channels else "note"
            mend = f"grant its role these in the channel's settings, or open {link}"
            found.append((state, f"{guild.name}, #{channel.name}: the bot lacks {lacking}", mend))
    if not found:
        found.append(("good", f"{guild.name}: permissions are in order in {len(channels)} text channels", ""))
    return found
