"""Questions with their gold spans: a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from qa_bot.errors import EvaluationError, UnknownSourceError

GoldMode = Literal["any", "all"]


@dataclass(frozen=True, slots=True)
class Gold:
    """A span that answers: ``text == source_text[start:end]``, in code points."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an evaluation.

    ``history`` holds earlier questions of the conversation, oldest first. ``gold`` is empty exactly when the documents
    do not answer; with ``gold_mode`` "any" one span answers, with "all" the spans do so together.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    gold_mode: GoldMode
    gold: tuple[Gold, ...]

    @property
    def answerable(self) -> bool:
        """Whether the documents answer."""
        return bool(self.gold)


class _GoldLine(BaseModel):
    model_config = ConfigDict(strict=True)

    source: Annotated[str, Field(min_length=1)]
    text: str | None = None
    start: Annotated[int, Field(ge=0)] | None = None
    end: int | None = None

    @model_validator(mode="after")
    def _locatable(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("end must lie after start")
        if self.start is None and not self.text:
            raise ValueError("needs start and end, or a text to look for")
        return self


class _QuestionLine(BaseModel):
    model_config = ConfigDict(strict=True)

    question: str
    answerable: bool
    id: Annotated[str, Field(min_length=1)] | None = None
    kind: Annotated[str, Field(min_length=1)] | None = None
    history: list[str] = Field(default_factory=list)
    gold_mode: GoldMode = "any"
    gold: list[_GoldLine] = Field(default_factory=list)

    @field_validator("question")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty")
        return value

    @model_validator(mode="after")
    def _gold_where_answerable(self) -> Self:
        if self.answerable != bool(self.gold):
            raise ValueError("gold must name a span where answerable is true, and be empty where it is false")
        return self


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that has the right form, before its spans were looked up."""

    place: str
    number: int
    content: _QuestionLine


def read_questions(path: Path, text_of: Callable[[str], str]) -> tuple[Question, ...]:
    """Read a questions file and fit its gold spans to the indexed texts.

    ``text_of`` gives the text of a source, as ``Answerer.text`` does. Raises ``EvaluationError`` with one line that
    names the file and the line of the first fault.
    """
    lines = _read_lines(path)
    texts: dict[str, str] = {}
    return tuple(_fit(line, texts, text_of) for line in lines)


def _read_lines(path: Path) -> list[_Line]:
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{path} can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise EvaluationError(f"{path} is not UTF-8; save it as UTF-8") from None
    # Not splitlines(): JSON may hold U+2028 and its like inside a string.
    lines = [
        _parse(raw, f"{path}:{number}", number) for number, raw in enumerate(content.split("\n"), 1) if raw.strip()
    ]
    if not lines:
        raise EvaluationError(f"{path} holds no questions")
    first: dict[str, int] = {}
    for line in lines:
        name = _id_of(line)
        if name in first:
            raise EvaluationError(f"{line.place}: id {name!r} was used in line {first[name]} already")
        first[name] = line.number
    return lines


def _id_of(line: _Line) -> str:
    return line.content.id or str(line.number)


def _parse(raw: str, place: str, number: int) -> _Line:
    try:
        value: Any = json.loads(raw)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise EvaluationError(f"{place}: not a line of JSON ({reason})") from None
    try:
        return _Line(place, number, _QuestionLine.model_validate(value))
    except ValidationError as error:
        raise EvaluationError(f"{place}: {_first_fault(error)}") from None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _fit(line: _Line, texts: dict[str, str], text_of: Callable[[str], str]) -> Question:
    content = line.content
    gold = tuple(_fit_gold(span, line.place, texts, text_of) for span in content.gold)
    return Question(
        id=_id_of(line),
        kind=content.kind or ("answerable" if content.answerable else "unanswerable"),
        question=content.question,
        history=tuple(content.history),
        gold_mode=content.gold_mode,
        gold=gold,
    )


def _fit_gold(span: _GoldLine, place: str, texts: dict[str, str], text_of: Callable[[str], str]) -> Gold:
    if span.source not in texts:
        try:
            texts[span.source] = text_of(span.source)
        except UnknownSourceError:
            raise EvaluationError(
                f"{place}: gold source {span.source!r} is not in the index; build it from the documents that the "
                "questions were written for"
            ) from None
    text = texts[span.source]
    if span.start is None or span.end is None:
        return _find(span, place, text)
    found = text[span.start : span.end]
    if span.end > len(text):
        raise EvaluationError(f"{place}: gold ends at {span.end}, but {span.source} has {len(text)} characters")
    if span.text is not None and span.text != found:
        raise EvaluationError(
            f"{place}: gold text does not stand at {span.start} to {span.end} of {span.source}; there stands "
            f"{_short(found)!r}"
        )
    return Gold(span.source, span.start, span.end, found)


def _find(span: _GoldLine, place: str, text: str) -> Gold:
    """Look a gold text up that came without a span; it must stand in its source once."""
    wanted = span.text or ""
    count = text.count(wanted)
    if count != 1:
        reason = "does not stand in" if count == 0 else f"stands {count} times (give start and end) in"
        raise EvaluationError(f"{place}: gold text {_short(wanted)!r} {reason} {span.source}")
    start = text.index(wanted)
    return Gold(span.source, start, start + len(wanted), wanted)


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
