"""A rebuild in a process of its own: ``python -m qa_bot.discord_bot.rebuild_worker``.

Building loads a large library and keeps a processor busy for minutes; in the bot's own process it would delay
heartbeats and never give the memory back. Settings come as JSON on standard input, progress goes as JSON lines to
standard output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from qa_bot.errors import QaBotError
from qa_bot.pipeline import build_index
from qa_bot.settings import load_settings


def main() -> int:
    """Build, and say so line by line; 0 when the index is as the corpus is."""
    order = json.load(sys.stdin)
    try:
        report = build_index(
            load_settings(**order["settings"]),
            full=order["full"],
            progress=lambda stage, done, total: _say({"stage": stage, "done": done, "total": total}),
        )
    except QaBotError as error:
        _say({"error": str(error)})
        return 2
    _say(
        {
            "changed": report.changed,
            "documents": report.documents,
            "passages": report.passages,
            "embedded": report.embedded,
            "seconds": report.seconds,
        }
    )
    return 0


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
