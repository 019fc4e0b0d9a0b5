"""An answer as one Discord message: quotes, their citations, how sure, buttons. Free of Discord's library.

What is shown of a document is a ``Claim``: the markup and the span it stands for. ``faithful`` reads every claim back
from the text that is about to leave, the way Discord's parser reads it, and compares it with the source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_bot.discord_bot import limits, markup, places
from qa_bot.discord_bot.links import citation_link
from qa_bot.discord_bot.places import Spot
from qa_bot.discord_bot.spans import Excerpt, around, cut, window
from qa_bot.discord_bot.texts import Texts
from qa_bot.types import Answer, Hit, Quote

QUESTION_ECHO = 300
CONTEXT_SPARE = 320
CONTEXT_REACH = 700
SURE_HIGH, SURE_MIDDLE = 0.8, 0.5
_TITLE, _SOURCE, _ALSO = 100, 60, 40


@dataclass(frozen=True, slots=True)
class Library:
    """What of one generation is needed to show things: texts by source, titles, the order of sources, its tag."""

    tag: str
    ordinals: Mapping[str, int]
    titles: Mapping[str, str]
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Button:
    """``style`` is one of primary, secondary, danger."""

    custom_id: str
    label: str
    style: str = "secondary"


@dataclass(frozen=True, slots=True)
class Claim:
    """``markup`` shows ``excerpt`` of ``source``."""

    markup: str
    source: str
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: at most 2,000 code points, at most five buttons."""

    content: str
    buttons: tuple[Button, ...] = ()
    claims: tuple[Claim, ...] = ()


def faithful(rendered: Rendered, documents: Mapping[str, str]) -> bool:
    """Whether a reader of ``rendered`` sees, for every claim, the source's own words and the right ones emphasised."""
    for claim in rendered.claims:
        document, excerpt = documents[claim.source], claim.excerpt
        try:
            runs = markup.read(claim.markup)
        except markup.MarkupError:
            return False
        before = f"{markup.ELLIPSIS} " if excerpt.cut_before else ""
        after = f" {markup.ELLIPSIS}" if excerpt.cut_after else ""
        expected = markup.shown(f"{before}{document[excerpt.start : excerpt.end]}{after}")
        strong = markup.shown(document[excerpt.strong_start : excerpt.strong_end])
        stands = f"\n{claim.markup}\n" in f"\n{rendered.content}\n"
        if not stands or markup.seen(runs) != expected or markup.emphasised(runs) != strong:
            return False
    return len(rendered.content) <= limits.CONTENT


def render_answer(
    answer: Answer, further: Sequence[Hit], library: Library, texts: Texts, *, asker: int, echo: bool, private: bool
) -> Rendered:
    """The message that answers. ``further`` are hits beyond the quotes; ``echo`` repeats the question above them."""
    head = [question_line(answer.question, texts)] if echo else []
    if not answer.answered:
        lines = [*head, f"**{texts.refusal}** {texts.refusal_help}"]
        return Rendered("\n".join(lines), _refusal_buttons(answer, library, texts, asker=asker, private=private))
    tail = sureness(answer.confidence, texts)
    reserve = len(texts.fewer_quotes) + 6
    room = limits.CONTENT - sum(len(line) + 1 for line in [*head, tail]) - reserve
    blocks = _fit_quotes(answer.quotes, library, texts, room)
    left_over = answer.quotes[len(blocks) :]
    if left_over:
        tail += " " + texts.fewer_quotes.format(count=len(left_over))
    content = "\n".join([*head, *(f"{claim.markup}\n{citation}" for claim, citation in blocks), tail])
    buttons = _answer_buttons(answer, left_over, further, library, texts, asker=asker, private=private)
    return Rendered(content, buttons, tuple(claim for claim, _ in blocks))


