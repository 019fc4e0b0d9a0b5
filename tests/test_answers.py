"""Answers over the seed documents, whole, and what holds for every answer over any documents."""

from __future__ import annotations

import tempfile
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.answering import Answerer
from qa_bot.answering.quotes import says_the_same
from qa_bot.errors import CorpusError, QuestionError, UnknownSourceError
from qa_bot.pipeline import build_index, open_answerer
from qa_bot.settings import NO_RANKER, Settings
from qa_bot.types import Quote
from tests.conftest import SEEDS, SmallIndex, link_export, write_corpus

RAIDS = "000_d1cbebca1ca9454b.txt"
BRONX = "001_0e3d50258a8a4896.txt"
ORDER = "002_339e2bcf3dd9a03d.txt"
REPORT = "003_08f661f59a53808d.txt"
NYPD = "004_93201fcdd183e6ed.txt"

CLEAR_QUESTIONS = {
    "How many detainers did ICE issue on Sunday?": (
        ("ICE said it made 1,179 arrests and lodged 853 detainers on Monday after it carried out 956 arrests "
         "and issued "
        "554 detainers on Sunday leading up to Tuesday’s Big Apple action."),
        RAIDS, 2070, 2245, 12, 12,
    ),
    "What did the internal memo of the NYPD tell cops?": (
        ("The NYPD sent out an internal memo obtained by The Post reminding cops they can partner with ICE on criminal "
        "investigation, but not federal deportations, which are civil matters under the city’s sanctuary status."),
        RAIDS, 1857, 2069, 11, 11,
    ),
    "What did Homan warn on ABC News?": (
        "Homan warned on ABC News last Sunday anyone in the country illegally is “on the table” for deportation.",
        RAIDS, 770, 873, 5, 5,
    ),
    "Which cities have agents hit to ship lawbreakers out of the country?": (
        ("Agents have hit Chicago, Seattle, Atlanta, Boston, Los Angeles and New Orleans as part of its effort to ship "
        "lawbreakers out of the country."),
        RAIDS, 629, 769, 4, 4,
    ),
    "Who posted that she joined an enforcement operation in New York City?": (
        ("Newly-appointed Homeland Security Secretary Kristi Noem posted on social media that she joined an "
        "“enforcement operation” in New York City early Tuesday."),
        BRONX, 125, 278, 2, 2,
    ),
    "Which mayors have been called to testify about their sanctuary policies?": (
        ("The mayors of New York, Chicago, Denver and Boston have been called by the House Oversight and Government "
        "Reform Committee to testify about their sanctuary policies in a hearing in February."),
        BRONX, 601, 791, 4, 4,
    ),
    "What is the total of arrests since Jan. 23?": (
        ("ICE reported on Monday via X that it made 1,179 arrests nationwide, bringing the total since Jan. 23 to "
        "3,552."),
        BRONX, 2068, 2178, 10, 10,
    ),
    "How many people a day did Stephen Miller demand that ICE arrest?": (
        ("State of play: Top Trump aide Stephen Miller and Homeland Security Secretary Kristi Noem demanded late last "
        "month that ICE seek to arrest 3,000 people a day — triple what agents were arresting in the early days of "
        "the second administration."),
        ORDER, 2695, 2935, 15, 16,
    ),
    "Which states have been most cooperative with ICE through 287(g) agreements?": (
        ("The analysis shows local law enforcement agencies in Texas, Florida, Georgia, North Carolina and Virginia "
        'have been most cooperative with ICE through deals known as "287 (g)" agreements.'),
        ORDER, 3972, 4158, 20, 21,
    ),
    "What will the city continue to uphold besides the Illinois Trust Act?": (
        ('The city "will continue to uphold the Welcoming City ordinance and the Illinois Trust Act, which '
         'ensures that '
        'our local law enforcement will not be used as federal immigration enforcement," Johnson said.'),
        ORDER, 2370, 2573, 13, 14,
    ),
    "What did the mayor call the planned raids on CNN?": (
        ("The mayor of Blasio appeared Sunday during the week on the state of CNN Union. He called the planned raids a "
        '"political strategy to keep people divided as far as possible".'),
        REPORT, 391, 563, 5, 11,
    ),
    "When was the law signed that reduced the city's cooperation with ICE?": (
        "De Blasio has touted a law signed in 2014 that drastically reduced the city’s cooperation with ICE.",
        NYPD, 2306, 2405, 10, 19,
    ),
    "Who slammed the practice as collusion with immigration officials?": (
        ("Advocates slammed the practice, saying it amounts to “collusion” with immigration officials that "
         "goes against "
        "the spirit of Mayor de Blasio’s pledge that the city will remain a sanctuary city."),
        NYPD, 1729, 1921, 7, 13,
    ),
}  # fmt: skip

