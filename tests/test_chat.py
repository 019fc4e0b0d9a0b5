"""The chat, through a real pseudo-terminal, and with its questions piped in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot.settings import Settings
from tests.command_line import run_here, run_process
from tests.terminal import Terminal

READY = "\x1b[?2004h"
"""What the prompt tells a terminal when it waits for a line."""
MONDAY = "How many detainers did ICE lodge on Monday?"
QUOTE = (
    "ICE said it made 1,179 arrests and lodged 853 detainers on Monday after it carried out 956 arrests and issued 554 "
    "detainers on Sunday leading up to Tuesday’s Big Apple action."
)


class Conversation(Terminal):
    """A chat in a terminal."""

    def until_ready(self) -> str:
        """What was written until the chat waits for the next line."""
        return self.shown_until(READY)

    def said_to(self, line: str) -> str:
        """What the chat writes in answer to a line."""
        self.type(f"{line}\r")
        return self.until_ready()


@pytest.fixture
def chat(seeds_settings: Settings, tmp_path: Path) -> Iterator[Conversation]:
    conversation = Conversation(
        "chat", settings=seeds_settings, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state")
    )
    yield conversation
    conversation.end()


def test_a_conversation_in_a_terminal(chat: Conversation, tmp_path: Path) -> None:
    assert "5 documents. Ask, or type /help." in chat.until_ready()
    assert QUOTE in chat.said_to(MONDAY)
    # A follow-up names no agency and no detainers: the question before does.
    assert QUOTE in chat.said_to("And how many on Sunday?")

    assert "/sources        list the documents" in chat.said_to("/help")
    listed = chat.said_to("/sources")
    assert "003_08f661f59a53808d.txt" in listed
    assert "Massive deportation raids under way in the CIE: report" in listed
    assert "There is no /nothing. Type /help." in chat.said_to("/nothing")
    assert "Which one? /show SOURCE" in chat.said_to("/show")
    assert "there is no source 'nothing.txt'; `qa-bot sources` lists them" in chat.said_to("/show nothing.txt")

    # Tab completes the name of a source.
    chat.type("/show 003\t")
    chat.shown_until("_08f661f59a53808d.txt")
    assert "ICE raids targeting dozens of undocumented immigrants" in chat.said_to("")

    # Ctrl-C drops the line that is being typed, and the conversation goes on.
    chat.type("half a line\x03")
    chat.until_ready()
    assert "Forgotten. A new conversation." in chat.said_to("/new")

    # Ctrl-D leaves.
    chat.type("\x04")
    assert chat.exit_code() == 0
    history = tmp_path / "state" / "qa-bot" / "chat_history"
    assert f"+{MONDAY}\n" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0


def test_quit_leaves(chat: Conversation) -> None:
    chat.until_ready()
    chat.type("/quit\r")
    assert chat.exit_code() == 0


def test_questions_may_be_piped_in_and_are_answered_in_plain_text(seeds_settings: Settings) -> None:
    lines = f"{MONDAY}\n\nAnd how many on Sunday?\n/nothing\n/show nothing.txt\n/quit\nnever asked\n"
    ran = run_process("chat", settings=seeds_settings, stdin=lines.encode())
    assert ran.code == 0
    assert ran.text.count(f"> {QUOTE}\n") == 2
    assert ran.text.endswith("\nThere is no /nothing. Type /help.\n")
    assert ran.err == "qa-bot: there is no source 'nothing.txt'; `qa-bot sources` lists them\n"
    assert "\x1b" not in ran.text


def test_piped_bytes_that_are_no_utf8_are_no_crash(seeds_settings: Settings) -> None:
    ran = run_here("chat", settings=seeds_settings, stdin=b"caf\xe9 \xff\n/help\n")
    assert (ran.code, ran.err) == (0, "")
    assert "/sources        list the documents" in ran.text


def test_a_new_conversation_forgets_what_was_asked_before(seeds_settings: Settings) -> None:
    def last_answer(*lines: str) -> str:
        ran = run_here("chat", settings=seeds_settings, stdin="".join(f"{line}\n" for line in lines).encode())
        return ran.text.rpartition("A new conversation.\n")[2]

    assert last_answer(MONDAY, "/new", "And on Tuesday?") == last_answer("And on Tuesday?")