def render_spots(title: str, spots: Sequence[Spot], library: Library, texts: Texts, *, mark: str = "") -> Rendered:
    """A list of passages that are no answer, each cut to its share of the message."""
    names = {number: source for source, number in library.ordinals.items()}
    claims: list[Claim] = []
    lines = [title]
    share = (limits.CONTENT - len(title) - 1) // max(1, len(spots))
    for number, spot in enumerate(spots, start=1):
        source = names[spot.ordinal]
        citation = cite_spot(source, spot, library, texts, prefix=f"{number}.", mark=mark)
        excerpt = cut(library.documents[source], (spot.start, spot.end), room=share - len(citation) - 2)
        claims.append(Claim(excerpt.markup(library.documents[source]), source, excerpt))
        lines += [claims[-1].markup, citation]
    return Rendered("\n".join(lines), (), tuple(claims))


def render_context(spots: Sequence[Spot], index: int, library: Library, texts: Texts) -> Rendered:
    """Quote ``index`` of an answer in more of its surroundings, and buttons for the others."""
    spot = spots[index]
    source = {number: name for name, number in library.ordinals.items()}[spot.ordinal]
    document = library.documents[source]
    citation = cite_spot(source, spot, library, texts)
    room = limits.CONTENT - len(texts.context_title) - len(citation) - 2
    wide = window(document, (spot.start, spot.end), CONTEXT_REACH)
    excerpt = around(document, (spot.start, spot.end), wide, room=room, spare=2 * CONTEXT_REACH)
    claim = Claim(excerpt.markup(document), source, excerpt)
    others = tuple(
        Button(places.pack(f"qa:c:{library.tag}:{other}:", spots)[0], texts.button_context_of.format(number=other + 1))
        for other in range(len(spots))
        if other != index
    )
    return Rendered("\n".join([texts.context_title, claim.markup, citation]), others, (claim,))


def question_line(question: str, texts: Texts) -> str:
    """The question above its answer, in small print; ``asked_in`` reads it back."""
    return f"-# {texts.question}: {markup.inline(question, QUESTION_ECHO) or '…'}"


def asked_in(content: str) -> str | None:
    """The question that ``question_line`` put above an answer."""
    first = content.split("\n", 1)[0]
    if not first.startswith("-# ") or ": " not in first:
        return None
    try:
        return markup.read_inline(first.split(": ", 1)[1])
    except markup.MarkupError:
        return None


def sureness(confidence: float, texts: Texts) -> str:
    """How sure, in words and as a percentage (rounded down: never 100)."""
    if confidence >= SURE_HIGH:
        words = texts.sure_high
    else:
        words = texts.sure_middle if confidence >= SURE_MIDDLE else texts.sure_low
    return words.format(percent=min(99, int(confidence * 100)))


def cite(quote: Quote, texts: Texts, *, link: bool = True, also: bool = True) -> str:
    """The line below a quote: title, paragraph, page and date where known, the link, the file, where else it stands."""
    title = markup.inline(quote.title or quote.source, _TITLE)
    parts = [f"-# — {title}", texts.paragraph.format(number=quote.paragraph)]
    if quote.page is not None:
        parts.append(texts.page.format(number=quote.page))
    if quote.published:
        parts.append(markup.inline(quote.published, 10))
    url = citation_link(quote.url, quote.text) if link else None
    if url:
        parts.append(f"[{texts.open_page}](<{url}>)")
    if quote.title and quote.title != quote.source:
        parts.append(markup.inline(quote.source, _SOURCE))
    line = ", ".join(parts)
    elsewhere = list(dict.fromkeys(place.source for place in quote.also_in))
    if also and elsewhere:
        names = [markup.inline(source, _ALSO) for source in elsewhere[:3]]
        if len(elsewhere) > 3:
            names.append(texts.and_more.format(count=len(elsewhere) - 3))
        line += "\n-# " + texts.also_in.format(sources=", ".join(names))
    return line


def cite_spot(source: str, spot: Spot, library: Library, texts: Texts, *, prefix: str = "—", mark: str = "") -> str:
    """The citation of a passage; ``mark`` says what it is not."""
    title = library.titles.get(source) or source
    number = prefix.replace(".", "\\.")
    parts = [f"-# {number} {markup.inline(title, _TITLE)}", texts.paragraph.format(number=spot.paragraph)]
    if title != source:
        parts.append(markup.inline(source, _SOURCE))
    return ", ".join([*parts, *([mark] if mark else [])])


