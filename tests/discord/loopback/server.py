"""The server, and the people who write in it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.discord.loopback import checks, model, rest
from tests.discord.loopback.gateway import Gateway
from tests.discord.loopback.model import ALICE, BOT, DIRECT, GENERAL, GUILD, OTHER, Json

ALL_PERMISSIONS = 0x3FFFFFFFFFFFF
PATIENCE = 60.0
"""Seconds after which a test gives up on what it waits for; never slept through."""


@dataclass(slots=True)
class Fault:
    """What the next ``times`` requests that match get instead of an answer. Status 0 breaks the connection;
    ``after`` lets the request do its work first."""

    method: str
    path: str
    status: int
    body: Json | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: Any
    at: float
    status: int


class Interaction:
    """One interaction, and what the bot made of it."""

    def __init__(self, loopback: Loopback, payload: Json, channel: Json) -> None:
        self.loopback = loopback
        self.payload = payload
        self.channel = channel
        self.sent_at = time.monotonic()
        self.callback: Json | None = None
        self.acknowledged_after: float | None = None
        self.message: Json | None = None
        self.follow_ups: list[Json] = []
        self.filled = asyncio.Event()
        self.acknowledged = asyncio.Event()
        self.expired = False

    def answered(self, body: Json) -> None:
        self.callback = body
        self.acknowledged_after = time.monotonic() - self.sent_at
        data = body.get("data") or {}
        if body["type"] in {4, 5}:
            self.message = self.loopback.store(self.channel, BOT, {"content": "", **data}, None)
        elif body["type"] in {6, 7}:
            self.message = self.payload["message"]
            self.message.update(data)
        self.acknowledged.set()
        if body["type"] in {4, 7}:
            self.filled.set()

    @property
    def private(self) -> bool:
        return bool(((self.callback or {}).get("data") or {}).get("flags", 0) & 64)

    @property
    def choices(self) -> list[Json]:
        return list(((self.callback or {}).get("data") or {}).get("choices", []))

    async def reply(self) -> Json:
        """The message that the person sees in the end."""
        async with asyncio.timeout(PATIENCE):
            await self.filled.wait()
        if self.message is None:
            raise AssertionError("answered without a message")
        return self.message


class Loopback:
    """``async with Loopback() as discord``: one guild, two channels, a direct channel, and some people."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.faults: list[Fault] = []
        self.commands: list[Json] = []
        self.messages: dict[str, Json] = {}
        self.nonces: dict[tuple[str, str], Json] = {}
        self.interactions: dict[str, Interaction] = {}
        self.channels: dict[str, Json] = {
            str(GENERAL): model.text_channel(GENERAL, "general"),
            str(OTHER): model.text_channel(OTHER, "other"),
            str(DIRECT): model.direct_channel(DIRECT, ALICE),
        }
        self.latency = 0.0
        self.validate = True
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway-socket/", self._socket)
        app.router.add_route("*", "/api/v10/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.api_base = f"http://127.0.0.1:{port}/api/v10"
        self.gateway = Gateway(f"ws://127.0.0.1:{port}/gateway-socket/", self._changed)
        self.gateway.everyone_permissions = ALL_PERMISSIONS & ~(1 << 3)
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self.gateway.sessions:
            if session.socket is not None:
                await session.socket.close()
        await self._runner.cleanup()

    # what arrives

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        return await self.gateway.handle(request)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        text = await request.text()
        body = json.loads(text) if text else None
        if self.latency:
            await asyncio.sleep(self.latency)
        if request.headers.get("Authorization", f"Bot {model.TOKEN}") != f"Bot {model.TOKEN}":
            return self._log(request.method, path, body, _response(401, {"message": "401: Unauthorized", "code": 0}))
        fault = self._fault(request.method, path)
        if fault is None or fault.after:
            response = self._answer(request.method, path, dict(request.query) if request.method == "GET" else body)
        if fault is not None:
            if fault.status == 0:
                self._log(request.method, path, body, web.Response(status=499))
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            response = _response(fault.status, fault.body, fault.headers)
        return self._log(request.method, path, body, response)

    def _answer(self, method: str, path: str, body: Any) -> web.Response:
        document = checks.openapi() if self.validate else None
        if document is not None and body is not None and method != "GET":
            self.problems += document.problems(method, path, body)
        return rest.dispatch(self, method, path, body)

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and re.fullmatch(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _log(self, method: str, path: str, body: Any, response: web.Response) -> web.Response:
        self.requests.append(Request(method, path, body, time.monotonic(), response.status))
        self._changed.set()
        return response

    # what the rest of the server needs

    def store(self, channel: Json, author: int, body: Json, reference: Json | None) -> Json:
        """Keep a message as Discord would; a reply carries what it replies to."""
        fields = {key: body[key] for key in ("components", "embeds", "flags") if key in body}
        message = model.message(channel, author, body.get("content") or "", **fields)
        if reference is not None:
            replied = self.messages[str(reference["message_id"])]
            message["type"] = 19
            message["message_reference"] = {"message_id": replied["id"], "channel_id": channel["id"]}
            nested = {key: value for key, value in replied.items() if key != "referenced_message"}
            message["referenced_message"] = nested
        self.messages[message["id"]] = message
        return message

    def as_seen(self, message: Json) -> Json:
        """What the bot is shown: without the intent, no text that is not addressed to it."""
        own = message["author"]["id"] == str(BOT) or "guild_id" not in message
        mentioned = any(user["id"] == str(BOT) for user in message["mentions"])
        seen = dict(message)
        if not own and not mentioned:
            seen.update(content="", embeds=[], components=[], attachments=[])
        if seen.get("referenced_message"):
            seen["referenced_message"] = self.as_seen(seen["referenced_message"])
        return seen

    def announce(self, event: str, data: Json) -> None:
        task = asyncio.ensure_future(self.gateway.session.dispatch(event, self.as_seen(data)))
        task.add_done_callback(lambda done: done.exception())

    def open_thread(self, channel: str, message: str, name: str, owner: int) -> Json:
        thread = {
            "id": message,
            "type": 11,
            "guild_id": str(GUILD),
            "parent_id": channel,
            "owner_id": str(owner),
            "name": name,
            "message_count": 0,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": model.now(),
                "locked": False,
            },
        }
        self.channels[message] = thread
        return thread

    # what people do

    async def say(
        self,
        content: str,
        *,
        user: int = ALICE,
        channel: int | str = GENERAL,
        mention: bool = True,
        reply_to: Json | None = None,
        **more: Any,
    ) -> Json:
        """Someone writes; with ``mention`` the bot is named in front (in a reply it is pinged instead)."""
        text = f"<@{BOT}> {content}" if mention and reply_to is None and int(channel) != DIRECT else content
        reference = {"message_id": reply_to["id"]} if reply_to else None
        message = self.store(self.channels[str(channel)], user, {"content": text}, reference)
        if mention and int(channel) != DIRECT:
            message["mentions"] = [{**model.user(BOT, bot=True), "member": model.member(BOT)}]
        if int(channel) != DIRECT:
            message["member"] = {key: value for key, value in model.member(user).items() if key != "user"}
        message.update(more)
        await self.gateway.session.dispatch("MESSAGE_CREATE", self.as_seen(message))
        return message

    async def direct(self, content: str, *, user: int = ALICE, reply_to: Json | None = None) -> Json:
        return await self.say(content, user=user, channel=DIRECT, reply_to=reply_to)

    async def slash(
        self, name: str, *, kind: int = 1, user: int = ALICE, where: int = GENERAL, **options: Any
    ) -> Interaction:
        types = {str: 3, bool: 5}
        data = {
            "id": model.snowflake(),
            "name": name,
            "type": kind,
            "options": [{"name": key, "type": types[type(value)], "value": value} for key, value in options.items()],
        }
        return await self.interact(2, data, user=user, where=where)

    async def complete(self, name: str, option: str, typed: str) -> Interaction:
        options = [{"name": option, "type": 3, "value": typed, "focused": True}]
        return await self.interact(4, {"id": model.snowflake(), "name": name, "type": 1, "options": options})

    async def use_on(self, name: str, message: Json, *, user: int = ALICE, **more: Any) -> Interaction:
        """A message command; its target comes with its text whatever the intents."""
        resolved = {"messages": {message["id"]: message}}
        data = {"id": model.snowflake(), "name": name, "type": 3, "target_id": message["id"], "resolved": resolved}
        return await self.interact(2, data, user=user, **more)

    async def click(self, message: Json, button: str, *, user: int = ALICE, **more: Any) -> Interaction:
        """A click on the button with this label, or this custom_id."""
        items = [item for row in message["components"] for item in row["components"]]
        chosen = [item["custom_id"] for item in items if button in {item["label"], item["custom_id"]}]
        data = {"custom_id": chosen[0] if chosen else button, "component_type": 2}
        return await self.interact(3, data, user=user, message=message, **more)

    async def interact(
        self,
        kind: int,
        data: Json,
        *,
        user: int = ALICE,
        where: int = GENERAL,
        message: Json | None = None,
        permissions: int = 0,
        locale: str = "en-US",
        app_permissions: int = ALL_PERMISSIONS,
        known: bool = True,
    ) -> Interaction:
        number = model.snowflake()
        channel = self.channels[str(where)]
        payload: Json = {
            "id": number,
            "application_id": str(model.APPLICATION),
            "type": kind,
            "token": f"aW50ZXJhY3Rpb24{number}SecretTokenOfAnInteraction",
            "version": 1,
            "data": data,
            "channel": channel,
            "channel_id": channel["id"],
            "locale": locale,
            "attachment_size_limit": 10_485_760,
            "app_permissions": str(app_permissions),
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1 if where == DIRECT else 0,
        }
        if where == DIRECT:
            payload["user"] = model.user(user)
        else:
            payload.update(guild_id=str(GUILD), member=model.member(user, permissions), guild_locale="en-US")
            payload["guild"] = {"id": str(GUILD), "locale": "en-US", "features": []}
        if message is not None:
            payload["message"] = message
        interaction = Interaction(self, payload, channel)
        if known:
            self.interactions[payload["token"]] = interaction
        await self.gateway.session.dispatch("INTERACTION_CREATE", payload)
        return interaction

    # what a test waits for

    async def until(self, condition: Callable[[], Any]) -> Any:
        """What ``condition`` gives once it is something; looked at after each request and each payload."""
        async with asyncio.timeout(PATIENCE):
            while not (result := condition()):
                self._changed.clear()
                await self._changed.wait()
        return result

    async def request(self, method: str, path: str, *, after: int = 0) -> Request:
        """The first request to ``path`` (a pattern) from position ``after`` on."""

        def found() -> Request | None:
            return next((r for r in self.requests[after:] if r.method == method and re.fullmatch(path, r.path)), None)

        result: Request = await self.until(found)
        return result

    async def answer_to(self, message: Json) -> Json:
        """The bot's reply to ``message``."""

        def found() -> Json | None:
            return next(
                (m for m in self.messages.values() if m.get("message_reference", {}).get("message_id") == message["id"]
                 and m["author"]["id"] == str(BOT)),
                None,
            )  # fmt: skip

        result: Json = await self.until(found)
        return result

    def sent(self) -> list[Json]:
        """The bodies of the bot's channel messages, in order."""
        return [r.body for r in self.requests if r.method == "POST" and re.fullmatch(r"/channels/\d+/messages", r.path)]


def _response(status: int, body: Json | str, headers: dict[str, str] | None = None) -> web.Response:
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json", headers=headers)
