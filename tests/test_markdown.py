from __future__ import annotations

import pytest

from qa_bot.corpus.markdown import front_matter, markdown_blocks

DOCUMENT = """\
---
title: Rain
---
# Rain in Utrecht

It rained all day
and nobody minded.

Sun in Delft
------------

- a coat
- an umbrella
  that is large

  and a hat
1. first

> What he said
> was quoted.

```python
a = 1

b = 2
```

    indented code

| a | b |
|---|---|
| 1 | 2 |

<div>
html
</div>

Last.
"""


def paragraphs(text: str) -> list[str]:
    return [text[block.start : block.end] for block in markdown_blocks(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_paragraphs_follow_the_block_structure(end: str) -> None:
    expected = [
        "---\ntitle: Rain\n---",
        "# Rain in Utrecht",
        "It rained all day\nand nobody minded.",
        "Sun in Delft\n------------",
        "- a coat",
        "- an umbrella\n  that is large",
        "and a hat",
        "1. first",
        "> What he said\n> was quoted.",
        "```python\na = 1\n\nb = 2\n```",
        "indented code",
        "| a | b |\n|---|---|",
        "| 1 | 2 |",
        "<div>\nhtml\n</div>",
        "Last.",
    ]
    assert paragraphs(DOCUMENT.replace("\n", end)) == [text.replace("\n", end) for text in expected]


def test_headings_and_items_are_known_as_such() -> None:
    blocks = markdown_blocks("# Rain\n\n- a coat\n- food\n\nSun\n===\n\nIt rained.\n")
    assert [(block.line, block.marked_heading, block.is_item) for block in blocks] == [
        (1, True, False),
        (3, False, True),
        (4, False, True),
        (6, True, False),
        (9, False, False),
    ]


def test_a_heading_right_above_a_paragraph_is_a_paragraph_of_its_own() -> None:
    assert paragraphs("# Rain\nIt rained.\n## Sun\nIt shone.") == ["# Rain", "It rained.", "## Sun", "It shone."]


def test_a_fence_that_is_never_closed_reaches_to_the_end() -> None:
    assert paragraphs("It rained.\n\n```\ncode\n\nmore") == ["It rained.", "```\ncode\n\nmore"]


def test_front_matter_gives_title_address_and_date() -> None:
    text = '---\ntitle: "Rain: a report"\nurl: https://example.org/rain\ndate: 2025-01-28T10:00:00Z\nlang: en\n---\nIt.'
    assert front_matter(text) == {
        "title": "Rain: a report",
        "url": "https://example.org/rain",
        "published": "2025-01-28",
    }


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("url: javascript:alert(1)", {}),
        ("source: file:///etc/passwd", {}),
        ("link: http://example.org/a", {"url": "http://example.org/a"}),
        ("date: yesterday", {}),
        ("published: 2025-01-28", {"published": "2025-01-28"}),
        ("title:", {}),
        ("Title: 'Rain'", {"title": "Rain"}),
        ("tags:\n- rain\n- sun", {}),
    ],
)
def test_front_matter_takes_only_what_it_understands(matter: str, expected: dict[str, str]) -> None:
    assert front_matter(f"---\n{matter}\n---\nIt rained.") == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_front_matter_may_use_any_line_end(end: str) -> None:
    text = "\ufeff---\ntitle: Rain\ndate: 2025-01-28\n---\nIt rained.".replace("\n", end)
    assert front_matter(text) == {"title": "Rain", "published": "2025-01-28"}


@pytest.mark.parametrize(
    "text", ["It rained.\n---\ntitle: Rain\n---\n", "---\ntitle: Rain\n", "----\ntitle: Rain\n----\n"]
)
def test_what_merely_resembles_front_matter_is_text(text: str) -> None:
    assert front_matter(text) == {}


def test_an_impossible_date_is_no_date() -> None:
    assert front_matter("---\ndate: 2025-13-45\n---\nIt rained.") == {}
