"""Read the training data, drop what evaluation holds, and make groups of sentences that compete for a question."""

from __future__ import annotations

import hashlib
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.corpus.sentences import sentence_spans
from qa_bot.encoding import Encoder, Statement
from training.ranker_questions import headline, spoil, vary

SHINGLE = 8
"""Words in a row; a paragraph that shares more than a tenth of its shingles with an evaluation text is dropped."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and, by number, the sentences of its paragraph that answer it or may (both empty: unanswerable)."""

    text: str
    positives: tuple[int, ...]
    unsure: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in sentences; ``origin`` is the data file's stem."""

    origin: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that competes; ``following`` is the next sentence where the ranker is to read that too."""

    statement: Statement
    following: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A question against its candidates; the first ``positives`` of them answer it (0: none does)."""

    question: str
    candidates: tuple[Candidate, ...]
    positives: int


@dataclass(slots=True)
class Corpus:
    """All paragraphs, with flat numbers for their sentences and questions."""

    paragraphs: list[Paragraph]
    sentence_at: list[tuple[int, int]] = field(default_factory=list)
    question_at: list[tuple[int, int]] = field(default_factory=list)
    first_sentence: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, paragraph in enumerate(self.paragraphs):
            self.first_sentence.append(len(self.sentence_at))
            self.sentence_at.extend((number, i) for i in range(len(paragraph.sentences)))
            self.question_at.extend((number, i) for i in range(len(paragraph.questions)))


def load_corpus(data: Path, held_out: Path | None) -> Corpus:
    """Read ``squad2.jsonl`` and ``squadshifts.jsonl`` without what the evaluation sets hold (see `HeldOut`)."""
    seen = HeldOut(held_out)
    paragraphs = [
        _paragraph(origin, row, seen)
        for origin in ("squad2", "squadshifts")
        for row in _rows(data / f"{origin}.jsonl")
        if not seen.holds_text(row["text"])
    ]
    return Corpus([paragraph for paragraph in paragraphs if paragraph.questions])


