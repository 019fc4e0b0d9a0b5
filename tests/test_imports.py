"""What a command loads: nothing that it doesn't need, since a cold start is most of what a question costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from qa_bot.settings import Settings
from tests.command_line import whole_environment

HEAVY = {
    "torch", "sentence_transformers", "transformers", "huggingface_hub", "discord", "markdown_it", "prompt_toolkit",
    "rich", "filelock",
}  # fmt: skip
ENGINE = {"openvino", "faiss", "numpy", "tokenizers"}

PROBE = """
import json, sys
try:
    {statement}
finally:
    loaded = sorted({{name.partition(".")[0] for name, module in sys.modules.items() if module is not None}})
    print(json.dumps(loaded), file=sys.stderr)
"""


def loaded_after(statement: str, settings: Settings) -> set[str]:
    """The top-level modules of a fresh interpreter once it has run ``statement``."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement)],
        capture_output=True,
        text=True,
        check=False,
        env=whole_environment(settings),
        timeout=60,
    )
    modules: list[str] = json.loads(done.stderr.splitlines()[-1])
    return set(modules)


def command(*arguments: str) -> str:
    return f"import qa_bot.cli; qa_bot.cli.main({list(arguments)!r})"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "How many detainers did ICE issue on Sunday?"),
        ("ask", "--json", "What is the capital of Australia?"),
        ("search", "sanctuary city"),
    ],
)
def test_a_question_loads_the_light_engine_and_nothing_heavier(
    seeds_settings: Settings, arguments: tuple[str, ...]
) -> None:
    loaded = loaded_after(command(*arguments), seeds_settings)
    assert loaded & HEAVY == set()
    assert ENGINE - loaded == set()


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("status",), ("sources",)])
def test_a_command_that_encodes_nothing_loads_no_engine(seeds_settings: Settings, arguments: tuple[str, ...]) -> None:
    loaded = loaded_after(command(*arguments), seeds_settings)
    assert loaded & (HEAVY | {"openvino", "tokenizers"}) == set()


def test_importing_the_package_loads_nothing_but_itself(seeds_settings: Settings) -> None:
    before = loaded_after("pass", seeds_settings)
    assert loaded_after("import qa_bot", seeds_settings) - before == {"qa_bot"}
