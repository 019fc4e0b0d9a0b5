"""From a question to what is sent, whichever way it was asked."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass, replace

from qa_bot.discord_bot import limits, markup
from qa_bot.discord_bot.admission import Admission, Refusal
from qa_bot.discord_bot.conversations import Conversations
from qa_bot.discord_bot.engine import EngineHost, Found, NotReadyError
from qa_bot.discord_bot.feedback import Answered, FeedbackStore
from qa_bot.discord_bot.rendering import Rendered, faithful, render_answer
from qa_bot.discord_bot.texts import ENGLISH, Texts
from qa_bot.errors import QaBotError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A question with everything that its answer depends on. ``history``: what was asked before, oldest first."""

    question: str
    user: int
    guild: int | None = None
    history: tuple[str, ...] = ()
    source: str | None = None
    private: bool = False
    echo: bool = False
    texts: Texts = ENGLISH

    @property
    def asked(self) -> tuple[str, ...]:
        """The conversation with this question at its end."""
        return (*self.history, self.question)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to send, and what it came from where an answer was found or refused."""

    rendered: Rendered
    found: Found | None = None


class Asking:
    """Takes questions in, and turns what comes of them into messages."""

    def __init__(
        self, engine: EngineHost, admission: Admission, conversations: Conversations, feedback: FeedbackStore
    ) -> None:
        self.engine = engine
        self.admission = admission
        self.conversations = conversations
        self.feedback = feedback

    def submit(self, request: Request) -> asyncio.Future[Found]:
        """Queue a question. Raises ``Refusal``, at once and without using up anything."""
        loaded = self.engine.loaded
        same = (
            " ".join(request.question.split()),
            request.history,
            request.source,
            loaded.tag if loaded else None,
        )
        return self.admission.submit(
            user=request.user,
            guild=request.guild,
            same=same,
            work=lambda: self.engine.ask(request.question, request.history, request.source),
        )

    async def outcome(self, request: Request, found: asyncio.Future[Found]) -> Outcome:
        """The message that answers ``request``, whatever comes of it."""
        try:
            result = await asyncio.shield(found)
        except Refusal as refusal:
            return Outcome(self.refusal(refusal, request.texts))
        except NotReadyError as error:
            return Outcome(notice(request.texts.not_ready, reason=str(error)))
        except QaBotError as error:
            return Outcome(notice(request.texts.refused_question, reason=str(error)))
        except Exception:
            _log.exception("a question failed")
            return Outcome(Rendered(request.texts.failed))
        return Outcome(self._rendered(request, result), result)

    def refusal(self, refusal: Refusal, texts: Texts) -> Rendered:
        """Why not now, and from when on."""
        text = {
            "user": texts.cooldown,
            "guild": texts.guild_cooldown,
            "busy": texts.busy,
            "stopping": texts.stopping,
        }[refusal.reason]
        return Rendered(text.format(when=f"<t:{math.ceil(time.time() + refusal.wait)}:R>"))

    def not_ready(self, texts: Texts) -> Rendered | None:
        """What to say where no index is open."""
        if self.engine.loaded is not None:
            return None
        return notice(texts.not_ready, reason=self.engine.problem)

    async def sent(self, message: int, request: Request, outcome: Outcome, *places: int) -> None:
        """Remember what was asked, by the answer's message and by ``places`` (its question, its thread)."""
        if outcome.found is None:
            return
        for place in (message, *places):
            self.conversations.remember(place, request.asked)
        if not outcome.found.answer.answered and self.feedback.keep_questions:
            about = Answered(str(message), False, outcome.found.answer.index.generation)
            await asyncio.to_thread(self.feedback.unanswered, about, request.asked)

    def _rendered(self, request: Request, found: Found) -> Rendered:
        rendered = render_answer(
            replace(found.answer, question=request.question),  # a shared search has another asker's blanks
            found.further,
            found.library,
            request.texts,
            asker=request.user,
            echo=request.echo,
            private=request.private,
        )
        if faithful(rendered, found.library.documents):
            return rendered
        _log.error("a quote could not be shown word for word and was withheld; please report this")
        return Rendered(request.texts.withheld)


def notice(text: str, *, reason: str) -> Rendered:
    """One of the bot's own sentences with a reason in it, as plain text."""
    return Rendered(text.format(reason=markup.inline(reason, 600))[: limits.CONTENT])
