"""Read the training data, drop what evaluation holds, and make groups of passages that compete for a question."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, issparse
from sklearn.feature_extraction.text import TfidfVectorizer

from qa_bot.corpus.sentences import sentence_spans
from qa_bot.encoding import Encoder
from qa_bot.index import terms_of
from training.ranker_questions import Synonyms, as_typed, headline, spoil, vary

SHINGLE = 8
"""Words in a row; a paragraph that shares more than a tenth of its shingles with an evaluation text is dropped."""
SHORTEST_TOLD = 3
"""Letters of an answer from which on another sentence that holds it may answer, too."""

Kind = Literal["annotated", "plain", "reworded", "casual", "follow-up", "unanswerable"]
"""How a question came about: taken from a data set, or written for this training, in one of five forms."""

Vectors = npt.NDArray[np.float32]
Answer = tuple[int, int, int]
"""A sentence of the paragraph, by number, and the half-open span of code points in it that answers."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A sentence that would answer a question which its paragraph doesn't, the place where it would stand, its span."""

    position: int
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question and, by number, the sentences of its paragraph that answer it or may (both empty: unanswerable)."""

    text: str
    positives: tuple[int, ...]
    unsure: tuple[int, ...]
    answers: tuple[Answer, ...] = ()
    kind: Kind = "annotated"
    completion: Completion | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in sentences; ``origin`` is the data file's stem."""

    origin: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences, read as one passage; ``positives`` of them answer, ``unsure`` ones are not judged."""

    title: str
    sentences: tuple[str, ...]
    positives: frozenset[int] = frozenset()
    unsure: frozenset[int] = frozenset()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A question and the windows whose sentences compete for it."""

    question: str
    windows: tuple[Window, ...]


@dataclass(slots=True)
class Corpus:
    """All paragraphs, with flat numbers for their sentences and questions."""

    paragraphs: list[Paragraph]
    sentence_at: list[tuple[int, int]] = field(default_factory=list)
    question_at: list[tuple[int, int]] = field(default_factory=list)
    first_sentence: list[int] = field(default_factory=list)
    stories: list[tuple[str, ...]] = field(default_factory=list)
    """The sentences of each forum post and review, for what people tell before they ask."""

    def __post_init__(self) -> None:
        for number, paragraph in enumerate(self.paragraphs):
            self.first_sentence.append(len(self.sentence_at))
            self.sentence_at.extend((number, i) for i in range(len(paragraph.sentences)))
            self.question_at.extend((number, i) for i in range(len(paragraph.questions)))
            if not paragraph.title:
                self.stories.append(paragraph.sentences)


def load_corpus(data: Path, held_out: Path | None, written: Path | None = None) -> Corpus:
    """Read ``squad2.jsonl`` and ``squadshifts.jsonl`` without what the evaluation sets hold (see `HeldOut`).

    ``written``: a folder with ``questions.jsonl``, more questions on their paragraphs, and ``documents.jsonl``, more
    paragraphs.
    """
    seen = HeldOut(held_out)
    rows = [(origin, row) for origin in ("squad2", "squadshifts") for row in read_rows(data / f"{origin}.jsonl")]
    more: dict[str, list[dict[str, Any]]] = {}
    if written:
        rows += [("documents", row) for row in read_rows(written / "documents.jsonl")]
        for item in read_rows(written / "questions.jsonl"):
            more.setdefault(item["paragraph"], []).append(item)
    paragraphs = [
        _paragraph(origin, {**row, "questions": row["questions"] + more.get(text_key(row["text"]), [])}, seen)
        for origin, row in rows
        if not seen.holds_text(row["text"])
    ]
    return Corpus([paragraph for paragraph in paragraphs if paragraph.questions])


def text_key(text: str) -> str:
    """Return what a written question names its paragraph by: the first 12 digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class HeldOut:
    """What the evaluation sets hold: shingles of their documents and their questions."""

    def __init__(self, folder: Path | None) -> None:
        self._shingles: set[int] = set()
        self._questions: set[str] = set()
        for file in [*folder.glob("*/corpus/**/*.txt"), *folder.glob("*/corpus/**/*.md")] if folder else []:
            self._shingles.update(_shingles(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("*/questions.jsonl")) if folder else []:
            self._questions.update(" ".join(_words(row["question"])) for row in read_rows(file))

    def holds_text(self, text: str) -> bool:
        """Say whether more than a tenth of the text's shingles stand in an evaluation document."""
        own = _shingles(text)
        return sum(shingle in self._shingles for shingle in own) > len(own) / 10

    def holds_question(self, question: str) -> bool:
        """Say whether the question, case and punctuation aside, is one of an evaluation set."""
        return " ".join(_words(question)) in self._questions


