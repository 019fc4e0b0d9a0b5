"""A session over the loopback Discord: each way of asking as the payloads sent, and an answer as a web page.

    python benchmarks/discord_transcript.py OUTPUT_FOLDER

Writes ``transcript.md`` and ``answer.html``; ``docs/answer.png`` is a photograph of the latter:
``chromium --headless --no-sandbox --hide-scrollbars --window-size=880,480 --screenshot=docs/answer.png answer.html``.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from qa_bot.discord_bot.client import QaBot, Timing  # noqa: E402
from qa_bot.discord_bot.endpoints import use_server  # noqa: E402
from qa_bot.settings import load_settings  # noqa: E402
from tests.discord.loopback import Loopback  # noqa: E402
from tests.discord.loopback.model import BOB, DIRECT, TOKEN, Json  # noqa: E402

QUESTION = "How many arrests did ICE make on Monday?"
OFF_TOPIC = "What is the boiling point of tungsten hexafluoride?"

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ background: #313338; color: #dbdee1; margin: 20px 24px; font: 16px/1.375 "Noto Sans", sans-serif }}
.name {{ font-weight: 600; color: #f2f3f5 }}
.app {{ background: #5865f2; color: #fff; font-size: 10px; border-radius: 3px; padding: 1px 4px; vertical-align: 2px }}
.small {{ font-size: 13px; color: #949ba4 }}
blockquote {{ margin: 3px 0; padding: 0 8px 0 12px; border-left: 4px solid #4e5058 }}
strong {{ color: #f2f3f5 }} a {{ color: #00a8fc }}
.button {{ display: inline-block; margin: 8px 8px 0 0; padding: 6px 16px; border-radius: 8px; background: #4e5058;
  color: #fff; font-size: 14px }}
.b1 {{ background: #5865f2 }} .b4 {{ background: #da373c }}
</style>
<p class="small">alice used <b>/ask</b></p>
<p><span class="name">quoter</span> <span class="app">APP</span></p>{body}
"""


class Recorder:
    """Asks, and writes down what the bot sent meanwhile."""

    def __init__(self, server: Loopback, bot: QaBot) -> None:
        self.server = server
        self._bot = bot
        self.lines = ["# A session, as the payloads that the bot sent\n"]

    async def step(self, title: str, work: Awaitable[Json]) -> Json:
        """One way of asking; its result is the message that a person sees."""
        before = len(self.server.requests)
        result = await work
        await self._bot.idle()
        self.lines.append(f"\n## {title}\n")
        for request in self.server.requests[before:]:
            path = re.sub(r"aW50ZXJhY3Rpb24\d+\w+", "(token)", request.path)
            self.lines.append(f"`{request.method} {path}` -> {request.status}\n")
            if request.body is not None:
                body = json.dumps(request.body, indent=1, ensure_ascii=False)
                self.lines.append(f"```json\n{body}\n```\n")
        return result

    async def slash(self, **options: Any) -> Json:
        """The answer to a command."""
        return await (await self.server.slash("ask", **options)).reply()

    async def said(self, content: str, **how: Any) -> Json:
        """The answer to a message."""
        return await self.server.answer_to(await self.server.say(content, **how))

    async def answer_this(self) -> Json:
        """The answer to the message command."""
        message = await self.server.say(QUESTION, mention=False)
        return await (await self.server.use_on("Answer this", message)).reply()

    async def clicked(self, message: Json, label: str) -> Json:
        """What a click shows."""
        return await (await self.server.click(message, label)).reply()


async def ask_in_every_way(record: Recorder) -> Json:
    """The session; returns the first answer."""
    answer = await record.step("`/ask`", record.slash(question=QUESTION))
    private = record.slash(question=QUESTION, source="000*", private=True)
    await record.step("`/ask` in private, from some documents", private)
    replied = await record.step("A mention", record.said(QUESTION, user=BOB))
    follow_up = record.said("And how many arrests?", user=BOB, reply_to=replied)
    await record.step("A reply to that answer, as a follow-up", follow_up)
    await record.step("A direct message", record.said("What did Homan say?", channel=DIRECT))
    await record.step("The message command “Answer this”", record.answer_this())
    refused = await record.step("A question that the sources don't answer", record.slash(question=OFF_TOPIC))
    closest = refused["components"][0]["components"][0]["label"]
    if closest.startswith("Show the closest"):
        await record.step("The closest passages", record.clicked(refused, closest))
    for label in ("More context", "Next passages", "Helpful: yes"):
        await record.step(f"The button “{label}”", record.clicked(answer, label))
    return answer


async def session(folder: Path) -> None:
    """Run the bot in this process, on the index of the settings, and write both files."""
    async with Loopback() as server:
        settings = load_settings(
            corpus_dir=ROOT / "seeds", discord_token=TOKEN, discord_api_base=server.api_base, discord_gateway=None
        )
        await use_server(server.api_base, None, TOKEN)
        async with QaBot(settings, Timing(guild_ready=0.1)) as bot:
            running = asyncio.ensure_future(bot.start(TOKEN))
            await server.gateway.ready.wait()
            await bot.wait_until_ready()
            await bot.engine.reload()
            record = Recorder(server, bot)
            answer = await ask_in_every_way(record)
            await bot.close()
            running.cancel()
    if server.problems:
        raise SystemExit(f"payloads that Discord would refuse: {server.problems}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "transcript.md").write_text("\n".join(record.lines), encoding="utf-8")
    (folder / "answer.html").write_text(_PAGE.format(body=_drawn(answer)), encoding="utf-8")


def _drawn(message: Any) -> str:
    """A message as Discord's clients draw it, line by line, through the tests' own reading of the markup."""
    from tests.discord.markup_parser import parse

    lines = []
    for line in message["content"].split("\n"):
        inner = ""
        for kind, text in parse(line):
            link = re.fullmatch(r"\[(.*)\]\(<(.*)>\)", text)
            shown = html.escape(link[1] if link else text)
            inner += f"<strong>{shown}</strong>" if "strong" in kind else (f"<a>{shown}</a>" if link else shown)
        if not line.strip():
            continue
        if line.startswith("> "):
            lines.append(f"<blockquote>{inner}</blockquote>")
        else:
            lines.append(f'<div class="{"small" if line.startswith("-# ") else ""}">{inner}</div>')
    buttons = "".join(
        f'<span class="button b{item["style"]}">{html.escape(item["label"])}</span>'
        for row in message["components"]
        for item in row["components"]
    )
    return "".join(lines) + f"<div>{buttons}</div>"


if __name__ == "__main__":
    asyncio.run(session(Path(sys.argv[1])))
