"""The log of a long-running bot: no token and no question text, at any level.

discord.py writes webhook addresses (they carry an interaction's token), whole gateway events and request bodies at
DEBUG. The formatter redacts the finished line, traceback included; payloads never reach it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Any, Literal, TextIO

_REDACTIONS = (
    (re.compile(r"((?:webhooks|interactions)/\d+/)[^/\s?\"'<>]+"), r"\1[redacted]"),
    (re.compile(r"(Bot )[\w.-]{20,}"), r"\1[redacted]"),
    (re.compile(r"([\"']?token[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+"), r"\1[redacted]"),
    # The form of a bot token, whoever's it is.
    (re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}"), "[redacted]"),
)
_LIBRARIES = ("discord", "aiohttp", "asyncio")


class PayloadFilter(logging.Filter):
    """Takes bodies out of the records of libraries: what people write is no business of a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its payloads."""
        if record.name.split(".")[0] in _LIBRARIES and record.args:
            if isinstance(record.args, Mapping):
                record.args = ("[payload]",) if "%s" in str(record.msg) else {}
            else:
                record.args = tuple(_without_payload(argument) for argument in record.args)
        return True


class RedactingFormatter(logging.Formatter):
    """One line a record, as text or as a JSON object, with secrets cut out of it."""

    def __init__(self, form: Literal["text", "json"], secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self._form = form
        self.converter = time.gmtime
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """One line, redacted."""
        if self._form == "text":
            return self._redact(super().format(record))
        entry = {
            "time": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)

    def _redact(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[redacted]")
        for pattern, replacement in _REDACTIONS:
            line = pattern.sub(replacement, line)
        return line


def configure(
    level: str, form: Literal["text", "json"], secrets: tuple[str, ...] = (), stream: TextIO | None = None
) -> None:
    """Send everything to standard error, redacted. INFO of the bot itself is shown at the default level too."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(RedactingFormatter(form, secrets))
    handler.addFilter(PayloadFilter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    if level == "WARNING":
        logging.getLogger("qa_bot.discord_bot").setLevel(logging.INFO)


def _without_payload(argument: Any) -> Any:
    if isinstance(argument, (dict, list)):
        return "[payload]"
    if isinstance(argument, (bytes, str)) and len(argument) and argument[:1] in {"{", "[", b"{", b"["}:
        return "[payload]"
    if type(argument).__name__ in {"WSMessage", "WSMessageText", "FormData"}:
        return "[payload]"
    return argument