def embed(corpus: Corpus, encoder: Encoder, cache: Path) -> tuple[Vectors, Vectors]:
    """Return unit vectors float32 (sentences, dim) and (questions, dim), kept in ``cache`` (.npz)."""
    sentences = [corpus.paragraphs[p].sentences[i] for p, i in corpus.sentence_at]
    questions = [corpus.paragraphs[p].questions[i].text for p, i in corpus.question_at]
    key = hashlib.sha256("\n".join([encoder.fingerprint, *sentences, *questions]).encode()).hexdigest()
    if cache.exists():
        with np.load(cache, allow_pickle=False) as kept:
            if str(kept["key"]) == key:
                return kept["sentences"], kept["questions"]
    vectors = encoder.encode_documents(sentences), encoder.encode_queries(questions)
    np.savez(cache, key=np.array(key), sentences=vectors[0], questions=vectors[1])
    return vectors


def term_vectors(corpus: Corpus) -> tuple[csr_matrix, csr_matrix]:
    """Return sparse unit vectors of TF-IDF, (sentences, terms) and (questions, terms)."""
    vectorizer = TfidfVectorizer(analyzer=terms_of, sublinear_tf=True, dtype=np.float32)
    sentences = vectorizer.fit_transform(corpus.paragraphs[p].sentences[i] for p, i in corpus.sentence_at)
    return sentences, vectorizer.transform(corpus.paragraphs[p].questions[i].text for p, i in corpus.question_at)


def nearest_elsewhere(
    corpus: Corpus, sentences: Vectors | csr_matrix, questions: Vectors | csr_matrix, count: int
) -> npt.NDArray[np.int64]:
    """Return the numbers of each question's ``count`` nearest sentences elsewhere: int64 (questions, count)."""
    owner = np.array([p for p, _ in corpus.sentence_at])
    asker = np.array([p for p, _ in corpus.question_at])
    out = np.empty((len(asker), count), dtype=np.int64)
    for start in range(0, len(asker), 512):
        scores: Any = questions[start : start + 512] @ sentences.T
        if issparse(scores):
            scores = scores.toarray()
        scores[asker[start : start + 512, None] == owner[None, :]] = -1.0
        top = np.argpartition(-scores, count, axis=1)[:, :count]
        out[start : start + 512] = top
    return out


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the groups of a pass are made of; README.md tells it in words."""

    away: int = 3
    """Windows elsewhere, each around one of the question's nearest sentences."""
    home_words: int = 70
    long_home_words: int = 140
    away_words: int = 45
    """So many words a window holds, or the one sentence that it is about."""
    long_homes: float = 0.5
    removed: float = 0.20
    """Of the answerable groups: what answers is not in the window."""
    spoiled: float = 0.06
    """Of the answerable groups: the question asks about another name or number."""
    echoes: float = 0.15
    """Groups with a made headline, the title or the question itself as a sentence of a window."""
    squad2: float = 2.0
    """Times that a question of ``squad2``, the smaller file with the unanswerable ones, is asked in a pass."""
    titled: float = 1.3
    """The same of the other file's encyclopaedia paragraphs (those with a title)."""
    untitled: float = 0.7
    """The same of its forum posts and product reviews."""
    own: float = 0.7
    """The same of a question that was written for this training."""
    completed: float = 0.5
    """Of the written questions that nothing answers: the sentence that would stands in the window."""


