"""Buttons that survive a restart: their state is in their custom_id, and one class reads it back."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord

from qa_bot.discord_bot.rendering import Button

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

_log = logging.getLogger(__name__)

_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}
TEMPLATE = re.compile(r"qa:(?P<kind>[a-z]):(?P<state>.{0,96})")


class StatefulButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=TEMPLATE):
    """Any button of the bot; what a click does is decided by ``clicks``."""

    def __init__(self, button: discord.ui.Button[Any], kind: str, state: str) -> None:
        super().__init__(button)
        self.kind = kind
        self.state = state

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> StatefulButton:
        """Read a button back from its id."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("a button's id on something else")
        return cls(item, match["kind"], match["state"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand a click on."""
        bot: QaBot = interaction.client
        await bot.clicked(interaction, self.kind, self.state)


def view_of(buttons: Sequence[Button]) -> discord.ui.View:
    """``buttons`` in a row. Nothing of the view is kept in memory: every item is dynamic."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        item: discord.ui.Button[Any] = discord.ui.Button(
            label=button.label, custom_id=button.custom_id, style=_STYLES[button.style]
        )
        match = TEMPLATE.fullmatch(button.custom_id)
        if match is None:
            raise ValueError("a button without state")
        view.add_item(StatefulButton(item, match["kind"], match["state"]))
    return view
