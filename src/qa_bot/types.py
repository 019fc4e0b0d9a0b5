"""The records of the flow, in the order in which they come to be.

``Document -> Passage (with its Sentences) -> Hit -> Quote -> Answer``.

Every span counts code points into the text of its document, the text that ``qa-bot show`` prints, and is half open:
``document.text[start:end]``. A citation (source, span, paragraph, line) is set when a passage is cut and nothing later
searches for it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote as quote_url


class Role(Enum):
    """What a sentence is to a reader of its document; only prose and list items are quoted willingly."""

    PROSE = "prose"
    HEADING = "heading"
    CAPTION = "caption"
    FURNITURE = "furniture"
    """Buttons, credits and blog chrome: part of the file, never an answer."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the corpus, as read.

    ``source`` is its path below the corpus folder with forward slashes; ``sha256`` is that of its bytes; ``encoding``
    is the one that turned those bytes into ``text``. ``titled`` says whether ``title`` stands in the text (else it is
    the file's name made readable). ``published`` is an ISO date.
    """

    source: str
    text: str
    title: str
    titled: bool
    sha256: str
    encoding: str = "utf-8"
    url: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file below the corpus folder that was not read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's span in its document, with the paragraph and line (both from 1) that it starts in."""

    start: int
    end: int
    paragraph: int
    line: int
    role: Role = Role.PROSE


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved: one paragraph, several short ones, or a part of a long one.

    ``text == document.text[start:end]``; every sentence lies within that span. ``title`` is the document's, and
    ``heading`` what is encoded and searched along with the text (the title where it stands in the document, else "").
    """

    source: str
    start: int
    end: int
    text: str
    paragraph: int
    line: int
    title: str
    heading: str
    sentences: tuple[Sentence, ...]
    url: str | None = None
    published: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found.

    ``number`` is its row in the index, ``score`` the fused score that hits are ordered by (0 to 1, higher is nearer),
    ``dense`` the cosine of question and passage, ``lexical`` the BM25 score as a share of the best one's (0 to 1).
    """

    number: int
    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the same statement stands elsewhere."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """One or more consecutive sentences, verbatim, with the place they stand at.

    ``text == document.text[start:end]`` and ``context == document.text[context_start:context_start + len(context)]``;
    both are checked against the stored source before an answer leaves the engine. ``score`` is 0 to 1.
    """

    text: str
    source: str
    start: int
    end: int
    paragraph: int
    line: int
    title: str | None
    url: str | None
    published: str | None
    page: int | None
    context: str
    context_start: int
    score: float
    also_in: tuple[Place, ...] = ()

    @property
    def link(self) -> str | None:
        """The document's address with a text fragment, such that a browser opens the page at the quote.

        A long quote is named by its first and last words (WICG, "URL Fragment Text Directives").
        """
        if self.url is None:
            return None
        words = self.text.split()
        ends = [words] if len(words) <= 10 else [words[:5], words[-5:]]
        # A dash would be read as part of the directive's own syntax.
        directive = ",".join(quote_url(" ".join(end), safe="").replace("-", "%2D") for end in ends)
        return f"{self.url.split('#')[0]}#:~:text={directive}"


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """Which index gave an answer."""

    generation: str
    model: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say: quotes, or an honest nothing.

    ``confidence`` is the probability that the first quote answers, given in either case. ``quotes`` is empty when not
    ``answered``; ``closest`` then holds the nearest quotes, which are no answer. ``took_ms`` is the engine's own time.
    """

    question: str
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...]
    closest: tuple[Quote, ...]
    index: IndexIdentity
    took_ms: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages nearest to a query, best first."""

    query: str
    hits: tuple[Hit, ...]
    index: IndexIdentity
    took_ms: float


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One line of ``qa-bot sources``."""

    source: str
    title: str
    passages: int
    characters: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Drift:
    """How the corpus folder differs from what is indexed; each a sorted tuple of sources."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``seconds`` is wall time; ``embedded`` counts passages whose text was new to the index."""

    index: IndexIdentity
    changed: bool
    documents: int
    passages: int
    embedded: int
    skipped: tuple[SkippedFile, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What ``qa-bot status`` tells. ``created`` is ISO 8601 in UTC; ``age_seconds`` counts from it."""

    index: IndexIdentity
    created: str
    age_seconds: float
    documents: int
    passages: int
    sentences: int
    dimension: int
    bytes: int
    drift: Drift
    skipped: tuple[SkippedFile, ...]


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``qa-bot verify`` found; ``problems`` is empty when every byte and every passage is as it should be."""

    index: IndexIdentity
    files: int
    passages: int
    problems: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