@dataclass(frozen=True, slots=True)
class GroupMaker:
    """Draws groups from a corpus, its vectors and each question's nearest sentences elsewhere."""

    corpus: Corpus
    sentences: Vectors
    questions: Vectors
    elsewhere: Sequence[Sequence[int]]
    synonyms: Synonyms
    mix: Mixture

    def a_pass(self, seed: int) -> list[Group]:
        """Return the groups of one pass, shuffled by ``seed``."""
        rng = random.Random(seed)
        numbers = []
        for number, (p, q) in enumerate(self.corpus.question_at):
            times = self._times(self.corpus.paragraphs[p], self.corpus.paragraphs[p].questions[q])
            numbers += [number] * int(times + rng.random())  # 1.3 times: once or twice, at seven to three
        rng.shuffle(numbers)
        return [self._group(number, rng) for number in numbers]

    def _times(self, paragraph: Paragraph, question: Question) -> float:
        if question.kind != "annotated":
            return self.mix.own
        if paragraph.origin == "squad2":
            return self.mix.squad2
        return self.mix.titled if paragraph.title else self.mix.untitled

    def _group(self, number: int, rng: random.Random) -> Group:
        p, q = self.corpus.question_at[number]
        paragraph = self.corpus.paragraphs[p]
        question = paragraph.questions[q]
        text, home = question.text, _whole(paragraph, question)
        # The same question with and without its answer: otherwise how it is asked would tell that there is none.
        if question.completion and rng.random() < self.mix.completed:
            home = _completed(home, question.completion)
        told = _told(home)
        draw = rng.random()
        if home.positives and draw < self.mix.removed:
            home = _without(home, home.positives | home.unsure)
        elif home.positives and draw < self.mix.removed + self.mix.spoiled:
            # A name of the same paragraph makes the question harder to tell from one that it answers.
            others = [other.text for other in paragraph.questions] if rng.random() < 0.5 else self._other_questions(rng)
            if spoiled := spoil(text, others, rng):
                text, home = spoiled, Window(home.title, home.sentences)
        words = self.mix.long_home_words if rng.random() < self.mix.long_homes else self.mix.home_words
        windows = [_around(home, self._centre(home, paragraph, p, number, rng), words, rng)] if home.sentences else []
        earlier = [other.text for i, other in enumerate(paragraph.questions) if i != q and other.kind != "follow-up"]
        alone = question.kind == "follow-up" and bool(windows) and (not earlier or rng.random() < 0.5)
        # A follow-up by itself tells nothing of its subject: only the sentences around compete.
        for s in rng.sample(self.elsewhere[number], 0 if alone else self.mix.away):
            other, i = self.corpus.sentence_at[s]
            away = _unjudged_where_told(self.corpus.paragraphs[other], told)
            windows.append(_around(away, i, self.mix.away_words, rng))
        if rng.random() < self.mix.echoes:
            kind = rng.random()
            echo = headline(text, rng) if kind < 0.5 else text if kind < 0.7 or not paragraph.title else paragraph.title
            at = rng.randrange(len(windows))
            windows[at] = _inserted(windows[at], 0, echo)
        if question.kind == "follow-up":
            text = text if alone or not earlier else f"{rng.choice(earlier)} {text}"
        elif question.kind == "annotated":
            stories = rng.choice(self.corpus.stories) if self.corpus.stories else ()
            text = vary(text, earlier, stories, self.synonyms, rng)
        return Group(as_typed(text, rng), tuple(windows))

    def _centre(self, home: Window, paragraph: Paragraph, p: int, number: int, rng: random.Random) -> int:
        """The sentence that a window must hold: one that answers, else one that looks as if it did."""
        if home.positives:
            return rng.choice(sorted(home.positives))
        first = self.corpus.first_sentence[p]
        cosines = self.sentences[first : first + len(paragraph.sentences)] @ self.questions[number]
        near = {paragraph.sentences[i]: float(cosines[i]) for i in range(len(paragraph.sentences))}
        # What isn't among the paragraph's own was written to answer.
        return max(range(len(home.sentences)), key=lambda i: near.get(home.sentences[i], 1.0))

    def _other_questions(self, rng: random.Random) -> list[str]:
        some = [self.corpus.question_at[rng.randrange(len(self.corpus.question_at))][0] for _ in range(4)]
        return [question.text for p in some for question in self.corpus.paragraphs[p].questions]


def _whole(paragraph: Paragraph, question: Question) -> Window:
    return Window(
        paragraph.title,
        paragraph.sentences,
        frozenset(question.positives),
        frozenset(question.unsure),
        question.answers,
    )


def _completed(window: Window, completion: Completion) -> Window:
    """Return a window that answers nothing with the sentence that does."""
    at = completion.position
    answer = (at, completion.start, completion.end)
    return replace(_inserted(window, at, completion.sentence), positives=frozenset({at}), answers=(answer,))


def _told(window: Window) -> frozenset[str]:
    """What a question's answers say, in lower case, where it is long enough to tell something."""
    told = (window.sentences[i][start:end].lower() for i, start, end in window.answers)
    return frozenset(words for words in told if len(words) >= SHORTEST_TOLD)


