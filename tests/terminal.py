"""A pseudo-terminal for tests: a command in it sees a keyboard and a screen."""

from __future__ import annotations

import os
import subprocess
import termios

import pexpect
from pexpect.fdpexpect import fdspawn

from qa_bot.settings import Settings
from tests.command_line import COMMAND, whole_environment

ROWS, COLUMNS = 50, 300
"""Wide enough for each line of the tests to stay whole."""


class Terminal:
    """A command that runs in a terminal of its own.

    It is started without a fork of this process's memory: the engine's threads, which tests have running here, don't
    survive one.
    """

    def __init__(self, *arguments: str, settings: Settings, **environment: str) -> None:
        screen, inner = os.openpty()
        termios.tcsetwinsize(inner, (ROWS, COLUMNS))
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=whole_environment(settings, TERM="xterm-256color", PROMPT_TOOLKIT_NO_CPR="1", **environment),
            start_new_session=True,
        )
        os.close(inner)
        self._screen = fdspawn(screen, encoding="utf-8", timeout=60)

    def type(self, keys: str) -> None:
        """Press keys."""
        self._screen.send(keys)

    def shown_until(self, text: str) -> str:
        """What is shown before a text that is waited for."""
        self._screen.expect_exact(text)
        return str(self._screen.before)

    def shown_until_it_ends(self) -> str:
        """What is shown until the command has ended."""
        self._screen.expect(pexpect.EOF)
        return str(self._screen.before)

    def exit_code(self) -> int:
        """How the command ended."""
        return self._process.wait(timeout=60)

    def end(self) -> None:
        """End the command, whatever it does."""
        self._process.kill()
        self._process.wait(timeout=60)
        self._screen.close()
