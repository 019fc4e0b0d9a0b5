"""Links that Discord takes as they are: the page of a source, opened at the quote."""

from __future__ import annotations

import re
from urllib.parse import quote

LONGEST = 480
"""A citation's link may not crowd out the quote; a longer one loses its fragment, then is left out."""

_SAFE = "%:/?#&=+,;@!$'~-._"
_FRAGMENT_WORDS = 6
_HALF_CHARACTERS = r"\ud800-\udfff"
"""Lone surrogates: they have no encoding that an address could hold."""
_WEB_PAGE = re.compile(rf"https?://[^\s\[\]/?#{_HALF_CHARACTERS}]+(?:[/?#][^\s{_HALF_CHARACTERS}]*)?", re.IGNORECASE)
"""A host by its name (or IPv4 number), and what follows it."""


def citation_link(url: str | None, text: str) -> str | None:
    """``url`` with a text fragment that scrolls to ``text``; None where there is no web page to open.

    The fragment follows https://wicg.github.io/scroll-to-text-fragment/: the first words and the last, as a range.
    """
    if url is None or not _WEB_PAGE.fullmatch(url):
        return None
    page = quote(url, safe=_SAFE)
    for candidate in (_with_fragment(page, text), page):
        if len(candidate) <= LONGEST:
            return candidate
    return None


def _with_fragment(page: str, text: str) -> str:
    words = text.split()
    if not words or re.search(f"[{_HALF_CHARACTERS}]", text):
        return page
    ends = [words] if len(words) <= 2 * _FRAGMENT_WORDS else [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]]
    # A hyphen and a comma mean something in a fragment, so both are encoded.
    directive = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{page}{'' if '#' in page else '#'}:~:text={directive}"
