"""Whether a corrected document differs from the live one in spelling only, by a rule that can be stated.

Spelling: every text keeps its words in their order, its numbers and its gaps; at most :data:`MOST_WORDS`
words of a text are written otherwise, each beginning with the same letter and one letter apart (two in words
of :data:`LONG` letters), or with two neighbouring letters the other way round. Spaces, hyphens, capitals,
stops and a word written twice are free. No text becomes that of another answer of its question. Words in a
language where there were none, and who has read them, are no change of what was asked. Anything else is more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from surveys.questionnaire.editing import Json, opened
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import _slots

MOST_WORDS = 2
SHORT, LONG = 4, 8
_NUMBERS = re.compile(r"\d+(?:[.,:/]\d+)*")
_GAPS = re.compile(r"\{([^|}]*)")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Beyond:
    """What is more than spelling: texts by name, and whether anything but a text differs."""

    texts: tuple[str, ...] = ()
    structure: bool = False

    def __bool__(self) -> bool:
        return bool(self.texts) or self.structure


def beyond(before: Questionnaire, after: Questionnaire) -> Beyond:
    """What differs between the two beyond spelling; false when nothing does."""
    was, bones_then = _taken_apart(before)
    now, bones_now = _taken_apart(after)
    kept = after.locales[: len(before.locales)] == before.locales
    source = before.source_locale
    said = {(_group(name), _words(texts.get(source, ""))) for name, texts in was.items()}
    found = []
    for name in dict.fromkeys([*was, *now]):
        then, is_ = was.get(name, {}), now.get(name, {})
        words = _words(is_.get(source, ""))
        taken = words != _words(then.get(source, "")) and (_group(name), words) in said
        if taken or not all(_same(then, is_, locale, source) for locale in {**then, **is_}):
            found.append(name)
    return Beyond(tuple(found), not kept or bones_then != bones_now)


def _taken_apart(questionnaire: Questionnaire) -> tuple[dict[str, dict[str, str]], Json]:
    """Every text by name, and the document without texts and without what is known of its languages."""
    document = opened(questionnaire)
    texts = {
        name: holder.pop(field) for name, holder, field, _, _ in list(_slots(document)) if holder.get(field)
    }
    return texts, {name: value for name, value in document.items() if name not in ("locales", "translations")}


def _group(name: str) -> str:
    return name.rsplit(".", 2)[0]


def _same(then: dict[str, str], is_: dict[str, str], locale: str, source: str) -> bool:
    if locale != source and not then.get(locale):
        return bool(then)  # a translation more of what was there
    return spelled_alike(then.get(locale, ""), is_.get(locale, ""))


def spelled_alike(before: str, after: str) -> bool:
    """Whether the two say the same words, but for a slip of the pen."""
    if before == after:
        return True
    if _NUMBERS.findall(before) != _NUMBERS.findall(after) or _GAPS.findall(before) != _GAPS.findall(after):
        return False
    was, now = _words(before), _words(after)
    if not before or not after:
        return False
    if "".join(was) == "".join(now):
        return True
    if len(was) != len(now):
        return False
    pairs = [(one, other) for one, other in zip(was, now, strict=True) if one != other]
    return len(pairs) <= MOST_WORDS and all(_slip(*pair) for pair in pairs)


def _words(text: str) -> tuple[str, ...]:
    plain = text.casefold().replace("'", "").replace("’", "")
    return tuple(_once(_WORDS.findall(plain)))


def _once(words: list[str]) -> Iterator[str]:
    for n, word in enumerate(words):
        if n == 0 or word != words[n - 1]:
            yield word


def _slip(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if one[0] != other[0] or shorter < SHORT:
        return _swapped(one, other)
    return _apart(one, other) <= (2 if shorter >= LONG else 1) or _swapped(one, other)


def _swapped(one: str, other: str) -> bool:
    """Two neighbouring letters changed places."""
    differ = [n for n in range(min(len(one), len(other))) if one[n] != other[n]]
    return (
        len(one) == len(other)
        and len(differ) == 2
        and differ[1] == differ[0] + 1
        and one[differ[0]] == other[differ[1]]
        and one[differ[1]] == other[differ[0]]
    )


def _apart(one: str, other: str) -> int:
    """How many letters have to be added, dropped or put in the place of another."""
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, start=1):
        before, row[0] = row[0], n
        for m, against in enumerate(other, start=1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (letter != against))
    return row[-1]