class HeldOut:
    """What the evaluation sets hold: shingles of their documents and their questions."""

    def __init__(self, folder: Path | None) -> None:
        self._shingles: set[int] = set()
        self._questions: set[str] = set()
        for file in [*folder.glob("*/corpus/**/*.txt"), *folder.glob("*/corpus/**/*.md")] if folder else []:
            self._shingles.update(_shingles(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("*/questions.jsonl")) if folder else []:
            self._questions.update(" ".join(_words(row["question"])) for row in _rows(file))

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


def nearest_elsewhere(corpus: Corpus, sentences: Vectors, questions: Vectors, count: int) -> npt.NDArray[np.int64]:
    """Return the numbers of each question's ``count`` nearest sentences elsewhere: int64 (questions, count)."""
    owner = np.array([p for p, _ in corpus.sentence_at])
    asker = np.array([p for p, _ in corpus.question_at])
    out = np.empty((len(questions), count), dtype=np.int64)
    for start in range(0, len(questions), 512):
        scores = questions[start : start + 512] @ sentences.T
        scores[asker[start : start + 512, None] == owner[None, :]] = -1.0
        top = np.argpartition(-scores, count, axis=1)[:, :count]
        out[start : start + 512] = top
    return out


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the groups of a pass are made of; README.md tells it in words."""

    inside: int = 3
    elsewhere: int = 2
    removed: float = 0.12
    """Of the answerable groups: the right sentence is taken out."""
    spoiled: float = 0.06
    """Of the answerable groups: the question asks about another name or number."""
    echoes: float = 0.2
    """Groups with a made headline, the title or the question itself among the candidates."""
    squad2: float = 2.0
    """Times that a question of ``squad2``, the smaller file with the unanswerable ones, is asked in a pass."""
    titled: float = 1.5
    """The same of the other file's encyclopaedia paragraphs (those with a title)."""
    untitled: float = 0.75
    """The same of its forum posts and product reviews."""
    both_neighbours: float = 0.25
    """Groups whose context tells the next sentence too."""


def make_groups(
    corpus: Corpus,
    sentences: Vectors,
    questions: Vectors,
    elsewhere: npt.NDArray[np.int64],
    mix: Mixture,
    seed: int,
) -> list[Group]:
    """Return the groups of one pass, shuffled by ``seed``."""
    rng = random.Random(seed)
    numbers = []
    for number, (p, _) in enumerate(corpus.question_at):
        paragraph = corpus.paragraphs[p]
        times = mix.squad2 if paragraph.origin == "squad2" else mix.titled if paragraph.title else mix.untitled
        numbers += [number] * int(times + rng.random())  # 1.5 times: once or twice, at even odds
    rng.shuffle(numbers)
    return [_group(corpus, number, sentences, questions, elsewhere[number], mix, rng) for number in numbers]


def _group(
    corpus: Corpus,
    number: int,
    sentences: Vectors,
    questions: Vectors,
    elsewhere: npt.NDArray[np.int64],
    mix: Mixture,
    rng: random.Random,
) -> Group:
    p, q = corpus.question_at[number]
    paragraph = corpus.paragraphs[p]
    question = paragraph.questions[q]
    text, positives = question.text, list(question.positives)
    negatives = [i for i in range(len(paragraph.sentences)) if i not in positives and i not in question.unsure]
    draw = rng.random()
    if positives and draw < mix.removed:
        positives = []
    elif positives and draw < mix.removed + mix.spoiled:
        others = [other for _ in range(4) for other in _other_questions(corpus, rng)]
        spoiled = spoil(text, others, rng)
        if spoiled:
            text, positives, negatives = spoiled, [], list(range(len(paragraph.sentences)))
    first = corpus.first_sentence[p]
    cosine = sentences[first : first + len(paragraph.sentences)] @ questions[number]
    negatives.sort(key=lambda i: -float(cosine[i]))
    chosen = negatives[: max(1, mix.inside - 1)]
    rest = negatives[len(chosen) :]
    if rest:
        chosen.append(rng.choice(rest))
    both = rng.random() < mix.both_neighbours
    candidates = [_candidate(paragraph, i, both) for i in [*positives, *chosen]]
    far = rng.sample(list(elsewhere), mix.elsewhere)
    candidates += [_candidate(corpus.paragraphs[corpus.sentence_at[s][0]], corpus.sentence_at[s][1], both) for s in far]
    if rng.random() < mix.echoes:
        kind = rng.random()
        fake = headline(text, rng) if kind < 0.5 else text if kind < 0.7 or not paragraph.title else paragraph.title
        candidates.append(Candidate(Statement(fake, paragraph.title), paragraph.sentences[0] if both else None))
    earlier = [other.text for i, other in enumerate(paragraph.questions) if i != q]
    return Group(vary(text, earlier, rng), tuple(candidates), len(positives))


def _other_questions(corpus: Corpus, rng: random.Random) -> list[str]:
    p, _ = corpus.question_at[rng.randrange(len(corpus.question_at))]
    return [question.text for question in corpus.paragraphs[p].questions]


def _candidate(paragraph: Paragraph, i: int, both: bool) -> Candidate:
    before = paragraph.sentences[i - 1] if i else ""
    following = paragraph.sentences[i + 1] if i + 1 < len(paragraph.sentences) else ""
    return Candidate(Statement(paragraph.sentences[i], paragraph.title, before), following if both else None)


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
    for start, end in answers:
        for i, (a, b) in enumerate(spans):
            if min(b, end) > max(a, start):
                votes[i] += 1 / len(answers)
        words = text[start:end].lower()
        if len(words) > 2:
            unsure.update(i for i, (a, b) in enumerate(spans) if words in text[a:b].lower())
    best = max(votes, default=0.0)
    positives = tuple(i for i, share in enumerate(votes) if share and share >= min(0.5, best))
    if answers and not positives:
        return None
    unsure.update(i for i, share in enumerate(votes) if share)
    return Question(str(item["question"]), positives, tuple(sorted(unsure - set(positives))))


def _rows(path: Path) -> list[dict[str, Any]]:
    """Read a JSON object a line; not by splitlines(), since JSON may hold U+2028 and its like inside a string."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _shingles(text: str) -> list[int]:
    words = _words(text)
    return [hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)]
