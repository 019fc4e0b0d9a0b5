"""Follow-up questions: what was asked before completes a question that can't stand alone, and no other.

"And on Sunday?" after "How many arrests did ICE make on Monday?" is asked with the subject of that question; "Who is
the mayor of Chicago?" is asked as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa_bot.index import terms_of

LOOK_BACK = 3
"""So many earlier questions are looked at, the latest first."""

_LEANS = re.compile(
    r"""^\W*(?:and|but|or|so|then|also|what\ about|how\ about|why\ not|what\ else|anything\ else|which\ ones?|how\ so|
        like\ what|such\ as|for\ example|more|tell\ me\ more|go\ on|why|how|when|where|who)\b\W*$
      | ^\W*(?:and|but|or|so|what\ about|how\ about|then)\b
      | \b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|this|that|these|those|there|then|former|latter|ones?|
        same|else|such)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w’'-]+")
FEW_TERMS = 2
"""A question of no more subject words than this is too bare to stand alone in a conversation."""


def stands_alone(question: str) -> bool:
    """Say whether a question asked in a conversation can be understood without what was asked before.

    It leans on the conversation where it opens with "and ..." or "what about ...", says only "he", "it" or "there" for
    its subject, or holds hardly a word that carries one.
    """
    terms = set(terms_of(question))
    if len(terms) <= FEW_TERMS and len(_NAME.findall(question)) < FEW_TERMS:
        return False
    return _LEANS.search(question) is None


def completed(question: str, history: Sequence[str]) -> str:
    """Return ``question`` preceded by what it leans on; itself where it stands alone.

    ``history`` is oldest first. The question before is carried whole; where that leans itself, so are the names of the
    earlier ones, back to the one that stands alone. Whole earlier questions would drown the one that is asked.
    """
    if not history or stands_alone(question):
        return question
    carried = [history[-1].strip()]
    if not stands_alone(history[-1]):
        for earlier in reversed(history[-LOOK_BACK:-1]):
            carried = [*_NAME.findall(earlier), *carried]
            if stands_alone(earlier):
                break
    return " ".join([*carried, question])
