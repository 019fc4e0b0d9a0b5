"""The gateway: sessions with a log, so that a resume replays what was missed."""

from __future__ import annotations

import asyncio
import json

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord.loopback import model
from tests.discord.loopback.model import Json


class Session:
    def __init__(self, number: int, intents: int) -> None:
        self.id = f"session-{number}"
        self.intents = intents
        self.log: list[Json] = []
        self.socket: web.WebSocketResponse | None = None

    async def dispatch(self, event: str, data: Json) -> None:
        entry = {"op": 0, "t": event, "s": len(self.log) + 1, "d": data}
        self.log.append(entry)
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_str(json.dumps(entry))


class Gateway:
    """Takes 1, 2, 3, 6 and 8; sends 0, 7, 9, 10 and 11."""

    def __init__(self, url: str, changed: asyncio.Event) -> None:
        self.url = url
        self.changed = changed
        self.sessions: list[Session] = []
        self.received: list[Json] = []
        self.ready = asyncio.Event()
        self.close_next_identify: int | None = None
        self.allow_privileged = False
        self.revoked = False
        self.everyone_permissions = 0
        self.resumed = asyncio.Event()

    @property
    def session(self) -> Session:
        return self.sessions[-1]

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 41_250}}))
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._receive(socket, json.loads(frame.data))
        return socket

    async def _receive(self, socket: web.WebSocketResponse, payload: Json) -> None:
        if payload["op"] == 1:
            await socket.send_str(json.dumps({"op": 11}))
            return
        self.received.append(payload)
        self.changed.set()
        if payload["op"] == 2:
            await self._identify(socket, payload["d"])
        elif payload["op"] == 6:
            await self._resume(socket, payload["d"])
        elif payload["op"] == 8:
            data = {"guild_id": str(model.GUILD), "members": [], "chunk_index": 0, "chunk_count": 1}
            await self.session.dispatch("GUILD_MEMBERS_CHUNK", data)

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        code = None if data["token"] == model.TOKEN and not self.revoked else 4004
        if data["intents"] & model.PRIVILEGED and not self.allow_privileged:
            code = 4014
        if self.close_next_identify is not None:
            code, self.close_next_identify = self.close_next_identify, None
        if code is not None:
            await socket.close(code=code)
            return
        session = Session(len(self.sessions) + 1, data["intents"])
        session.socket = socket
        self.sessions.append(session)
        await session.dispatch(
            "READY",
            {
                "v": 10,
                "user": model.user(model.BOT, bot=True),
                "guilds": [{"id": str(model.GUILD), "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "application": {"id": str(model.APPLICATION), "flags": 0},
            },
        )
        await session.dispatch("GUILD_CREATE", model.guild(self.everyone_permissions))
        self.ready.set()

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if self.revoked:
            await socket.close(code=4004)
            return
        session = next((s for s in self.sessions if s.id == data["session_id"]), None)
        if session is None:
            await socket.send_str(json.dumps({"op": 9, "d": False}))
            return
        session.socket = socket
        for entry in session.log[data["seq"] or 0 :]:
            await socket.send_str(json.dumps(entry))
        await session.dispatch("RESUMED", {})
        self.resumed.set()

    async def send(self, payload: Json) -> None:
        """A payload outside of any event: 7, or 9."""
        socket = self.session.socket
        if socket is not None:
            await socket.send_str(json.dumps(payload))

    async def drop(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """End the connection; the session stays and can be resumed."""
        socket, self.session.socket = self.session.socket, None
        if socket is not None:
            await socket.close(code=code)

    async def revoke(self) -> None:
        """The token is no longer valid: the connection ends with 4004, and so does each that is tried after it."""
        self.revoked = True
        await self.drop(4004)

    def presences(self) -> list[str]:
        """What the bot said of its state, in order."""
        return [payload["d"]["activities"][0]["state"] for payload in self.received if payload["op"] == 3]
