"""Discord's markup: text that shows as itself, and the check that it does.

``discord.utils.escape_markdown`` leaves mentions, timestamps, headings, ordered lists and more alive, so this module
has a tokenizer of its own. Discord's clients turn a backslash before any ASCII punctuation into that character; every
character that may open a construct is escaped that way, on each line.

What cannot be shown is normalised first, by ``shown``: every kind of line end is a line feed, blank lines and white
space at the ends of lines go, and control characters and lone surrogates become U+FFFD. ``read`` is the way back, and
refuses markup that ``block`` would not have written: a quote is compared with its source through it before it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ELLIPSIS = "[…]"

_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_UNSHOWABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]")
_ACTIVE = re.compile(r"[\\*_~`|<>@#\[\]()/]|:(?=\S|$)")
_LINE_START = re.compile(r"^(\s*)(?:([-+])|(\d+)\.)")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


class MarkupError(ValueError):
    """Text that Discord would show as something else than it says."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; ``strong`` where it is the quote itself, not what stands around it."""

    text: str
    strong: bool = False


def shown(text: str) -> str:
    """``text`` in the form in which Discord can show it (see the module's docstring)."""
    text = _UNSHOWABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    return "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)


def escape(text: str) -> str:
    """One or more lines as Discord shows them verbatim. ``text`` is taken through ``shown``."""
    return "\n".join(_escape_line(line) for line in shown(text).split("\n"))


def inline(text: str, limit: int) -> str:
    """A label (a title, a name) on one line, at most ``limit`` code points before escaping, verbatim."""
    line = shown(_DIRECTIONS.sub("", text)).replace("\n", " ")
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return _escape_line(line)


def block(runs: Sequence[Run]) -> str:
    """``runs``, one after the other, as a block quote. Emphasis never crosses a line: not every client allows that."""
    lines: list[str] = []
    for line in _lines(runs):
        body = ""
        for run in line:
            core = run.text.strip()
            if run.strong and core:
                # White space next to the asterisks would leave them standing as text in some clients.
                lead, _, trail = run.text.partition(core)
                body += f"{lead}**{_escape_line(core, at_start=not body)}**{trail}"
            else:
                body += _escape_line(run.text, at_start=not body)
        lines.append(f"> {body}")
    return "\n".join(lines)


def read(markup: str) -> tuple[Run, ...]:
    """What a reader sees of a block quote that ``block`` wrote: its runs, adjacent ones of a kind joined.

    Raises ``MarkupError`` where a character that could open a construct stands unescaped.
    """
    runs: list[Run] = []
    for number, line in enumerate(markup.split("\n")):
        if not line.startswith("> "):
            raise MarkupError("a line outside the block quote")
        if number:
            _join(runs, Run("\n"))
        for index, part in enumerate(_split_strong(line[2:])):
            if part:
                _join(runs, Run(_unescape(part, at_start=index == 0), strong=bool(index % 2)))
    return tuple(runs)


def read_inline(markup: str) -> str:
    """What a reader sees of what ``escape`` or ``inline`` wrote."""
    return "\n".join(_unescape(line, at_start=True) for line in markup.split("\n"))


def seen(runs: Sequence[Run]) -> str:
    """The text of ``runs``, in the form of ``shown``."""
    return shown("".join(run.text for run in runs))


def emphasised(runs: Sequence[Run]) -> str:
    """The text of the strong runs, with line ends where runs were parted by nothing else, in the form of ``shown``."""
    text = ""
    for run in runs:
        if run.strong or (text and not run.text.strip()):
            text += run.text
    return shown(text)


def _escape_line(line: str, *, at_start: bool = True) -> str:
    escaped = _ACTIVE.sub(lambda found: "\\" + found[0], line)
    if not at_start:
        return escaped
    return _LINE_START.sub(lambda m: m[1] + (f"\\{m[2]}" if m[2] else f"{m[3]}\\."), escaped)


def _unescape(part: str, *, at_start: bool) -> str:
    bare = _ESCAPED.sub("", part)
    if _ACTIVE.search(bare) or (at_start and _LINE_START.search(part)):
        raise MarkupError("an unescaped character that Discord would read as markup")
    return _ESCAPED.sub(r"\1", part)


def _split_strong(line: str) -> list[str]:
    """Parts of a line outside (even) and inside (odd) its unescaped pairs of asterisks."""
    parts = [""]
    index = 0
    while index < len(line):
        if line[index] == "\\":
            parts[-1] += line[index : index + 2]
            index += 2
        elif line.startswith("**", index):
            parts.append("")
            index += 2
        else:
            parts[-1] += line[index]
            index += 1
    if len(parts) % 2 == 0:
        raise MarkupError("emphasis that never ends")
    return parts


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
    """The lines of ``runs``, each without blanks at its ends, none empty."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        for number, text in enumerate(_UNSHOWABLE.sub("\ufffd", _LINE_ENDS.sub("\n", run.text)).split("\n")):
            if number:
                lines.append([])
            if text:
                _join(lines[-1], Run(text, run.strong))
    return [trimmed for trimmed in map(_trim, lines) if trimmed]


def _trim(line: list[Run]) -> list[Run]:
    line = list(line)
    while line and not line[0].text.strip():
        del line[0]
    while line and not line[-1].text.strip():
        del line[-1]
    if line:
        line[0] = Run(line[0].text.lstrip(), line[0].strong)
        line[-1] = Run(line[-1].text.rstrip(), line[-1].strong)
    return line


def _join(runs: list[Run], run: Run) -> None:
    if runs and runs[-1].strong == run.strong:
        runs[-1] = Run(runs[-1].text + run.text, run.strong)
    else:
        runs.append(run)
