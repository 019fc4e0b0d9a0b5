from __future__ import annotations

import pytest

from qa_bot.corpus.roles import begins_comments, paragraph_role
from qa_bot.types import Role


def role(text: str) -> Role:
    return paragraph_role(text, is_heading=False, is_item=False)


@pytest.mark.parametrize(
    "text",
    [
        "Share",
        "SHARE",
        "Tweet",
        "Print",
        "Leave a comment",
        "No comments",
        "12 comments",
        "Comments are closed.",
        "View all comments",
        "Email me when people comment",
        "You need to be a member of this network to add comments!",
        "Subscribe to our newsletter",
        "Join the conversation",
        "Follow us",
        "Sign in",
        "Advertisement",
        "[ad_1]",
        "[ad_2]",
        "Source link",
        "18 PICTURES",
        "See gallery",
        "5 min read",
        "Related: Ten ways to stay dry",
        "RELATED: Stephen Miller",
        "Read more: Ten ways to stay dry",
        "Tags: rain, sun",
        "Filed under: weather",
        "© 2025 The Utrecht Post",
        "Copyright 2025 The Utrecht Post. All rights reserved.",
        "All rights reserved.",
        "Ann Bell contributed to this report.",
        "We use cookies to improve your visit.",
        "Skip to main content",
        "Back to top",
        "Click here to subscribe",
        "» Next «",
    ],
)
def test_buttons_credits_and_chrome_are_furniture(text: str) -> None:
    assert role(text) is Role.FURNITURE


@pytest.mark.parametrize(
    "text",
    [
        "Follow the instructions below.",
        "Share the file with your team.",
        "Share this file with your team before you leave.",
        "Copyright law protects authors.",
        "Join two lines with a backslash.",
        "Subscribe to the topic before you publish.",
        "Comments are lines that begin with a hash.",
        "Print the page and sign it.",
        "Read more books, and you will write better ones.",
        "Source code is read more often than it is written.",
        "Search the index before you ask.",
        "The advertisement was removed on Sunday.",
        "Watch the pot until it boils.",
        "Watch: the pot boils over when nobody looks at it.",
        "Recommended: at least 8 GB of memory and two cores.",
        "Tags: each commit may carry several of them, and none is required.",
        "See also: the chapter on rain explains how clouds form.",
        "The report that he contributed to the committee in 2019 was long and is now lost.",
        "Home is where the heart is.",
        "All rights reserved to the states stay with them.",
        "No replies were received by Sunday.",
        "Ten pictures hang in the hall.",
        "You must be logged in as an administrator to change the settings of the server.",
        "Email me when you have arrived, she said.",
        "The company said that it will add comments to the code.",
        "Menu items are sorted by price.",
        "Reply to the letter within ten days.",
        "Like rain, snow is water.",
        "Report any damage to the landlord.",
    ],
)
def test_prose_that_merely_resembles_chrome_stays_prose(text: str) -> None:
    assert role(text) is Role.PROSE


@pytest.mark.parametrize(
    "text",
    [
        "Photo: Ann Bell",
        "Photo by Ann Bell",
        "Credit: Reuters",
        "President Trump at the White House on Sunday. Photo: Tasos Katopodis/Getty Images",
        "A man walks in the rain. (AP Photo/Ann Bell)",
        "A man walks in the rain. REUTERS/Ann Bell",
        "A man walks in the rain (Getty Images)",
        "Ann Bell / AFP",
        "Image: Shutterstock",
        "Illustration: Ann Bell for The Post",
    ],
)
def test_photo_credits_are_captions(text: str) -> None:
    assert role(text) is Role.CAPTION


@pytest.mark.parametrize(
    "text",
    [
        "The photo was taken by Ann Bell on a rainy Sunday in Utrecht.",
        "Reuters reported on Sunday that the rain had stopped.",
        "According to Reuters/Ipsos polls, most people like rain.",
        "She sold the picture by the river to a man from Delft.",
        "The illustration by Ann Bell shows how the pump works.",
        "Credit: a loan that the bank grants is paid back within ten years.",
    ],
)
def test_prose_about_pictures_and_agencies_stays_prose(text: str) -> None:
    assert role(text) is Role.PROSE


@pytest.mark.parametrize("text", ["Rain in Utrecht", "What we know so far", "Chapter 3"])
def test_a_short_line_without_a_full_stop_is_a_heading(text: str) -> None:
    assert role(text) is Role.HEADING


@pytest.mark.parametrize("text", ["It rained.", "Will it rain?", "It rained…", "他来了。", "He said: “It rained.”"])
def test_a_short_sentence_is_prose(text: str) -> None:
    assert role(text) is Role.PROSE


def test_a_list_item_is_prose_without_a_full_stop() -> None:
    assert paragraph_role("a coat", is_heading=False, is_item=True) is Role.PROSE


def test_what_its_format_calls_a_heading_is_one_even_with_a_full_stop() -> None:
    assert paragraph_role("It rained.", is_heading=True, is_item=False) is Role.HEADING


def test_a_long_line_without_a_full_stop_is_prose() -> None:
    assert role("word " * 15) is Role.PROSE


@pytest.mark.parametrize("text", ["3 comments", "Comments", "Post a comment", "No comments yet", "Leave a reply"])
def test_the_head_of_a_comment_section_is_known(text: str) -> None:
    assert begins_comments(text)


@pytest.mark.parametrize(
    "text", ["Comments are lines that begin with a hash.", "Add a pinch of salt.", "No comment, he said."]
)
def test_prose_opens_no_comment_section(text: str) -> None:
    assert not begins_comments(text)