def spot_of(quote: Quote, library: Library) -> Spot:
    """Where ``quote`` stands, in the form that buttons hold."""
    return Spot(library.ordinals[quote.source], quote.start, quote.end, quote.paragraph)


def _fit_quotes(quotes: Sequence[Quote], library: Library, texts: Texts, room: int) -> list[tuple[Claim, str]]:
    """As many quotes as fit whole, best first, with citations; the first is there even if it must be cut.

    First each gets the room that it needs by itself, then what is left goes to contexts, in the same order.
    """
    chosen: list[tuple[Quote, str, int]] = []
    for quote in quotes:
        whole = len(Excerpt(quote.start, quote.end, quote.start, quote.end).markup(library.documents[quote.source]))
        citations = [cite(quote, texts), cite(quote, texts, also=False), cite(quote, texts, also=False, link=False)]
        fitting = next((text for text in citations if whole + len(text) + 2 <= room), None)
        if fitting is None and chosen:
            break
        citation = citations[-1] if fitting is None else fitting
        need = min(whole, room - len(citation) - 2)
        chosen.append((quote, citation, need))
        room -= need + len(citation) + 2
    blocks: list[tuple[Claim, str]] = []
    for quote, citation, need in chosen:
        document = library.documents[quote.source]
        context = (quote.context_start, quote.context_start + len(quote.context))
        excerpt = around(document, (quote.start, quote.end), context, room=need + room, spare=CONTEXT_SPARE)
        claim = Claim(excerpt.markup(document), quote.source, excerpt)
        room -= len(claim.markup) - need
        blocks.append((claim, citation))
    return blocks


def _answer_buttons(
    answer: Answer,
    left_over: Sequence[Quote],
    further: Sequence[Hit],
    library: Library,
    texts: Texts,
    *,
    asker: int,
    private: bool,
) -> tuple[Button, ...]:
    quoted = [spot_of(quote, library) for quote in answer.quotes]
    buttons = [Button(places.pack(f"qa:c:{library.tag}:0:", quoted)[0], texts.button_context, "primary")]
    following = [spot_of(quote, library) for quote in left_over]
    for hit in further:
        passage = hit.passage
        spot = Spot(library.ordinals[passage.source], passage.start, passage.end, passage.paragraph)
        if not any(spot.ordinal == q.ordinal and spot.start < q.end and q.start < spot.end for q in quoted):
            following.append(spot)
    if following:
        buttons.append(Button(places.pack(f"qa:n:{library.tag}:", following[:4])[0], texts.button_next))
    return (*buttons, *_closing_buttons("a", quoted[:1], library, texts, asker=asker, private=private))


def _refusal_buttons(
    answer: Answer, library: Library, texts: Texts, *, asker: int, private: bool
) -> tuple[Button, ...]:
    closest = [spot_of(quote, library) for quote in answer.closest[:4]]
    buttons = []
    if closest:
        buttons.append(Button(places.pack(f"qa:k:{library.tag}:", closest)[0], texts.button_closest, "primary"))
    return (*buttons, *_closing_buttons("r", closest[:1], library, texts, asker=asker, private=private))


def _closing_buttons(
    outcome: str, first: Sequence[Spot], library: Library, texts: Texts, *, asker: int, private: bool
) -> tuple[Button, ...]:
    """Was this helpful, and delete (what only one reader sees, that reader can dismiss)."""
    place = places.pack("", first or [Spot(0, 0, 0, 0)])[0]
    votes = tuple(
        Button(f"qa:v:{library.tag}:{vote}:{outcome}:{place}", label)
        for vote, label in (("y", texts.button_yes), ("n", texts.button_no))
    )
    return votes if private else (*votes, Button(f"qa:d:{asker}", texts.button_delete, "danger"))