NOT_IN_THE_SEEDS = [
    "What is the capital of Australia?",
    "How do I bake sourdough bread?",
    "Which chemical element has the symbol Fe?",
    "How tall is Mount Everest?",
    "Who wrote Pride and Prejudice?",
]

CHROME = [
    "No comments:",
    "Post a Comment",
    "[ad_1]",
    "See gallery",
    "HIDE CAPTION",
    "E-mail me when people leave their comments –",
    "You need to be a member of Command Center to add comments!",
    "Join Command Center",
    "This reply was deleted.",
    "Axios' Carrie Shepherd contributed to this report.“",
]


@pytest.fixture(scope="module")
def seeds(seeds_index: Path) -> Answerer:
    return open_answerer(Settings(corpus_dir=SEEDS, index_dir=seeds_index))


def first(quotes: tuple[Quote, ...]) -> tuple[str, str, int, int, int, int]:
    quote = quotes[0]
    return quote.text, quote.source, quote.start, quote.end, quote.paragraph, quote.line


@pytest.mark.parametrize("question", CLEAR_QUESTIONS)
def test_a_clear_question_is_answered_by_the_sentence_that_says_it(seeds: Answerer, question: str) -> None:
    answer = seeds.answer(question)
    assert answer.answered
    assert first(answer.quotes) == CLEAR_QUESTIONS[question]


def test_what_is_quoted_stands_in_the_seed_file_itself(seeds: Answerer) -> None:
    for text, source, start, end, _, line in CLEAR_QUESTIONS.values():
        content = (SEEDS / source).read_bytes().decode("utf-8")
        assert content[start:end] == text
        assert content[:start].count("\n") + 1 == line


@pytest.mark.parametrize("question", NOT_IN_THE_SEEDS)
def test_what_the_sources_do_not_say_is_refused_with_the_closest_quotes(seeds: Answerer, question: str) -> None:
    answer = seeds.answer(question)
    assert (answer.answered, answer.quotes) == (False, ())
    assert 1 <= len(answer.closest) <= 3
    assert 0.0 <= answer.confidence < 0.5
    for quote in answer.closest:
        assert seeds.text(quote.source)[quote.start : quote.end] == quote.text


def test_quotes_come_best_first_and_at_most_three(seeds: Answerer) -> None:
    for question in CLEAR_QUESTIONS:
        scores = [quote.score for quote in seeds.answer(question).quotes]
        assert scores == sorted(scores, reverse=True)
        assert 1 <= len(scores) <= 3


def test_the_setting_of_most_quotes_is_kept(seeds_settings: Settings) -> None:
    answerer = open_answerer(seeds_settings.model_copy(update={"max_quotes": 1}))
    question = "Which states have been most cooperative with ICE through 287(g) agreements?"
    assert [quote.text for quote in answerer.answer(question).quotes] == [CLEAR_QUESTIONS[question][0]]
    answerer.close()


def test_the_setting_of_least_confidence_decides_what_is_answered(seeds_settings: Settings) -> None:
    question = "How many detainers did ICE issue on Sunday?"
    answered = {}
    for least in (0.0, 1.0):
        answerer = open_answerer(seeds_settings.model_copy(update={"min_confidence": least}))
        answer = answerer.answer(question)
        answered[least] = (answer.answered, first(answer.quotes or answer.closest))
        answerer.close()
    assert answered == {0.0: (True, CLEAR_QUESTIONS[question]), 1.0: (False, CLEAR_QUESTIONS[question])}


def test_the_same_question_is_answered_the_same_twice(seeds: Answerer) -> None:
    question = "How many detainers did ICE issue on Sunday?"
    once, again = seeds.answer(question), seeds.answer(question)
    assert (once.quotes, once.confidence) == (again.quotes, again.confidence)


def test_a_source_restricts_what_is_quoted(seeds: Answerer) -> None:
    answer = seeds.answer("How many arrests did ICE make on Monday?", source=RAIDS)
    assert {quote.source for quote in answer.quotes + answer.closest} == {RAIDS}
    assert first(answer.quotes) == CLEAR_QUESTIONS["How many detainers did ICE issue on Sunday?"]


