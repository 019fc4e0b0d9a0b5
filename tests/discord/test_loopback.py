"""The loopback's own judgement: it would notice what Discord refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord.loopback import checks

GOOD: dict[str, Any] = {"content": "a", "allowed_mentions": {"parse": []}, "flags": checks.SUPPRESS_EMBEDS}


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "a", "custom_id": f"a{number}", **more}


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": list(buttons)}]}


def test_a_good_message_has_no_problems() -> None:
    assert checks.message_problems({**GOOD, **rows(button())}, new=True) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"content": "a" * 2001},
        {"content": " "},
        {"content": "\x00"},
        {"allowed_mentions": {"parse": ["everyone"]}},
        {"allowed_mentions": None},
        {"flags": 0},
        {"nonce": "a" * 26},
        {"embeds": [{"title": "a"}] * 11},
        {"embeds": [{"description": "a" * 3001}] * 2},
        {"flags": checks.COMPONENTS_V2 | checks.SUPPRESS_EMBEDS},
        rows(*(button(number) for number in range(6))),
        rows(button(label="a" * 81)),
        rows(button(custom_id="a" * 101)),
        rows(button(custom_id="")),
        rows(button(1), button(1)),
        rows(button(style=5, url="https://e.org/" + "a" * 500)),
    ],
)
def test_a_message_that_discord_would_refuse_is_noticed(bad: dict[str, Any]) -> None:
    assert checks.message_problems({**GOOD, **bad}, new=True)


def test_the_official_document_is_asked_where_it_is_at_hand() -> None:
    document = checks.openapi()
    if document is None:
        pytest.skip(f"Discord's OpenAPI document is not at {checks.OPENAPI}")
    path = "/channels/1/messages"
    assert document.problems("POST", path, {**GOOD, "nonce": "1", "enforce_nonce": True}) == []
    assert document.problems("POST", path, {"content": 5})
    assert document.problems("POST", path, {"content": "a" * 5000})
    assert document.problems("POST", "/no/such/path", {})
