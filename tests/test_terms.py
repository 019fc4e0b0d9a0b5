from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from qa_bot.index.terms import terms_of, words_of


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("detention", "Detentions"),
        ("detention", "DETENTION’S".lower()),
        ("détention", "detention"),
        ("Zürich", "zurich"),
        ("Straße", "STRASSE".lower()),
        ("1,179", "1179"),
        ("U.S.", "US"),
        ("D.C.", "DC"),
        ("mayor's", "mayor’s"),
        ("mayors'", "mayors"),
        ("ﬁle", "file"),
        ("Zu\u0308rich", "Zürich"),
        ("e\u0301t\u00e9", "été"),
    ],
)
def test_two_ways_of_writing_a_word_meet(left: str, right: str) -> None:
    assert terms_of(left) == terms_of(right) != []


@pytest.mark.parametrize(("left", "right"), [("US", "us"), ("3.5", "35"), ("10:30", "1030"), ("raid", "radio")])
def test_two_words_that_differ_stay_apart(left: str, right: str) -> None:
    assert terms_of(left) != terms_of(right)


def test_words_that_carry_no_subject_are_left_out() -> None:
    assert terms_of("What did they do in the city?") == ["citi"]


def test_terms_keep_their_order_and_repeat() -> None:
    assert terms_of("Raids follow raids") == ["raid", "follow", "raid"]


def test_scripts_without_spaces_are_taken_letter_by_letter() -> None:
    assert terms_of("東京 rain") == ["東", "京", "rain"]


def test_vowel_signs_part_no_word() -> None:
    assert words_of("हिन्दी। ภาษาไทย") == ["हिन्दी", "ภาษาไทย"]


def test_words_are_given_as_they_are_written() -> None:
    assert words_of("The U.S. made 1,179 arrests at 10:30; it’s “over”.") == [
        "The", "U.S.", "made", "1,179", "arrests", "at", "10:30", "it’s", "over",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n", "?!…", "—", "👩‍👩‍👧", "_", "'", "’s"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    assert [term for term in terms_of(text) if not term] == []
    assert terms_of(text) in ([], ["s"])


def test_several_threads_stem_alike() -> None:
    texts = [f"detentions raids agencies number{n}" for n in range(200)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(terms_of, texts)) == [terms_of(text) for text in texts]
