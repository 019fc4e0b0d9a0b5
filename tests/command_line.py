"""The command line for tests: as a process of its own where that matters, else through the same ``main()`` in here."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa_bot.cli import main
from qa_bot.settings import Settings

COMMAND = (sys.executable, "-m", "qa_bot")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def record(self) -> Any:
        return json.loads(self.out)

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def refusal(self) -> tuple[int, bytes, int]:
        """Exit code, standard output, and the number of lines on standard error."""
        return self.code, self.out, len(self.err.splitlines())


REFUSED = (2, b"", 1)
"""What every error looks like: exit code 2, nothing on standard output, one line on standard error."""


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that give a command these settings."""
    return {
        "QA_BOT_CORPUS_DIR": str(settings.corpus_dir),
        "QA_BOT_INDEX_DIR": str(settings.index_dir),
        "QA_BOT_EMBEDDING_MODEL": settings.embedding_model,
    }


def whole_environment(settings: Settings | None = None, **more: str) -> dict[str, str]:
    """An environment for a process: this one's, without what would change how a command writes."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    return {**kept, **(environment_of(settings) if settings else {}), **more}


def run_here(
    *arguments: str,
    settings: Settings | None = None,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """Run a command in this process, from its arguments to its exit code."""
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**(environment_of(settings) if settings else {}), **(environment or {})}.items():
            patch.setenv(name, value)
        streams = {
            "stdin": io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"),
            "stdout": io.TextIOWrapper(out, encoding="utf-8", write_through=True),
            "stderr": io.TextIOWrapper(err, encoding="utf-8", write_through=True),
        }
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        return Ran(int(left.value.code or 0), out.getvalue(), err.getvalue().decode())


def run_process(
    *arguments: str | bytes,
    settings: Settings | None = None,
    stdin: bytes = b"",
    cwd: Path | None = None,
    **environment: str,
) -> Ran:
    """Run a command as a process of its own, with pipes for its streams."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=cwd,
        env=whole_environment(settings, **environment),
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode())


def json_lines(*records: Mapping[str, Any]) -> bytes:
    """One JSON object a line."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()
