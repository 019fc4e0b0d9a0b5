"""Where Discord is: its own servers, or another that speaks the same protocol.

discord.py never asks a server for its gateway, so both addresses are set: the gateway is fetched from the server where
only its REST base is known.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import aiohttp
import discord
import yarl
from discord.errors import LoginFailure
from discord.gateway import DiscordWebSocket
from discord.http import Route

from qa_bot.errors import SettingsError

_SCHEMES = {"http": "http", "https": "http", "ws": "ws", "wss": "ws"}


def check_address(name: str, address: str, kind: str) -> str:
    """``address``, a REST base without a slash at its end. ``kind`` is "http" or "ws".

    Raises ``SettingsError`` for what is no address, for another scheme, and for plain text to anywhere but a loopback
    address.
    """
    address = address.strip()
    secure = "https" if kind == "http" else "wss"
    scheme, host = _scheme_and_host(address)
    if _SCHEMES.get(scheme) != kind or not host:
        raise SettingsError(f"{name} must be an address of the form {secure}://host")
    if scheme in {"http", "ws"} and not _is_loopback(host):
        raise SettingsError(f"{name} would send the bot's token in plain text; use {secure}:// or a loopback address")
    return address.rstrip("/") if kind == "http" else address


def _scheme_and_host(address: str) -> tuple[str, str]:
    """Return both, empty where there is none, or where no connection could be tried."""
    if any(map(str.isspace, address)):
        return "", ""
    try:
        url = yarl.URL(address)
        host = url.host or ""  # read here: the name is decoded only now
    except ValueError:  # an open bracket, a port that is none, a name that is no encoding of one
        return "", ""
    return url.scheme, host


class PatientWebSocket(DiscordWebSocket):
    """Lets the event loop breathe between two events: a burst of them would otherwise be read in one go."""

    async def received_message(self, msg: Any, /) -> None:
        """Handle one frame, then give way."""
        await super().received_message(msg)
        await asyncio.sleep(0)


async def use_server(api_base: str | None, gateway: str | None, token: str) -> None:
    """Point discord.py at the server of these settings; Discord's own where both are None. Raises ``SettingsError``."""
    if gateway is not None:
        gateway = check_address("QA_BOT_DISCORD_GATEWAY", gateway, "ws")
    if api_base is not None:
        api_base = check_address("QA_BOT_DISCORD_API_BASE", api_base, "http")
        gateway = gateway or await _ask_gateway(api_base, token)
        Route.BASE = api_base
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    # The client offers no other way to choose its websocket's class.
    discord.client.DiscordWebSocket = PatientWebSocket  # type: ignore[misc]


async def _ask_gateway(api_base: str, token: str) -> str:
    agent = f"DiscordBot (https://github.com/Rapptz/discord.py {discord.__version__})"
    async with aiohttp.ClientSession(headers={"User-Agent": agent}) as session:
        for path, headers in (("/gateway/bot", {"Authorization": f"Bot {token}"}), ("/gateway", {})):
            try:
                async with session.get(api_base + path, headers=headers) as response:
                    if response.status == 401:
                        raise LoginFailure("Improper token has been passed.")
                    response.raise_for_status()
                    address = (await response.json())["url"]
            except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError):
                continue
            return check_address("the gateway that the server names", address, "ws")
    raise SettingsError("the server at QA_BOT_DISCORD_API_BASE didn't name its gateway; set QA_BOT_DISCORD_GATEWAY")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
