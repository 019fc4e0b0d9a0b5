"""What Discord would refuse, found in what the bot sends."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).parents[4] / "shared" / "discord-openapi.json"

SUPPRESS_EMBEDS = 1 << 2
COMPONENTS_V2 = 1 << 15


def message_problems(body: dict[str, Any], *, new: bool) -> list[str]:
    """Limits of a message's payload; ``new`` where it is no edit."""
    found: list[str] = []
    content = body.get("content") or ""
    if len(content) > 2000:
        found.append(f"content of {len(content)} code points")
    if new and not content.strip() and not body.get("embeds") and not body.get("components"):
        found.append("an empty message")
    if any(0xD800 <= ord(char) <= 0xDFFF or char == "\x00" for char in content):
        found.append("a character that no message may hold")
    embeds = body.get("embeds") or []
    if len(embeds) > 10 or sum(_embed_size(embed) for embed in embeds) > 6000:
        found.append("too many or too long embeds")
    if body.get("flags", 0) & COMPONENTS_V2 and (content or embeds):
        found.append("components V2 beside content")
    if content or body.get("components"):
        mentions = body.get("allowed_mentions")
        if mentions is None or mentions.get("parse") or mentions.get("users") or mentions.get("replied_user"):
            found.append("a payload that may ping")
        if not body.get("flags", 0) & SUPPRESS_EMBEDS:
            found.append("a payload that may unfurl")
    if len(str(body.get("nonce", ""))) > 25:
        found.append("a nonce of more than 25 characters")
    return found + component_problems(body.get("components") or [])


def component_problems(rows: list[dict[str, Any]]) -> list[str]:
    found = ["more than five rows"] if len(rows) > 5 else []
    ids: list[str] = []
    for row in rows:
        items = row.get("components", [])
        if not 1 <= len(items) <= 5:
            found.append(f"a row of {len(items)} buttons")
        for item in items:
            if len(item.get("label") or "") > 80:
                found.append(f"a label of {len(item['label'])}")
            if item.get("style") == 5:
                if len(item.get("url") or "") > 512:
                    found.append("a url of more than 512")
            elif not 1 <= len(item.get("custom_id") or "") <= 100:
                found.append("a button without custom_id, or one of more than 100")
            else:
                ids.append(item["custom_id"])
    if len(ids) != len(set(ids)):
        found.append("a custom_id twice")
    return found


def command_problems(commands: list[dict[str, Any]]) -> list[str]:
    found = []
    for command in commands:
        if not 1 <= len(command["name"]) <= 32 or len(command.get("description") or "") > 100:
            found.append(f"the command {command['name']}")
        if command.get("contexts") is None or command.get("integration_types") is None:
            found.append(f"{command['name']} without contexts or integration types")
        for option in command.get("options", []):
            if len(option["name"]) > 32 or not 1 <= len(option["description"]) <= 100:
                found.append(f"the option {option['name']} of {command['name']}")
            if (option.get("max_length") or 0) > 6000:
                found.append(f"the option {option['name']} of more than 6,000")
    return found


def choice_problems(choices: list[dict[str, Any]]) -> list[str]:
    found = ["more than 25 choices"] if len(choices) > 25 else []
    sizes = [len(str(choice[key])) for choice in choices for key in ("name", "value")]
    return found if all(1 <= size <= 100 for size in sizes) else [*found, "a choice of more than 100"]


class OpenApi:
    """Discord's own document. ``problems`` is empty where a body is as it says."""

    def __init__(self, path: Path) -> None:
        from jsonschema import Draft202012Validator
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012

        document = json.loads(path.read_text(encoding="utf-8"))
        self._registry: Any = Registry().with_resource(
            "urn:discord", Resource.from_contents(document, default_specification=DRAFT202012)
        )
        self._validator = Draft202012Validator
        self._routes = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)), template, methods)
            for template, methods in document["paths"].items()
        ]

    def problems(self, method: str, path: str, body: Any) -> list[str]:
        for pattern, template, methods in sorted(self._routes, key=lambda route: route[1].count("{")):
            if pattern.fullmatch(path) and method.lower() in methods:
                content = methods[method.lower()].get("requestBody", {}).get("content", {})
                if "application/json" not in content:
                    return []
                validator = self._validator_for(template, method.lower())
                return [
                    f"{method} {template}: {error.json_path} {error.message[:200]}"
                    for error in validator.iter_errors(_ids_as_text(body))
                ]
        return [f"{method} {path} is not in the OpenAPI document"]

    @cache  # noqa: B019  (one document for a whole run)
    def _validator_for(self, template: str, method: str) -> Any:
        pointer = template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        reference = f"urn:discord#/paths/{pointer}/{method}/requestBody/content/application~1json/schema"
        return self._validator({"$ref": reference}, registry=self._registry)


@cache
def openapi() -> OpenApi | None:
    """The document, or None where it is not at hand."""
    return OpenApi(OPENAPI) if OPENAPI.exists() else None


def _ids_as_text(value: Any) -> Any:
    """discord.py sends ids as numbers, which Discord takes; the document wants text."""
    if isinstance(value, dict):
        return {key: _ids_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_ids_as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value > 1 << 40 else value


def _embed_size(embed: dict[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [text for field in embed.get("fields", []) for text in (field["name"], field["value"])]
    return sum(len(text or "") for text in texts)