def test_a_source_may_be_a_glob(seeds: Answerer) -> None:
    hits = seeds.search("sanctuary city", k=100, source="00[14]_*").hits
    assert {hit.passage.source for hit in hits} == {BRONX, NYPD}


def test_a_source_that_does_not_hold_the_answer_makes_a_refusal(seeds: Answerer) -> None:
    answer = seeds.answer("Which states have been most cooperative through 287(g) agreements?", source=REPORT)
    assert (answer.answered, answer.quotes) == (False, ())


def test_a_source_that_matches_nothing_is_named_in_the_error(seeds: Answerer) -> None:
    with pytest.raises(UnknownSourceError, match=r"no source matches 'nothing\*'"):
        seeds.answer("Who?", source="nothing*")


def test_a_follow_up_is_answered_with_what_was_asked_before(seeds: Answerer) -> None:
    history = ["How many detainers did ICE lodge on Monday?"]
    answer = seeds.answer("And how many on Sunday?", history=history)
    assert answer.answered
    assert first(answer.quotes) == CLEAR_QUESTIONS["How many detainers did ICE issue on Sunday?"]
    assert answer.question == "And how many on Sunday?"


def test_history_leaves_a_question_alone_that_stands_alone(seeds: Answerer) -> None:
    history = ["What did Homan warn on ABC News?", "Who slammed the practice as collusion?"]
    question = "Which states have been most cooperative with ICE through 287(g) agreements?"
    with_history, without = seeds.answer(question, history=history), seeds.answer(question)
    assert (with_history.quotes, with_history.confidence) == (without.quotes, without.confidence)


def test_an_earlier_question_that_was_blank_changes_nothing(seeds: Answerer) -> None:
    question = "And on Sunday?"
    assert seeds.answer(question, history=["", " \n"]).closest == seeds.answer(question).closest


