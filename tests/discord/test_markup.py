"""Whatever stands in a document, a reader on Discord sees that and nothing else.

``QA_BOT_MARKUP_CASES`` sets how many cases are tried.
"""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qa_bot.discord_bot import markup
from qa_bot.discord_bot.markup import MarkupError, Run
from tests.discord.markup_parser import parse

CASES = int(os.environ.get("QA_BOT_MARKUP_CASES", "1500"))
many = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)

CONSTRUCTS = [
    "**", "*", "__", "_", "~~", "||", "`", "```", "```py\n", "\\", ">", "> ", ">>> ", "# ", "## ", "-# ", "- ", "* ",
    "1. ", "12.", "<@1234>", "<@!1234>", "<@&12>", "<#12>", "<t:1700000000:R>", "</ask:12>", "<:a:12>", "<a:b:12>",
    "<id:customize>", "@everyone", "@here", ":smile:", ":100:", "https://e.org/a_b", "<https://e.org>",
    "[a](https://e.org)", "[a](<https://e.org>)", "discord.gg/abc", "discord://x", "¯\\_(ツ)_/¯", "<a@b.org>",
    "<+4912>", "[", "]", "(", ")", "!", "\n", "\r\n", "\u2028", "\x00", "\x1b", "\ud800", "\u202e", "\u200b", "\t", " ",
    "   ", "a", "word", "é", "字", "😀", ":", ".", "…", "$", "=", "+", "-", "|", "#", "@", "<", "~",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(CONSTRUCTS), st.text(max_size=4)), max_size=14).map("".join)


def _plain(leaves: list[tuple[str, str]], allowed: set[str]) -> str:
    assert {kind for kind, _ in leaves} <= allowed
    return "".join(text for _, text in leaves)


@many
@given(before=texts, quote=texts, after=texts)
@example(before="1", quote=". x", after="")
@example(before="", quote="**", after="*")
@example(before=":smile", quote=":", after="")
@example(before="a\n", quote="\n# b\n\n> c", after="\n```")
@example(before="", quote="¯\\_(ツ)_/¯", after="")
def test_a_block_quote_shows_the_passages_own_text(before: str, quote: str, after: str) -> None:
    runs = (Run(before), Run(quote, strong=True), Run(after))
    written = markup.block(runs)
    leaves = parse(written)
    assert _plain(leaves, {"quote", "quote+strong"} if written.strip("> \n") else {"quote", "text"}) == markup.shown(
        before + quote + after
    )
    strong = "".join(text for kind, text in leaves if kind == "quote+strong")
    assert "".join(strong.split()) == "".join(markup.shown(quote).split())


@many
@given(text=texts)
def test_a_label_shows_its_own_text_on_one_line(text: str) -> None:
    written = markup.inline(text, 200)
    assert "\n" not in written
    leaves = parse(written)
    assert {kind for kind, _ in leaves} <= {"text"}
    visible = re.sub("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]", "", text)
    assert "".join(text for _, text in leaves) == markup.shown(visible).replace("\n", " ")


@many
@given(before=texts, quote=texts, after=texts)
@example(before="", quote=":smile:\t", after="**")
def test_what_was_written_reads_back_as_what_was_meant(before: str, quote: str, after: str) -> None:
    runs = (Run(before), Run(quote, strong=True), Run(after))
    written = markup.block(runs)
    if written == "":
        return
    read = markup.read(written)
    assert markup.seen(read) == markup.shown(before + quote + after)
    assert "".join(markup.emphasised(read).split()) == "".join(markup.shown(quote).split())


@many
@given(text=texts)
def test_what_cannot_be_shown_is_all_that_is_lost(text: str) -> None:
    kept = "".join(char for char in text if not char.isspace() and char.isprintable())
    shown = markup.shown(text)
    assert "".join(char for char in shown if char.isprintable() and not char.isspace() and char != "\ufffd") == (
        kept.replace("\ufffd", "")
    )


@pytest.mark.parametrize(
    "broken",
    ["no quote", "> a *b", "> **a", "> # a", "> <@1>", "> - a", "> 1. a", "> a\nb", "> `a`", "> a:b", "> a\\b"],
)
def test_markup_that_says_something_else_is_not_read(broken: str) -> None:
    with pytest.raises(MarkupError):
        markup.read(broken)


@pytest.mark.parametrize(
    "construct",
    [
        "**a**", "*a*", "__a__", "_a_", "~~a~~", "||a||", "`a`", "```a```", "> a", ">>> a", "# a", "-# a", "- a", "* a",
        "1. a", "<@1>", "<@&1>", "<#1>", "<t:1:R>", "</ask:12>", "<:a:12>", "<id:customize>", "@everyone", ":smile:",
        "https://e.org", "<https://e.org>", "[a](https://e.org)", "discord.gg/abc", "<a@b.org>", "¯\\_(ツ)_/¯",
    ],
)  # fmt: skip
def test_the_parser_that_judges_sees_each_construct_where_it_stands_unescaped(construct: str) -> None:
    assert {kind for kind, _ in parse(construct)} != {"text"}
    assert {kind for kind, _ in parse(markup.escape(construct))} == {"text"}
