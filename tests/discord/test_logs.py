"""What a log may not hold."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from qa_bot.discord_bot import logs
from tests.discord.loopback.model import TOKEN


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("qa_bot.discord_bot").setLevel(logging.NOTSET)


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("DEBUG", "text", (TOKEN,), stream)
    return stream


@pytest.mark.parametrize(
    ("logger", "text", "arguments"),
    [
        ("discord.webhook.async_", "Webhook ID %s with %s %s has returned status code %s",
         (1, "PATCH", "https://d.com/api/v10/webhooks/1/SECRET/messages/@original", 404)),
        ("discord.http", "%s %s with %s has returned %s", ("POST", "https://d.com/x", '{"content": "SECRET"}', 200)),
        ("discord.http", "%s %s has received %s", ("POST", "https://d.com/x", {"content": "SECRET"})),
        ("discord.gateway", "For Shard ID %s: WebSocket Event: %s", (0, {"d": {"content": "SECRET", "token": "S"}})),
        ("discord.client", "https://d.com/api/v10/interactions/12/SECRET/callback", ()),
        ("qa_bot", "a header: Authorization: Bot %s", (TOKEN,)),
        ("qa_bot", "%r", ({"token": "SECRET"},)),
    ],
)  # fmt: skip
def test_no_token_and_no_payload(log: io.StringIO, logger: str, text: str, arguments: tuple[object, ...]) -> None:
    logging.getLogger(logger).debug(text, *arguments)
    assert log.getvalue()
    assert "SECRET" not in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_a_traceback_is_redacted_too(log: io.StringIO) -> None:
    try:
        _fail(f"cannot reach https://d.com/webhooks/1/SECRET with {TOKEN}")
    except OSError:
        logging.getLogger("qa_bot").exception("failed")
    assert "Traceback" in log.getvalue()
    assert "SECRET" not in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_json_lines_on_demand() -> None:
    stream = io.StringIO()
    logs.configure("INFO", "json", (TOKEN,), stream)
    try:
        _fail(TOKEN)
    except OSError:
        logging.getLogger("qa_bot").exception("failed with %s", TOKEN)
    entry = json.loads(stream.getvalue())
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "qa_bot", "failed with [redacted]")
    assert TOKEN not in stream.getvalue()


def _fail(text: str) -> None:
    raise OSError(text)
