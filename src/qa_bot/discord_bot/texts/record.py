"""The texts of one language. Fields in braces are filled in with ``str.format``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything that the bot says of itself, by name."""

    question: str
    paragraph: str
    page: str
    open_page: str
    also_in: str
    and_more: str
    sure_high: str
    sure_middle: str
    sure_low: str
    fewer_quotes: str
    refusal: str
    refusal_help: str
    withheld: str
    closest_title: str
    no_answer_mark: str
    next_title: str
    context_title: str
    button_closest: str
    button_next: str
    button_context: str
    button_context_of: str
    button_yes: str
    button_no: str
    button_delete: str
    button_again: str
    button_back: str
    button_forward: str
    voted: str
    vote_changed: str
    vote_same: str
    old_generation: str
    expired: str
    not_yours: str
    not_admin: str
    lost_question: str
    cooldown: str
    guild_cooldown: str
    busy: str
    not_ready: str
    stopping: str
    wrong_channel: str
    no_text: str
    failed: str
    refused_question: str
    help: str
    sources_title: str
    sources_line: str
    sources_none: str
    sources_page: str
    status: str
    status_drift: str
    status_no_drift: str
    status_no_index: str
    status_ready: str
    status_rebuilding: str
    rebuild_running: str
    rebuild_started: str
    rebuild_progress: str
    rebuild_done: str
    rebuild_unchanged: str
    rebuild_failed: str
    ask_description: str
    ask_question: str
    ask_source: str
    ask_private: str
    answer_this: str
    sources_description: str
    status_description: str
    help_description: str
    rebuild_description: str
    rebuild_full: str
