"""The title of a document: its first heading or first short line, else its file's name made readable."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from qa_bot.corpus.paragraphs import Block

MAX_TITLE = 200
"""Code points; a longer first line is a paragraph."""

_ENDS_A_SENTENCE = re.compile(r"""[.;,:…][\W_]*$""")


def title_of(text: str, blocks: list[Block]) -> str | None:
    """Return the title that stands in the text, or ``None``."""
    if not blocks:
        return None
    for block in blocks[:3]:
        if block.marked_heading and (heading := _bare(text[block.start : block.end])):
            return heading
    first = blocks[0]
    line = text[first.start : first.end]
    alone = len(blocks) > 1 and not first.is_item and not first.wrapped
    if alone and len(line) <= MAX_TITLE and not _ENDS_A_SENTENCE.search(line):
        return _bare(line) or None
    return None


def readable_name(source: str) -> str:
    """``guides/how_to-ask.txt`` -> ``how to ask``."""
    return " ".join(re.split(r"[\s_\-.]+", PurePosixPath(source).stem)).strip() or source


def _bare(line: str) -> str:
    """A heading without its Markdown marks, on one line; "" where no word stands in it."""
    line = re.sub(r"^\s*#{1,6}\s+|\s+#+\s*$", "", line)
    line = re.sub(r"\n\s*(?:=+|-+)\s*$", "", line)
    return " ".join(line.replace("\ufeff", "").split()) if re.search(r"\w", line) else ""
