"""Sentence boundaries. In each text of the tables below ‖ marks where a sentence ends and the next begins."""

from __future__ import annotations

import pytest

from qa_bot.corpus.sentences import sentence_spans, trimmed

CASES = {
    # abbreviations
    "a month before its day": "The raids began on Jan. 23 in Chicago.‖ They went on.",
    "a month at the end": "It opened in Jan.‖ The public came.",
    "a weekday before a time": "Come on Sun. 9 a.m. sharp.‖ Bring a coat.",
    "a title before a name": "Mr. Smith met Dr. Jones and Gov. Pritzker.‖ Sen. Kaine left.",
    "several titles in a row": "Lt. Col. J. R. Smith spoke for Brig. Gen. Adams.‖ He was brief.",
    "a title in capitals": "MR. SMITH WAS HERE.‖ HE LEFT.",
    "a secretary": "Defense Sec. Hegseth spoke.‖ It took a sec.‖ Then he left.",
    "words that are also titles": "Do one more rep.‖ Rest.‖ He ate a fig.‖ Ann had two.",
    "a saint's name": "He lives in St. Louis.‖ She lives on 5th St. near the park.",
    "initials of a name": "J. K. Rowling wrote it.‖ George W. Bush read it.",
    "an initial between names": "Donald J. Trump spoke.‖ John F. Kennedy did, too.",
    "U.S. before a name": "The U.S. Marines came to the U.S. Capitol.‖ Nobody knew why.",
    "U.S. before a small letter": "The U.S. government paid.‖ It was late.",
    "U.S. at the end": "They were sent to the U.S.‖ The court agreed.",
    "U.S. at the end before a quote": "They were sent to the U.S.‖ “We agreed,” she said.",
    "D.C. within a sentence": "In Washington, D.C. Mayor Bowser objected.‖ Others did not.",
    "hours of the day": "It began at 9 a.m. and ended at 5 p.m. on Sunday.‖ Then we left.",
    "hours of the day at the end": "It began at 9 a.m.‖ The crowd cheered.",
    "hours before a weekday": "It begins at 9 a.m. Monday.‖ It ends at 5 p.m. Eastern time.",
    "Latin abbreviations": "Fruit, e.g. apples, i.e. what grows on trees, etc. is fine.‖ See also cf. Smith.",
    "versus in the name of a case": "In Roe v. Wade the court ruled.‖ In Smith vs. Jones it did not.",
    "a number behind No.": "Room No. 5 is free.‖ See Fig. 3 and pp. 10-12.",
    "a plain no at the end": "He said no.‖ They left.",
    "words that are also states": "He fell ill.‖ Doctors came.‖ What a miss.‖ Fans wept.",
    "a state before a name": "He left Springfield, Ill. Mayor Jones stayed in Boston, Mass.‖ They met.",
    "words that are also days": "The cat sat.‖ 5 dogs came.‖ They like the sun.‖ 3 slept.",
    "an article's number": "See art. 5 and sec. 3.‖ He studied art.‖ They met at sec. B of the hall.",
    "authors": "Smith et al. Proved it.‖ Others did not.",
    "a company's form before a verb": "Apple Inc. said so.‖ Acme Corp. Chief Wile agreed.",
    "a company's form at the end": "She works for Apple Inc.‖ He works for Acme Corp.‖ They met.",
    "a junior's name": "Martin Luther King Jr. spoke.‖ So did Robert F. Kennedy Jr.‖ The crowd listened.",
    "a degree": "Jane Doe, Ph.D., teaches.‖ John Roe, M.D., heals.",
    # numbers
    "a decimal number": "It grew by 3.5 percent to $1.2 million.‖ Prices rose 0.1 percent.",
    "a year at the end": "It was founded in 2017.‖ Then it grew.",
    "a number at the start": "They detained 956 people.‖ 1,179 were arrested a day later.",
    "a version and an address": "Python 3.11.4 is out at www.python.org today.‖ Use it.",
    "a date with full stops": "Am 23.01.2025 kam er an.‖ Er blieb.",
    # quotes and brackets
    "a quote after the full stop": "“We will not stop.”‖ “Nor will we,” he said.",
    "a straight quote after the full stop": 'He said, "It is over."‖ She nodded.',
    "a question inside a quote": "“Who are we?” he said.‖ Nobody answered.",
    "a shout inside a quote": '"Stop!" she cried.‖ He stopped.',
    "a quote that goes on with a name's verb": "“Are you coming?” asked Tom.‖ “Yes!” said Ann.",
    "a sentence in brackets": "It rained.‖ (It always does.)‖ We went in.",
    "brackets within a sentence": "The agency (ICE) said so.‖ It is true (see Fig. 2).‖ Fine.",
    "nested closing marks": "He wrote: “She said ‘no.’”‖ Nobody cared.",
    "footnote marks": "The city grew.[12]‖ It shrank again.[3][4]‖ Then it rested.",
    "guillemets": "«C’est fini.»‖ Il partit.",
    "italics in Markdown": "It is *over.*‖ We left.",
    "bold in Markdown": "It is **over.**‖ We left.",
    "German quotes": "„Er kam.“‖ Sie ging.‖ »Gut.«‖ Ende.",
    "French quotes with spaces": "« C’est fini. »‖ Il partit.",
    "a French question that he asked": "« Qui ? » dit-il.‖ Rien.",
    # ellipses and repeated marks
    "an ellipsis that goes on": "He waited ... and waited… until noon.‖ Then he left.",
    "an ellipsis with spaces": "He waited . . . and left.‖ She stayed.",
    "an ellipsis that ends": "He waited…‖ Nobody came.",
    "three full stops that end": "He waited...‖ Nobody came.",
    "repeated marks": "Really?!‖ Yes!!!‖ No.",
    "a question": "How many?‖ Ten.",
    # names with marks
    "a firm with a mark in its name": "The Yahoo! search was slow.‖ It was sold.",
    "a domain name": "The site amazon.com sells books.‖ So does bol.com in Utrecht.",
    "a file name": "Edit config.toml first.‖ Then run make.",
    # line ends and lists
    "a bullet list": "Bring:\n‖- a coat\n‖- an umbrella\n‖- food",
    "a bulleted list of sentences": "* It is cold.\n‖* It is wet.‖ You freeze.",
    "a numbered list": "1. Open the lid.\n‖2. Press the button.\n‖3. Wait.",
    "a list with carriage returns alone": "1. Open the lid.\r‖2. Press.\r‖- Wait.",
    "a lettered list": "a) Open the lid\n‖b) Press",
    "a wrapped line": "The mayor said\nthat it rained.‖ It\ndid.",
    "a number that ends a line in the middle of a sentence": "He was born in\n1985.‖ Then he grew.",
    # other scripts
    "Chinese": "他来了。‖她走了！‖为什么？",
    "Japanese with quotes": "「行きます。」‖彼は言った。",
    "Japanese with a quoted speech": "「行きます。」と彼は言った。‖雨だ。",
    "Chinese with a quoted speech": "“来。”他说。‖她走了。",
    "Chinese with a shouted speech": "“来！？”他说。‖她走了。",
    "Korean": "그가 왔다.‖ 그녀는 갔다.",
    "Georgian": "ის მოვიდა.‖ ის წავიდა.",
    "Armenian": "Նա եկավ։‖ Նա գնաց։",
    "Amharic": "መጣ።‖ ሄደ።",
    "Hindi": "वह आया।‖ वह गया।",
    "Urdu": "وہ آیا۔‖ وہ گیا۔",
    "Arabic question": "هل جاء؟‖ نعم.",
    "Spanish": "¿Qué hora es?‖ ¡Son las dos!‖ Bien.",
    "French with a space before the mark": "Vraiment ?‖ Oui !‖ Bien.",
    "German": "Er kam.‖ Ölpreise stiegen.‖ Über Nacht fielen sie.",
    "Greek": "Ήρθε.‖ Έφυγε.",
    "Russian": "Он пришёл.‖ Она ушла.",
    # text of tokenised corpora
    "tokenised text": "The mayor of Chicago spoke .‖ He was brief .",
    "a tokenised quote": "`` It is over , '' he said .‖ She left .",
    "a tokenised quote after the full stop": "`` It is over . ''‖ She left .",
    "a tokenised abbreviation": "Fruit , etc. , is fine .‖ We ate .",
    # odd texts
    "no mark at all": "just some words without a mark",
    "marks alone": "...",
    "one word": "Yes.",
    "white space around": "  It rained.  ‖  It stopped.  ",
}


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("marked", CASES.values(), ids=CASES.keys())
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    assert sentences(marked.replace("‖", "")) == [part.strip() for part in marked.split("‖")]


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0\u2003"], ids=["nothing", "white space", "spaces of Unicode"])
def test_a_blank_text_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


def test_sentences_lie_within_the_range_that_is_asked_for() -> None:
    text = "One. Two. Three. Four."
    assert [text[start:end] for start, end in sentence_spans(text, 5, 16)] == ["Two.", "Three."]


def test_trimming_stops_at_the_first_letter_on_either_side() -> None:
    assert trimmed("\t a b\u00a0\n", 0, 7) == (2, 5)


def test_trimming_white_space_leaves_an_empty_span() -> None:
    start, end = trimmed("a   b", 1, 4)
    assert start == end
