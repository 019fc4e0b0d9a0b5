"""Sentence boundaries, as spans of the text they were found in.

A full stop ends a sentence unless the word before it says otherwise ("Mr.", "Jan. 23", "U.S.", "J. Smith") or the word
after it does (a lower-case letter goes on). Closing quotes, brackets and footnote marks belong to the sentence that
they close. A list item starts a sentence of its own.
"""

from __future__ import annotations

import re
from itertools import pairwise

# What can end a sentence, with the quotes, brackets and footnote marks that close behind it. Scripts that write no
# space after their full stop end a sentence without one.
_BOUNDARY = re.compile(
    r"""
    (?P<stop> [.!?…]++ | [。！？｡．]++ | [।॥؟۔։።။។]++ )
    (?P<close> (?: ["'”’»›“‘«)\]}*_」』）】] | \[\d{1,3}\] | [ \u00a0\u202f](?:''|»)(?=\s|$) )*+ )
    (?= \s | $ | (?<=[。！？｡．」』）】]) )
    """,
    re.VERBOSE,
)
_LIST_ITEM = re.compile(r"(?:(?<=[\r\n])|^)[ \t]*(?:[-*+•‣▪–—]|\(?\d{1,3}[.)]|[a-z][.)])[ \t]+", re.MULTILINE)
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“‘«]+$")
_OPENERS = "\"'`“‘«„‚»([{*_¿¡-–—•"
_GOES_ON = frozenset(".,;:!?…)]")

_BEFORE_NAMES = frozenset(
    "Mr Mrs Ms Mx Dr Prof St Sen Sens Rep Reps Gov Govs Gen Gens Brig Col Maj Capt Cmdr Lt Sgt Cpl Adm Pres Hon Rev Fr "
    "Supt Det Insp Messrs Mme Mlle Amb Atty Asst Assoc Sec".split()
)
"""Abbreviations that a name follows: with a capital (or all in capitals) they never end a sentence."""

_BEFORE_ANYTHING = frozenset("vs v cf al viz approx ca e.g i.e eg ie resp incl excl trans eds".split())
"""They never end a sentence."""

_BEFORE_NUMBERS = frozenset("no nos fig figs eq vol vols pp p art sec ch ed".split())
"""They end a sentence unless a number follows, or a letter that stands for one: "He said no." and "No. 5"."""

_MONTHS_DAYS = frozenset(
    "jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun".split()
)
"""Written with a capital, they end a sentence unless a number follows."""

_MAY_END = frozenset(
    "inc corp ltd co bros llc plc jr sr esq etc ave blvd rd dept est univ assn gov't ft mt a.m p.m am pm".split()
)
"""They end a sentence only where the next word looks like the start of one."""

_STATES = frozenset(
    "Calif Fla Mass Mich Minn Pa Tex Va Wash Wis Ill Ind Conn Colo Ariz Ala Ark Del Ga Ky La Md Mo Mont Neb Nev Okla "
    "Ore Tenn Vt Wyo Miss Kan".split()
)
"""So do these, but in small letters some of them are words: "He fell ill."."""

_STARTERS = frozenset(
    "the a an this that these those it its he she they we i you his her their our my your there here in on at by for "
    "from with as of to but and or so yet if when while after before since until because although though however "
    "meanwhile moreover also then now who what where why how which whose not no some many most all each every both "
    "one two three four five six seven eight nine ten another other such still even only just according under over "
    "during despite once whether asked earlier later last next".split()
)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the half-open spans of the sentences of ``text[start:end]``, in order, without surrounding white space.

    The spans cover every character of the range that is not white space.
    """
    end = len(text) if end is None else end
    cuts = [match.end() for match in _BOUNDARY.finditer(text, start, end) if _ends_sentence(text, match, start, end)]
    cuts += [match.start() for match in _LIST_ITEM.finditer(text, start, end)]
    edges = [start, *sorted(set(cuts) - {start, end}), end]
    spans = (trimmed(text, left, right) for left, right in pairwise(edges))
    return [span for span in spans if span[0] < span[1]]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink a span past the white space at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_sentence(text: str, match: re.Match[str], start: int, end: int) -> bool:
    stop = match["stop"]
    if stop[0] not in ".!?…":
        # 「行く。」と言った。 - a particle takes the quote into its own sentence.
        return not (match["close"] and text[match.end() : match.end() + 1] in {"と", "っ"})
    after = text[match.end() : min(end, match.end() + 40)].lstrip()
    following = after.lstrip(_OPENERS + " ")
    if not following:
        return not after or after[0] in _OPENERS or after[0].isspace()
    if following[0] in _GOES_ON or _is_small(following[0]):
        # "Who are we?" he said.  An ellipsis before a small letter goes on, too, and so does ". . .".
        return False
    if stop != ".":
        return True
    return _full_stop_ends(text[max(start, match.start() - 40) : match.start()].rstrip(), following, text, match)


def _full_stop_ends(before: str, following: str, text: str, match: re.Match[str]) -> bool:
    found = _WORD_BEFORE.search(before)
    if found is None:
        return True
    written = found.group().rstrip(".")
    word = written.lower()
    next_word = re.match(r"[^\W\d_]+", following)
    opens_quote = text[match.end() : match.end() + 8].lstrip()[:1] in {'"', "“", "‘", "«", "„", "»"}
    starts_anew = opens_quote or (next_word is not None and next_word.group().lower() in _STARTERS)
    if match["close"] and match["close"] != ")":
        return True
    if word in _BEFORE_ANYTHING or (written.capitalize() in _BEFORE_NAMES and written[0].isupper()):
        return False
    if word in _BEFORE_NUMBERS:
        return not (following[0].isdigit() or (re.match(r"[A-Z]+\b(?!['’])", following) and not starts_anew))
    if word in _MONTHS_DAYS and written[0].isupper():
        return not following[0].isdigit()
    if word.isdigit():
        # "1. First item" at the start of a line is a marker, "in 2017. Then" is an end.
        line_start = max(text.rfind("\n", 0, match.start()), text.rfind("\r", 0, match.start())) + 1
        return len(word) > 3 or text[line_start : match.start()].strip() != word
    is_initial = len(word) == 1 and word.isalpha() and written.isupper()
    is_acronym = "." in word and all(len(part) <= 2 for part in word.split("."))
    if is_initial or is_acronym or word in _MAY_END or written in _STATES:
        return starts_anew
    return True


def _is_small(character: str) -> bool:
    """Say whether a letter goes on with a sentence. Georgian counts as small letters, but knows no capitals."""
    return character.islower() and not "\u10d0" <= character <= "\u10ff"