@pytest.mark.parametrize("chrome", CHROME)
def test_the_chrome_of_a_page_is_never_quoted(seeds: Answerer, chrome: str) -> None:
    answer = seeds.answer(chrome)
    assert [quote.text for quote in answer.quotes + answer.closest if chrome in quote.text] == []


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\x00"])
def test_an_empty_question_is_refused(seeds: Answerer, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        seeds.answer(question)


def test_statements_whose_figures_differ_are_not_folded(small_index: SmallIndex) -> None:
    monday = "The border office of the northern district counted 1,179 crossings in a single day."
    sunday = monday.replace("1,179", "956")
    settings = small_index({"monday.txt": monday, "sunday.txt": sunday})
    answerer = open_answerer(settings)
    answer = answerer.answer("How many crossings did the border office of the northern district count?")
    answerer.close()
    assert {(quote.text, quote.also_in) for quote in answer.quotes} == {(monday, ()), (sunday, ())}


def test_the_same_statement_in_slightly_other_words_is_folded(small_index: SmallIndex) -> None:
    one = "The border office of the northern district counted 956 crossings in a single day."
    other = "The border office of the northern district counted 956 crossings on a single day."
    settings = small_index({"one.txt": one, "other.txt": other})
    answerer = open_answerer(settings)
    answer = answerer.answer("How many crossings did the border office of the northern district count?")
    answerer.close()
    assert [(q.source, [p.source for p in q.also_in]) for q in answer.quotes] in (
        [("one.txt", ["other.txt"])],
        [("other.txt", ["one.txt"])],
    )


def test_neighbours_that_may_both_answer_are_one_quote(small_index: SmallIndex) -> None:
    both = "The ferry sails at nine on weekdays. The ferry sails at noon on Sundays."
    settings = small_index({"ferry.txt": f"{both} Bread is baked in the old mill."})
    answerer = open_answerer(settings)
    answer = answerer.answer("When does the ferry sail?")
    answerer.close()
    assert [quote.text for quote in answer.quotes] == [both]


def test_a_question_in_a_document_is_quoted_with_its_answer(small_index: SmallIndex) -> None:
    asked = "When may members post links to their own shops?"
    settings = small_index({"rules.txt": f"Who runs this place?\nA council.\n\n{asked}\nNobody knows, says Ann."})
    answerer = open_answerer(settings.model_copy(update={"min_confidence": 0.0}))
    answer = answerer.answer(asked)
    answerer.close()
    assert answer.quotes[0].text == f"{asked}\nNobody knows, says Ann."


def test_of_two_documents_that_say_it_the_one_on_the_subject_is_quoted(small_index: SmallIndex) -> None:
    said = "The ferry to the island sails at nine."
    boats = [
        f"Ferry number {n} was built for the island in {1900 + n}. {'It carries sheep and mail. ' * 12}"
        for n in range(6)
    ]
    settings = small_index({"a.txt": said, "b.txt": "\n\n".join([*boats, said])})
    answerer = open_answerer(settings.model_copy(update={"ranker": NO_RANKER}))
    answer = answerer.answer("When does the ferry to the island sail?")
    answerer.close()
    assert [(quote.source, [place.source for place in quote.also_in]) for quote in answer.quotes[:1]] == [
        ("b.txt", ["a.txt"])
    ]


@pytest.mark.parametrize(("between", "order"), [(" ", [2, 0]), ("\n\n", [0, 2])])
def test_a_sentence_that_opens_a_paragraph_that_goes_on_comes_after_one_that_says_the_same(
    small_index: SmallIndex, between: str, order: list[int]
) -> None:
    said = "The ferry to the island sails at nine."
    sentences = [said, "Bread is baked in the old mill.", said, "Sheep graze on the hill."]
    settings = small_index({"ferry.txt": between.join(sentences)})
    answerer = open_answerer(settings.model_copy(update={"ranker": NO_RANKER}))
    ranked = answerer.consider("When does the ferry to the island sail?").ranked
    answerer.close()
    assert [candidate.position for candidate in ranked if candidate.text == said] == order


LETTERS = st.text(
    st.one_of(
        st.sampled_from(
            "aAbBeE …’“”é́ßİıñ中文。！日本語हिन्दीعربي👩‍👩‍👧🇩🇪"
            "\u200b\u00ad\ufeff\u2028\x0b\x0c\x85\x1b0123456789.,;:!?-—\"'()"
        ),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    min_size=1,
    max_size=40,
)
SENTENCES = st.one_of(
    st.sampled_from(
        [
            "The mayor of the town opened the bridge on Jan. 23.",
            "He said that 1,179 people crossed it.",
            "“It is ours,” said Dr. A. B. Smith of the U.S. office.",
            "- a point of a list",
            "# A heading",
            "The bridge, they said:",
            "No comments:",
            "word " * 400,
            "x" * 1500,
        ]
    ),
    LETTERS,
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", " ", "\t", "\n \n"])
TEXTS = st.builds(
    lambda begin, parts: begin + "".join(sentence + end for sentence, end in parts),
    st.sampled_from(["", "\ufeff", "\n\n", "---\ntitle: T\n---\n"]),
    st.lists(st.tuples(SENTENCES, LINE_ENDS), min_size=1, max_size=8),
)
CORPORA = st.dictionaries(st.sampled_from(["a.txt", "b.md", "sub/c.txt", "ü d.txt"]), TEXTS, min_size=1, max_size=4)
QUESTIONS = st.one_of(
    st.sampled_from(["Who opened the bridge?", "How many people crossed it?", "What did Dr. Smith say?"]),
    LETTERS.filter(lambda text: text.strip(" \n\t\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029") != ""),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents=CORPORA, question=QUESTIONS, least=st.sampled_from([0.0, 0.5, 1.0]))
def test_every_quote_of_every_corpus_is_verbatim(
    model_export: Path, documents: dict[str, str], question: str, least: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        setup = Settings(
            corpus_dir=write_corpus(Path(folder) / "corpus", documents),
            index_dir=link_export(model_export, Path(folder) / "index"),
            min_confidence=least,
        )
        try:
            build_index(setup)
        except CorpusError:
            return  # nothing but white space in any of them
        answerer = open_answerer(setup)
        texts = {summary.source: answerer.text(summary.source) for summary in answerer.sources()}
        assert texts == {source: documents[source] for source in texts}
        try:
            answer = answerer.answer(question)
        except QuestionError:
            return  # a question of white space that only Unicode knows
        hits = answerer.search(question, k=1000).hits
        answerer.close()
    quotes = answer.quotes + answer.closest
    for one, other in combinations(quotes, 2):
        assert one.source != other.source or one.end <= other.start or other.end <= one.start
    for quote in quotes:
        text = texts[quote.source]
        assert quote.text == text[quote.start : quote.end]
        assert quote.context == text[quote.context_start : quote.context_start + len(quote.context)]
        assert quote.text in quote.context
        assert 0 < len(quote.text) <= 600
        for place in quote.also_in:
            assert says_the_same(quote.text, texts[place.source][place.start : place.end])
    for hit in hits:
        assert hit.passage.text == texts[hit.passage.source][hit.passage.start : hit.passage.end]
