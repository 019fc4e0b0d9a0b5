"""Paragraphs of Markdown, after the block structure that markdown-it-py sees, and the front matter above them.

The text stays the file itself, marks included; only where a paragraph begins and ends is taken from the parser.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from qa_bot.corpus.paragraphs import Block, Line, lines_of

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*(?P<body>(?:\r\n|\n|\r).*?)(?:\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)", re.DOTALL
)
_FIELD = re.compile(r"[\r\n](?P<key>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<value>[^\r\n]*)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TITLE_KEYS = ("title",)
_URL_KEYS = ("url", "link", "permalink", "canonical_url", "source_url", "source")
_DATE_KEYS = ("published", "date", "pubdate", "publish_date", "created")

# Containers whose children tell the paragraphs; all other block tokens with a line range are paragraphs themselves.
_CONTAINERS = frozenset(
    {"bullet_list_open", "ordered_list_open", "blockquote_open", "table_open", "thead_open", "tbody_open"}
)


def front_matter(text: str) -> dict[str, str]:
    """Return ``title``, ``url`` (http only) and ``published`` (ISO date), each where the front matter gives it."""
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        return {}
    fields = {m["key"].lower(): m["value"].strip().strip("\"'") for m in _FIELD.finditer(matter["body"])}
    title = next((fields[key] for key in _TITLE_KEYS if fields.get(key)), None)
    url = next((fields[key] for key in _URL_KEYS if re.match(r"https?://\S+$", fields.get(key, ""))), None)
    published = next((m.group() for key in _DATE_KEYS if (m := _DATE.match(fields.get(key, ""))) and _is_date(m)), None)
    return {key: value for key, value in (("title", title), ("url", url), ("published", published)) if value}


def _is_date(match: re.Match[str]) -> bool:
    try:
        date.fromisoformat(match.group())
    except ValueError:
        return False
    return True


def markdown_blocks(text: str) -> list[Block]:
    """Return the paragraphs of a Markdown text in order; together they cover all of it that is not white space."""
    from markdown_it import MarkdownIt

    lines = lines_of(text)
    matter = _FRONT_MATTER.match(text)
    matter_end = matter.end() if matter else 0
    first = next((index for index, line in enumerate(lines) if line.start >= matter_end), len(lines))
    body = text[lines[first].start if first < len(lines) else len(text) :]
    # The parser counts lines as str.splitlines does not: normalise the ends, one line each, and map by number.
    source = "\n".join(text[line.start : line.end] if line.blank else _whole(text, line) for line in lines[first:])
    starts: dict[int, Token] = {}
    if body.strip():
        for token in MarkdownIt("commonmark").enable("table").parse(source):
            if token.map is not None and token.nesting >= 0 and token.type not in _CONTAINERS | {"inline"}:
                starts[first + token.map[0]] = token
    return _blocks(lines, starts, first, matter is not None)


def _whole(text: str, line: Line) -> str:
    """The line with its indentation, which Markdown gives a meaning to."""
    begin = max(text.rfind("\n", 0, line.start), text.rfind("\r", 0, line.start)) + 1
    return text[begin : line.end].replace("\ufeff", "")


def _blocks(lines: list[Line], starts: dict[int, Token], first: int, has_matter: bool) -> list[Block]:
    """Group lines into blocks: a new one at each token's first line; a fence keeps its blank lines."""
    blocks: list[Block] = []
    group: list[Line] = []
    token: Token | None = None

    def close() -> None:
        filled = [line for line in group if not line.blank]
        if filled:
            blocks.append(
                Block(
                    filled[0].start,
                    filled[-1].end,
                    filled[0].number,
                    marked_heading=token is not None and token.type == "heading_open",
                    is_item=token is not None and (token.level > 0 or token.type == "list_item_open"),
                    wrapped=len(filled) > 1,
                    is_metadata=has_matter and filled[0].number <= first,
                )
            )
        group.clear()

    fence_until = 0
    for index, line in enumerate(lines):
        starting = starts.get(index)
        if index >= fence_until and (starting is not None or line.blank or index == first):
            close()
            token = starting
            if (
                starting is not None
                and starting.map is not None
                and starting.type in {"fence", "code_block", "html_block"}
            ):
                fence_until = first + starting.map[1]
        group.append(line)
    close()
    return blocks
