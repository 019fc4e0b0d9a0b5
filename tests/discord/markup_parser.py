"""Discord's markup, read the way its clients do: an ordered list of rules, the first that matches wins.

Written from the rules of Discord's fork of simple-markdown and its documentation of message formatting, independently
of the bot's own code. ``parse`` gives (kind, text) leaves in order; kinds are joined by ``+`` from the outside in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Leaf = tuple[str, str]

_HEADING = re.compile(r" *(#{1,3}|-#)(?!#) +(?:#*)([^\n]+?)#*(?:\n|$)")
_LIST = re.compile(r"( *)(?:[*-]|\d{1,9}\.) +[^\n]*(?:\n|$)")
_QUOTE_BLOCK = re.compile(r" *>>> ([\s\S]*)")
_QUOTE_LINES = re.compile(r"(?: *> [^\n]*(?:\n|$))+")
_CODE_BLOCK = re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([\s\S]*?)\n*```")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_AUTOLINK = re.compile(r"<([^: >]+:/[^ >]+)>")
_URL = re.compile(r"(?:https?|steam|discord)://[^\s<]+[^<.,:;\"'\]\s]")
_LINK = re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)")
_STRONG = re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")
_UNDERLINE = re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")
_EM = re.compile(
    r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
)
_STRIKE = re.compile(r"~~(?=\S)((?:\\[\s\S]|[^\\])*?\S)~~(?!_)")
_SPOILER = re.compile(r"\|\|([\s\S]+?)\|\|")
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_ANGLE = re.compile(
    r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::[tTdDfFR])?|/[^\s:>]+(?: [^:>]+)*:\d+|id:\w+|"
    r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|\+\d+)>"
)
_EVERYONE = re.compile(r"@(?:everyone|here)")
_EMOJI = re.compile(r":([^\s:]+?(?:::skin-tone-\d)?):")
_INVITE = re.compile(r"discord(?:(?:app)?\.com/invite|\.gg(?:/invite)?)/[\w-]{2,255}")
_SHRUG = re.compile(r"¯\\_\(ツ\)_/¯")
_TEXT = re.compile(r"[\s\S](?:[0-9A-Za-z\s\u00c0-\uffff](?!\n))*?(?=[^0-9A-Za-z\s\u00c0-\uffff]|\n|\w+:\S|discord|$)")


def parse(source: str) -> list[Leaf]:
    """The leaves of a whole message."""
    return _joined(list(_parse(source, "", line_start=True, in_quote=False)))


def _parse(source: str, path: str, *, line_start: bool, in_quote: bool) -> Iterator[Leaf]:
    index = 0
    while index < len(source):
        rest = source[index:]
        at_line = line_start if index == 0 else source[index - 1] == "\n"
        for rule in _BLOCK_RULES if at_line else ():
            result = rule(rest, path, in_quote)
            if result is not None:
                break
        else:
            result = next(found for rule in _INLINE_RULES if (found := rule(rest, path, in_quote)) is not None)
        leaves, length = result
        yield from leaves
        index += length


Result = tuple[list[Leaf], int] | None
Rule = Callable[[str, str, bool], Result]


def _below(path: str, kind: str) -> str:
    return f"{path}+{kind}" if path else kind


def _nested(kind: str, pattern: re.Pattern[str], *, block: bool = False) -> Rule:
    def rule(rest: str, path: str, in_quote: bool) -> Result:
        match = pattern.match(rest)
        if match is None:
            return None
        inner = next((group for group in reversed(match.groups()) if group is not None), match[0])
        return list(_parse(inner, _below(path, kind), line_start=block, in_quote=in_quote)), match.end()

    return rule


def _leaf(kind: str, pattern: re.Pattern[str]) -> Rule:
    def rule(rest: str, path: str, in_quote: bool) -> Result:
        match = pattern.match(rest)
        return None if match is None else ([(_below(path, kind), match[0])], match.end())

    return rule


def _quote(rest: str, path: str, in_quote: bool) -> Result:
    if in_quote:
        return None
    if match := _QUOTE_BLOCK.match(rest):
        return list(_parse(match[1], _below(path, "quote"), line_start=True, in_quote=True)), match.end()
    if match := _QUOTE_LINES.match(rest):
        inner = re.sub(r"^ *> ?", "", match[0], flags=re.MULTILINE)
        return list(_parse(inner, _below(path, "quote"), line_start=True, in_quote=True)), match.end()
    return None


def _escaped(rest: str, path: str, in_quote: bool) -> Result:
    match = _ESCAPE.match(rest)
    return None if match is None else ([(path or "text", match[1])], match.end())


def _text(rest: str, path: str, in_quote: bool) -> Result:
    match = _TEXT.match(rest)
    text = match[0] if match else rest[0]
    return [(path or "text", text)], len(text)


_BLOCK_RULES: list[Rule] = [_nested("heading", _HEADING), _leaf("list", _LIST), _quote]
_INLINE_RULES: list[Rule] = [
    _leaf("codeblock", _CODE_BLOCK),
    _leaf("shrug", _SHRUG),
    _escaped,
    _leaf("angle", _ANGLE),
    _leaf("autolink", _AUTOLINK),
    _leaf("url", _URL),
    _leaf("invite", _INVITE),
    _leaf("link", _LINK),
    _nested("strong", _STRONG),
    _nested("underline", _UNDERLINE),
    _nested("em", _EM),
    _leaf("code", _CODE),
    _nested("strike", _STRIKE),
    _nested("spoiler", _SPOILER),
    _leaf("everyone", _EVERYONE),
    _leaf("emoji", _EMOJI),
    _text,
]


def _joined(leaves: list[Leaf]) -> list[Leaf]:
    joined: list[Leaf] = []
    for kind, text in leaves:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined
