"""The REST side: one function a route; a path that is not routed answers 501, for a 500 would be retried."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord.loopback import checks, model
from tests.discord.loopback.model import Json

if TYPE_CHECKING:
    from tests.discord.loopback.server import Loopback

Handler = Callable[["Loopback", re.Match[str], Any], Any]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []
NO_CONTENT = object()


class Refused(Exception):  # noqa: N818
    def __init__(self, status: int, code: int, text: str = "refused") -> None:
        super().__init__(text)
        self.status = status
        self.body = {"message": text, "code": code}


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        ROUTES.append((method, re.compile(pattern), handler))
        return handler

    return add


def dispatch(loopback: Loopback, method: str, path: str, body: Any) -> web.Response:
    """The answer to a request; ``body`` is the query of a GET.

    Its Content-Type is exactly ``application/json``, or discord.py takes it for text.
    """
    for wanted, pattern, handler in ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            try:
                result = handler(loopback, match, body)
            except Refused as refused:
                return _json(refused.status, refused.body)
            return web.Response(status=204) if result is NO_CONTENT else _json(200, result)
    loopback.problems.append(f"{method} {path} has no route")
    return _json(501, {"message": "no such route", "code": 0})


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json")


@route("GET", "/users/@me")
def _me(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return model.user(model.BOT, bot=True)


@route("GET", "/oauth2/applications/@me")
def _application(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return model.application()


@route("GET", "/gateway(/bot)?")
def _gateway(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
    return {"url": loopback.gateway.url, "shards": 1, "session_start_limit": limit}


@route("GET", "/users/@me/guilds")
def _guilds(loopback: Loopback, match: re.Match[str], body: Any) -> list[Json]:
    fields = ("id", "name", "icon", "features")
    guild = model.guild(loopback.gateway.everyone_permissions)
    return [{**{field: guild[field] for field in fields}, "owner": False, "permissions": "0", "banner": None}]


@route("GET", r"/guilds/(\d+)")
def _guild(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return model.guild(loopback.gateway.everyone_permissions)


@route("GET", r"/guilds/(\d+)/members/(\d+)")
def _member(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return model.member(int(match[2]))


@route("GET", r"/guilds/(\d+)/channels")
def _channels(loopback: Loopback, match: re.Match[str], body: Any) -> list[Json]:
    return list(model.guild(0)["channels"])


@route("GET", r"/applications/(\d+)/commands")
def _commands(loopback: Loopback, match: re.Match[str], body: Any) -> list[Json]:
    return loopback.commands


@route("PUT", r"/applications/(\d+)(?:/guilds/\d+)?/commands")
def _sync(loopback: Loopback, match: re.Match[str], body: Any) -> list[Json]:
    loopback.problems += checks.command_problems(body)
    defaults = {"application_id": match[1], "version": "1", "default_member_permissions": None, "description": ""}
    loopback.commands = [{**defaults, "type": 1, **command, "id": model.snowflake()} for command in body]
    return loopback.commands


@route("POST", r"/channels/(\d+)/messages")
def _create(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    loopback.problems += checks.message_problems(body, new=True)
    channel = loopback.channels[match[1]]
    reference = body.get("message_reference")
    if reference is not None:
        if reference.get("fail_if_not_exists", True):
            loopback.problems.append("a reply that fails where its message is gone")
        if str(reference["message_id"]) not in loopback.messages:
            reference = None
    nonce = str(body.get("nonce", ""))
    if body.get("enforce_nonce") and (earlier := loopback.nonces.get((match[1], nonce))):
        return earlier
    message = loopback.store(channel, model.BOT, body, reference)
    loopback.nonces[match[1], nonce] = message
    loopback.announce("MESSAGE_CREATE", message)
    return message


@route("GET", r"/channels/(\d+)/messages")
def _history(loopback: Loopback, match: re.Match[str], body: Any) -> list[Json]:
    before = int(body.get("before", 1 << 63))
    there = [m for m in loopback.messages.values() if m["channel_id"] == match[1] and int(m["id"]) < before]
    return [loopback.as_seen(message) for message in reversed(there)]


@route("GET", r"/channels/(\d+)/messages/(\d+)")
def _message(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return loopback.as_seen(_existing(loopback, match[2]))


@route("PATCH", r"/channels/(\d+)/messages/(\d+)")
def _edit(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    return _edited(loopback, _existing(loopback, match[2]), body)


@route("DELETE", r"/channels/(\d+)/messages/(\d+)")
def _delete(loopback: Loopback, match: re.Match[str], body: Any) -> object:
    _existing(loopback, match[2])
    del loopback.messages[match[2]]
    return NO_CONTENT


@route("POST", r"/channels/(\d+)/typing")
def _typing(loopback: Loopback, match: re.Match[str], body: Any) -> object:
    return NO_CONTENT


@route("POST", r"/channels/(\d+)/messages/(\d+)/threads")
def _thread(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    if not 1 <= len(body["name"]) <= 100:
        loopback.problems.append("a thread's name of more than 100")
    return loopback.open_thread(match[1], match[2], body["name"], model.BOT)


@route("POST", r"/interactions/(\d+)/([^/]+)/callback")
def _callback(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    interaction = loopback.interactions.get(match[2])
    if interaction is None:
        raise Refused(404, 10062, "Unknown interaction")
    if interaction.callback is not None:
        raise Refused(400, 40060, "Interaction has already been acknowledged.")
    data = body.get("data") or {}
    if body["type"] in {4, 7}:
        loopback.problems += checks.message_problems(data, new=body["type"] == 4)
    elif body["type"] == 8:
        loopback.problems += checks.choice_problems(data["choices"])
    interaction.answered(body)
    answer: Json = {"interaction": {"id": match[1], "type": interaction.payload["type"]}}
    if interaction.message is not None:
        answer["interaction"]["response_message_id"] = interaction.message["id"]
        answer["resource"] = {"type": body["type"], "message": interaction.message}
    return answer


@route("POST", r"/webhooks/(\d+)/([^/]+)")
def _follow_up(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    interaction = _alive(loopback, match[2])
    loopback.problems += checks.message_problems(body, new=True)
    message = loopback.store(interaction.channel, model.BOT, body, None)
    interaction.follow_ups.append(message)
    return message


@route("PATCH", r"/webhooks/(\d+)/([^/]+)/messages/@original")
def _edit_original(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    interaction = _alive(loopback, match[2])
    if interaction.message is None:
        raise Refused(404, 10008, "Unknown Message")
    edited = _edited(loopback, interaction.message, body)
    interaction.filled.set()
    return edited


@route("GET", r"/webhooks/(\d+)/([^/]+)/messages/@original")
def _original(loopback: Loopback, match: re.Match[str], body: Any) -> Json:
    interaction = _alive(loopback, match[2])
    if interaction.message is None:
        raise Refused(404, 10008, "Unknown Message")
    return dict(interaction.message)


@route("DELETE", r"/webhooks/(\d+)/([^/]+)/messages/@original")
def _delete_original(loopback: Loopback, match: re.Match[str], body: Any) -> object:
    interaction = _alive(loopback, match[2])
    if interaction.message is not None:
        loopback.messages.pop(interaction.message["id"], None)
    return NO_CONTENT


def _alive(loopback: Loopback, token: str) -> Any:
    interaction = loopback.interactions.get(token)
    if interaction is None:
        raise Refused(404, 10015, "Unknown Webhook")
    if interaction.expired:
        raise Refused(401, 50027, "Invalid Webhook Token")
    return interaction


def _existing(loopback: Loopback, number: str) -> Json:
    message = loopback.messages.get(number)
    if message is None:
        raise Refused(404, 10008, "Unknown Message")
    return message


def _edited(loopback: Loopback, message: Json, body: Json) -> Json:
    loopback.problems += checks.message_problems(body, new=False)
    message.update({key: value for key, value in body.items() if key in {"content", "components", "embeds", "flags"}})
    message["edited_timestamp"] = model.now()
    return message
