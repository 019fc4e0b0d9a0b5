"""Payloads as Discord makes them, and ids in real time."""

from __future__ import annotations

import base64
import itertools
import os
import time
from typing import Any

Json = dict[str, Any]

APPLICATION = 1_100_000_000_000_000_001
BOT = APPLICATION
OWNER = 1_100_000_000_000_000_002
ALICE = 1_100_000_000_000_000_003
BOB = 1_100_000_000_000_000_004
GUILD = 1_100_000_000_000_000_010
GENERAL = 1_100_000_000_000_000_020
OTHER = 1_100_000_000_000_000_021
DIRECT = 1_100_000_000_000_000_030

TOKEN = (
    base64.urlsafe_b64encode(str(APPLICATION).encode()).decode().rstrip("=")
    + f".GloOpB.a1B2c3D4e5F6g7H8i9J0k{os.getpid():010}"
)
"""Of a bot token's form; it opens nothing. Another in each run, for a host serves a token once."""

MENTIONS_CONTENT_INTENT = 1 << 15
PRIVILEGED = (1 << 1) | (1 << 8) | MENTIONS_CONTENT_INTENT

_EPOCH = 1_420_070_400_000
_counter = itertools.count()


def snowflake() -> str:
    return str((int(time.time() * 1000) - _EPOCH) << 22 | (next(_counter) & 0x3FFFFF))


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime())


def user(number: int, *, bot: bool = False) -> Json:
    names = {BOT: "quoter", OWNER: "owner", ALICE: "alice", BOB: "bob"}
    name = names.get(number, f"user{number % 100_000}")
    return {
        "id": str(number),
        "username": name,
        "global_name": name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "flags": 0,
        "public_flags": 0,
    }


def member(number: int, permissions: int = 0) -> Json:
    return {
        "user": user(number, bot=number == BOT),
        "nick": None,
        "avatar": None,
        "roles": [],
        "joined_at": "2024-01-01T00:00:00.000000+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "permissions": str(permissions),
    }


def text_channel(number: int, name: str) -> Json:
    return {
        "id": str(number),
        "type": 0,
        "guild_id": str(GUILD),
        "name": name,
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
    }


def direct_channel(number: int, person: int) -> Json:
    return {"id": str(number), "type": 1, "last_message_id": None, "recipients": [user(person)]}


def guild(everyone_permissions: int) -> Json:
    return {
        "id": str(GUILD),
        "name": "Newsroom",
        "icon": None,
        "owner_id": str(OWNER),
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [
            {
                "id": str(GUILD),
                "name": "@everyone",
                "color": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
                "hoist": False,
                "position": 0,
                "permissions": str(everyone_permissions),
                "managed": False,
                "mentionable": False,
                "flags": 0,
            }
        ],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "member_count": 3,
        "large": False,
        "unavailable": False,
        "members": [member(BOT), member(OWNER)],
        "channels": [text_channel(GENERAL, "general"), text_channel(OTHER, "other")],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "joined_at": "2024-01-01T00:00:00.000000+00:00",
    }


def message(channel: Json, author: int, content: str, **more: Any) -> Json:
    return {
        "id": snowflake(),
        "type": 0,
        "channel_id": channel["id"],
        **({"guild_id": str(GUILD)} if channel["type"] != 1 else {}),
        "author": user(author, bot=author == BOT),
        "content": content,
        "timestamp": now(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "flags": 0,
        **more,
    }


def application() -> Json:
    return {
        "id": str(APPLICATION),
        "name": "quoter",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user(OWNER),
        "team": None,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "tags": [],
        "redirect_uris": [],
        "approximate_guild_count": 1,
        "integration_types_config": {},
    }
