"""What a sentence is to a reader: prose, heading, caption, or the furniture of a web page.

Corpora are scraped: buttons, photo credits and comment forms stand between the paragraphs. They stay in the text and
in the passages (nothing is lost), but they are marked, so that a quote is never one of them where prose answers.
"""

from __future__ import annotations

import re

from qa_bot.types import Role

_FURNITURE = re.compile(
    r"""
    ^[\W_]*(?:
      (?:no|\d+|leave|post|add|view|show|hide|all|read|see|write|load|be\ the\ first\ to)
      \ (?:a\ |all\ |more\ |the\ |\d+\ )*(?:comments?|reply|replies|captions?|gallery|galleries|more)
    | comments?(?:\ are\ closed|\ off|\ policy|\ \(\d+\))?
    | this\ (?:reply|comment|post)\ (?:was|has\ been)\ (?:deleted|removed).*
    | (?:e-?mail|notify)\ me\ (?:when|of|about)\ .{0,40}\b(?:comments?|repl(?:y|ies)|posts?|articles?|updates?)\b.{0,40}
    | you\ (?:need\ to\ be|must\ be)\ (?:a\ member|logged\ in|signed\ in|registered)\b
        .{0,60}\b(?:comments?|repl(?:y|ies)|post|vote|view|continue)\b.{0,20}
    | (?:join|sign\ up|sign\ in|log\ ?in|log\ ?out|register|subscribe|follow\ us|share|tweet|pin\ it|print|e-?mail|reply
        |report|like|menu|search|home|close|next|previous|back(?:\ to\ top)?|return\ to\ top|skip\ to\ .{0,30}
        |click\ (?:here|to)\b.{0,60}|learn\ more|continue\ reading|advertisement|sponsored(?:\ content)?|promoted
        |trending|loading\W*|\[ad_?\d*\]|ad_\d+)
    | (?!.*[.!?:]\s*$)(?:join|subscribe\ to|sign\ up\ for|follow|share\ (?:this|on)|tweet\ this)\ .{1,60}
    | (?:source|original|full|article|permanent|via)\ (?:link|article|source|story)
    | \d+\ (?:pictures?|photos?|images?|slides?|shares?|likes?|views?|min(?:ute)?s?\ read)
    | (?:related|see\ also|read\ (?:more|next|also)|go\ deeper|more\ (?:from|on|in)|also\ read|recommended|watch|tags?
        |filed\ under|categor(?:y|ies)|posted\ in)\ ?:(?!.*\.[\W_]*$).*
    | (?:copyright\ (?:©|\(c\)|\d{4})|©|\(c\)\ \d{4}).*|all\ rights\ reserved(?:[.,;|].*)?
    | .{0,80}\bcontributed\ (?:to\ (?:this|the)\ (?:report|story|article)|reporting)\b.{0,40}
    | (?:we\ use|this\ (?:web)?site\ uses)\ cookies.*
    )[\W_]*$
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_COMMENTS_BEGIN = re.compile(
    r"^\W*(?:(?:no\ comments|\d+\ comments?)\b|comments?\W*$|(?:post|leave|add|write)\ a\ (?:comment|reply)"
    r"|e-?mail\ me\ when\ .*comments|you\ need\ to\ be\ a\ member\b)",
    re.IGNORECASE | re.VERBOSE,
)
_AGENCY = (
    r"(?:reuters|getty(?:\ images)?|a\.?f\.?p|ap(?:\ (?:photo|images))?|associated\ press|epa|shutterstock|alamy"
    r"|bloomberg|upi|xinhua|zuma|wikimedia(?:\ commons)?|flickr|istock)"
)
_CAPTION = re.compile(
    rf"""
      # at the start, or behind a caption's own sentence; a name follows
      (?:^|[.!?)\]”"|]\W*)(?:photo\ credit|photo(?:graph)?s?|pictures?|image|illustration|credit)\ ?(?::|by\b)
        \W*(?-i:[^\W\d_a-z]).{{0,100}}$
    | \b{_AGENCY}\ ?/\ ?[^.!?]{{1,60}}$
    | (?:^|[\s(])[^.!?/]{{1,60}}/\ ?{_AGENCY}(?:\W|$)
    | \({_AGENCY}[^)]*\)\W*$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENDS_LIKE_PROSE = re.compile(r"""[.!?…;:。！？।؟][\W_]*$""")


def paragraph_role(text: str, *, is_heading: bool, is_item: bool) -> Role:
    """Return the role of a paragraph from its own text and what its format says of it."""
    if _FURNITURE.match(text):
        return Role.FURNITURE
    if is_heading:
        return Role.HEADING
    if _CAPTION.search(text):
        return Role.CAPTION
    if not is_item and not _ENDS_LIKE_PROSE.search(text) and len(text.split()) <= 14 and text.count("\n") == 0:
        return Role.HEADING
    return Role.PROSE


def begins_comments(text: str) -> bool:
    """Say whether a paragraph opens the readers' comments below an article."""
    return _COMMENTS_BEGIN.match(text) is not None