def _unjudged_where_told(paragraph: Paragraph, told: frozenset[str]) -> Window:
    """Return the whole of another paragraph; a sentence with the answer's words may answer, too, and is not judged."""
    unsure = [i for i, text in enumerate(paragraph.sentences) if any(words in text.lower() for words in told)]
    return Window(paragraph.title, paragraph.sentences, unsure=frozenset(unsure))


def _around(window: Window, centre: int, words: int, rng: random.Random) -> Window:
    """Cut a window down to the sentence ``centre`` and as many neighbours, on either side, as ``words`` allow."""
    lengths = [len(sentence.split()) for sentence in window.sentences]
    first = last = centre
    room = words - lengths[centre]
    while True:
        sides = [i for i in (first - 1, last + 1) if 0 <= i < len(lengths) and lengths[i] <= room]
        if not sides:
            break
        taken = rng.choice(sides)
        room -= lengths[taken]
        first, last = min(first, taken), max(last, taken)
    return _kept(window, range(first, last + 1))


def _without(window: Window, gone: frozenset[int]) -> Window:
    return _kept(window, [i for i in range(len(window.sentences)) if i not in gone])


def _kept(window: Window, numbers: Sequence[int]) -> Window:
    """Return the window of these sentences alone, everything renumbered."""
    new = {old: i for i, old in enumerate(numbers)}
    return Window(
        window.title,
        tuple(window.sentences[i] for i in numbers),
        frozenset(new[i] for i in window.positives if i in new),
        frozenset(new[i] for i in window.unsure if i in new),
        tuple((new[i], start, end) for i, start, end in window.answers if i in new),
    )


def _inserted(window: Window, at: int, sentence: str) -> Window:
    """Return the window with one more sentence, which answers nothing, as number ``at``."""

    def moved(number: int) -> int:
        return number + (number >= at)

    return replace(
        window,
        sentences=(*window.sentences[:at], sentence, *window.sentences[at:]),
        positives=frozenset(map(moved, window.positives)),
        unsure=frozenset(map(moved, window.unsure)),
        answers=tuple((moved(number), start, end) for number, start, end in window.answers),
    )


def _paragraph(origin: str, row: dict[str, Any], seen: HeldOut) -> Paragraph:
    text, title = str(row["text"]), str(row["title"])
    spans = sentence_spans(text)
    asked = row["questions"]
    questions = [_question(text, spans, item) for item in asked if not seen.holds_question(item["question"])]
    return Paragraph(origin, title, tuple(text[a:b] for a, b in spans), tuple(item for item in questions if item))


def _question(text: str, spans: list[tuple[int, int]], item: dict[str, Any]) -> Question | None:
    """Sort the sentences: answering (for half of the annotators or more), unsure, the rest; None: none holds it."""
    answers = item["answers"]
    votes = [0.0] * len(spans)
    unsure: set[int] = set()
    inside: set[Answer] = set()
    for start, end in answers:
        for i, (a, b) in enumerate(spans):
            if min(b, end) > max(a, start):
                votes[i] += 1 / len(answers)
                inside.add((i, max(a, start) - a, min(b, end) - a))
        words = text[start:end].lower()
        if len(words) >= SHORTEST_TOLD:
            unsure.update(i for i, (a, b) in enumerate(spans) if words in text[a:b].lower())
    best = max(votes, default=0.0)
    positives = tuple(i for i, share in enumerate(votes) if share and share >= min(0.5, best))
    if answers and not positives:
        return None
    unsure.update(i for i, share in enumerate(votes) if share)
    told = tuple(sorted(answer for answer in inside if answer[0] in positives))
    kind: Kind = item.get("kind", "annotated")
    if kind not in get_args(Kind):
        raise ValueError(f"a question of the kind {kind!r}: {item}")
    completion = _completion(item["completion"]) if "completion" in item else None
    return Question(str(item["question"]), positives, tuple(sorted(unsure - set(positives))), told, kind, completion)


def _completion(item: dict[str, Any]) -> Completion:
    start, end = item["answer"]
    return Completion(int(item["after"]), str(item["sentence"]), int(start), int(end))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a JSON object a line; not by splitlines(), since JSON may hold U+2028 and its like inside a string."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _shingles(text: str) -> list[int]:
    words = _words(text)
    return [hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)]
