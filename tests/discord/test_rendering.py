"""Messages made of answers: within every limit, for any document and any question, and verified before they leave."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from qa_bot.discord_bot import limits, places
from qa_bot.discord_bot.links import citation_link
from qa_bot.discord_bot.places import Spot
from qa_bot.discord_bot.rendering import (
    Library,
    Rendered,
    asked_in,
    faithful,
    question_line,
    render_answer,
    render_context,
    render_spots,
    sureness,
)
from qa_bot.discord_bot.spans import cut
from qa_bot.discord_bot.texts import ENGLISH, LANGUAGES
from qa_bot.types import Answer, Hit, IndexIdentity, Passage, Place, Quote

DOCUMENT = (
    "ICE said it made 956 arrests on Sunday. It also issued 554 detainers. Nobody else was named. "
    "The mayor said nothing. A spokesman declined to comment."
)
IDENTITY = IndexIdentity("20250101T000000Z-abcdef", "sentence-transformers/all-MiniLM-L6-v2")
quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=900)


def quote_of(document: str, start: int, end: int, source: str = "a.txt", **more: object) -> Quote:
    quote = Quote(
        text=document[start:end],
        source=source,
        start=start,
        end=end,
        paragraph=3,
        line=3,
        title="A title",
        url=None,
        published=None,
        page=None,
        context=document,
        context_start=0,
        score=0.9,
    )
    return replace(quote, **more)  # type: ignore[arg-type]


def library_of(**documents: str) -> Library:
    names = {f"{name}.txt": text for name, text in documents.items()}
    return Library(
        places.tag(IDENTITY.generation), places.ordinals(list(names)), dict.fromkeys(names, "A title"), names
    )


def answer_of(*quotes: Quote, answered: bool = True, question: str = "How many?") -> Answer:
    return Answer(question, answered, 0.9, quotes if answered else (), () if answered else quotes, IDENTITY, 5.0)


def render(answer: Answer, library: Library, further: tuple[Hit, ...] = (), *, echo: bool = True) -> Rendered:
    return render_answer(answer, further, library, ENGLISH, asker=10**19, echo=echo, private=False)


def assert_within_limits(rendered: Rendered) -> None:
    assert 0 < len(rendered.content) <= limits.CONTENT
    assert len(rendered.buttons) <= limits.BUTTONS_PER_ROW
    assert all(1 <= len(button.custom_id) <= limits.CUSTOM_ID for button in rendered.buttons)
    assert all(1 <= len(button.label) <= limits.LABEL for button in rendered.buttons)
    assert len({button.custom_id for button in rendered.buttons}) == len(rendered.buttons)


def test_the_quote_is_emphasised_in_its_context_and_its_citation_follows() -> None:
    library = library_of(a=DOCUMENT)
    start = DOCUMENT.index("It also")
    rendered = render(answer_of(quote_of(DOCUMENT, start, start + 29)), library)
    lines = rendered.content.split("\n")
    assert lines[0] == "-# Question: How many?"
    assert lines[1].startswith("> ICE said it made 956 arrests on Sunday. **It also issued 554 detainers.** Nobody")
    assert lines[2] == "-# — A title, paragraph 3, a.txt"
    assert lines[3] == "How sure: very likely the answer (90 %)."
    assert faithful(rendered, library.documents)


def test_a_changed_source_is_noticed_before_sending() -> None:
    library = library_of(a=DOCUMENT)
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39)), library)
    assert not faithful(rendered, {"a.txt": DOCUMENT.replace("956", "957")})


def test_a_changed_message_is_noticed_before_sending() -> None:
    library = library_of(a=DOCUMENT)
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39)), library)
    assert not faithful(replace(rendered, content=rendered.content.replace("956", "957")), library.documents)


def test_emphasis_on_other_words_is_noticed_before_sending() -> None:
    library = library_of(a=DOCUMENT)
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39)), library)
    claim = rendered.claims[0]
    moved = claim.markup.replace("> **ICE said", "> ICE **said")
    forged = Rendered(rendered.content.replace(claim.markup, moved), rendered.buttons, (replace(claim, markup=moved),))
    assert not faithful(forged, library.documents)


@quick
@given(
    document=anything.filter(str.strip),
    title=anything,
    question=anything,
    url=st.none() | st.just("https://e.org/") | anything,
    count=st.integers(1, 5),
    elsewhere=st.integers(0, 9),
    data=st.data(),
)
def test_every_message_is_within_the_limits_and_faithful(
    document: str, title: str, question: str, url: str | None, count: int, elsewhere: int, data: st.DataObject
) -> None:
    library = library_of(a=document)
    also = tuple(Place(f"{title[:50]}{number}", 0, 1) for number in range(elsewhere))
    quotes = []
    for _ in range(count):
        start = data.draw(st.integers(0, len(document) - 1))
        end = data.draw(st.integers(start + 1, min(len(document), start + 600)))
        assume(document[start:end].strip())
        quotes.append(quote_of(document, start, end, title=title, url=url, also_in=also, published=title[:20]))
    for answered in (True, False):
        rendered = render(answer_of(*quotes, answered=answered, question=question), library)
        assert_within_limits(rendered)
        assert faithful(rendered, library.documents)
    spots = [Spot(0, quote.start, quote.end, 70_000) for quote in quotes]
    for shown in (render_spots("Title", spots, library, ENGLISH), render_context(spots[:3], 0, library, ENGLISH)):
        assert_within_limits(shown)
        assert faithful(shown, library.documents)


def test_three_long_quotes_are_shown_as_far_as_they_fit_whole() -> None:
    document = "*_" * 299 + ". " + "x" * 599 + ". " + "y" * 599
    library = library_of(a=document)
    quotes = [quote_of(document, start, start + 600) for start in (0, 601, 1201)]
    rendered = render(answer_of(*quotes), library)
    assert_within_limits(rendered)
    assert len(rendered.claims) == 2
    assert "1 more under “Next passages”." in rendered.content
    assert places.unpack(rendered.buttons[1].custom_id.rsplit(":", 1)[1])[0].start == 1201


def test_what_does_not_fit_is_cut_at_a_sentences_end_and_marked() -> None:
    excerpt = cut(DOCUMENT, (0, len(DOCUMENT)), room=90)
    assert excerpt.markup(DOCUMENT) == f"> {DOCUMENT[: DOCUMENT.index(' Nobody')]} […]".replace("[…]", "\\[…\\]")


def test_a_refusal_says_so_and_offers_the_closest_passages_as_no_answer() -> None:
    library = library_of(a=DOCUMENT)
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39), answered=False), library)
    assert "The sources don't answer this." in rendered.content
    assert "956" not in rendered.content
    assert rendered.buttons[0].label == "Show the closest passages (no answer)"


def test_where_it_stands_elsewhere_is_told_by_source() -> None:
    library = library_of(a=DOCUMENT)
    also = tuple(Place(f"{name}.txt", 0, 5) for name in "bcbde")
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39, also_in=also)), library)
    assert "-# Also in: b.txt, c.txt, d.txt, and 1 more" in rendered.content


def test_next_passages_leave_out_what_was_quoted() -> None:
    library = library_of(a=DOCUMENT)
    passages = [Passage("a.txt", s, e, DOCUMENT[s:e], 3, 3, "", "", ()) for s, e in ((0, 60), (70, 100))]
    hits = tuple(Hit(number, passage, 0.5, 0.5, 0.5) for number, passage in enumerate(passages))
    rendered = render(answer_of(quote_of(DOCUMENT, 0, 39)), library, hits)
    assert places.unpack(rendered.buttons[1].custom_id.rsplit(":", 1)[1]) == (Spot(0, 70, 100, 3),)


@quick
@given(question=anything)
def test_the_question_above_an_answer_reads_back(question: str) -> None:
    for texts in LANGUAGES.values():
        line = question_line(question, texts)
        assert "\n" not in line
        assert asked_in(f"{line}\n> quote") is not None


def test_how_sure_is_told_in_words_and_never_as_certainty() -> None:
    assert sureness(1.0, ENGLISH) == "How sure: very likely the answer (99 %)."
    assert sureness(0.6, ENGLISH) == "How sure: probably the answer (60 %)."
    assert sureness(0.1, ENGLISH) == "How sure: possibly the answer (10 %); read it in its source."


@quick
@given(
    spots=st.lists(
        st.builds(
            lambda ordinal, start, length, paragraph: Spot(ordinal, start, start + length, paragraph),
            *[st.integers(0, 2**30)] * 4,
        ),
        min_size=1,
        max_size=9,
    )
)
def test_places_survive_in_a_custom_id(spots: list[Spot]) -> None:
    packed, count = places.pack("qa:n:01234567:", spots)
    assert len(packed) <= limits.CUSTOM_ID
    assert list(places.unpack(packed.rsplit(":", 1)[1])) == spots[:count]
    assert count >= 1


def test_a_link_opens_the_page_at_the_quote() -> None:
    assert citation_link("https://e.org/a", "Two-part words, only") == (
        "https://e.org/a#:~:text=Two%2Dpart%20words%2C%20only"
    )


def test_a_link_holds_nothing_that_discord_reads_as_markup_or_that_is_no_web_page() -> None:
    link = citation_link("https://e.org/a_(b)||*c*`d`<e>", "quote")
    assert link is not None
    assert not set(link) & set("()|*`<>[]\\ ")
    assert citation_link("javascript:alert(1)", "quote") is None
    assert citation_link("https://e.org/" + "a" * 600, "quote") is None


def test_a_link_holds_no_half_character() -> None:
    assert citation_link("https://e.org/a", "the mayor \ud800") == "https://e.org/a"
    assert citation_link("https://e.org/\udcff", "the mayor") is None


@pytest.mark.parametrize(
    "url", ["https://e.org]/", "http://[e.org/", "http://", "https:///a", "//e.org", "https://e .org"]
)
def test_an_address_without_a_host_that_can_be_opened_is_no_link(url: str) -> None:
    assert citation_link(url, "the mayor") is None


def test_every_language_has_labels_that_fit() -> None:
    for texts in LANGUAGES.values():
        for name in texts.__slots__:
            value = getattr(texts, name)
            assert value
            if name.startswith("button_"):
                assert len(value) <= limits.LABEL
            if name.endswith("_description") or name.startswith(("ask_", "rebuild_full")):
                assert len(value) <= 100
