"""What a stranger reads: every command and every setting is written down."""

from __future__ import annotations

import re
import tomllib

import pytest

from qa_bot.cli.main import COMMANDS
from qa_bot.settings import PREFIX, Settings
from tests.conftest import SEEDS

ROOT = SEEDS.parent


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert re.search(rf"\bqa-bot {command}\b", text_of("README.md"))


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"^(?:\$ )?qa-bot ([a-z]+)", text_of("README.md"), re.MULTILINE))
    assert named - set(COMMANDS) - {"discord", "eval", "doctor"} == set()


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_stands_in_the_example_of_env_below_a_comment(setting: str) -> None:
    lines = text_of(".env.example").splitlines()
    places = [n for n, line in enumerate(lines) if re.match(rf"(?:# )?{PREFIX}{setting.upper()}=", line)]
    assert len(places) == 1
    above = lines[: places[0]]
    # A second setting may share the comment of the one right above it.
    while above and re.match(rf"(?:# )?{PREFIX}", above[-1]):
        above.pop()
    assert above[-1].startswith("# ")


def test_every_setting_of_the_example_exists() -> None:
    named = set(re.findall(rf"^(?:# )?{PREFIX}(\w+)=", text_of(".env.example"), re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_values_of_the_example_are_the_defaults() -> None:
    values = dict(re.findall(rf"^{PREFIX}(\w+)=(.*)$", text_of(".env.example"), re.MULTILINE))
    assert Settings.model_validate({name.lower(): value for name, value in values.items()}) == Settings()


def test_the_changelog_names_the_version() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[?(?:{re.escape(version)}|Unreleased)\b", text_of("CHANGELOG.md"), re.MULTILINE)
