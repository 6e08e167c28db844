"""Finding what looks like personal data in a text. It runs here, flags, and never decides.

Patterns for well-formed identifiers (with their check digits where they have any), and hints for names and
places. What it finds and misses on a labelled set is measured by the tests and printed in the README. Places
are characters of the original text; characters the eye does not see do not hide anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from surveys.moderation.patterns import (
    ACCOUNT,
    ACCOUNT_WORD,
    ADDRESS,
    AREAS,
    BIRTH,
    DIGITS,
    EMAIL,
    FULL_NAME,
    IBAN,
    LINK,
    NAMED,
    NINO,
    NO_NAME,
    NO_PLATE,
    NO_SURNAME,
    OFFENCE,
    ORDINAL,
    PLATE_BEFORE,
    PLATE_NOW,
    POSTCODE,
    SENTENCE,
    SORT,
    SORT_CODE,
    STREET,
    TITLED,
)
from surveys.moderation.seeing import seen_with_places

NAMES = Path(__file__).parent / "first_names.txt"
LONGEST = 20_000
"""Looked at, of one text: far more than any question takes, so that no text can keep a server busy."""


@dataclass(frozen=True, order=True)
class Span:
    """Characters ``start`` to before ``end`` look like ``kind``; ``placeholder`` could stand there."""

    start: int
    end: int
    kind: str
    placeholder: str


PLACEHOLDER = {
    "own-list": "words",
    "email": "email",
    "link": "link",
    "card": "number",
    "bank": "number",
    "nhs": "number",
    "national-insurance": "number",
    "phone": "phone",
    "postcode": "address",
    "vehicle": "vehicle",
    "birth": "date",
    "address": "address",
    "street-offence": "place",
    "titled": "name",
    "named": "name",
    "name-like": "name",
}
"""Kind of finding to what could stand in its place. The order says who wins where two overlap."""


@cache
def first_names() -> frozenset[str]:
    return frozenset(NAMES.read_text(encoding="utf-8").split())


@cache
def _own(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """The partnership's own list as one pattern; letter case apart, whole words."""
    wanted = sorted({w.strip() for w in words if w.strip()}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.I) if wanted else None


def detect(text: str, *, own: Sequence[str] = ()) -> tuple[Span, ...]:
    """Everything that looks like personal data, in reading order, without overlaps.

    ``own``: words of the partnership's own list (names of blocks of flats, of people who are often named).
    """
    clear, places = seen_with_places(text[:LONGEST])
    taken: list[Span] = []
    for kind, start, end in _looks(clear, own):
        if all(end <= span.start or start >= span.end for span in taken):
            taken.append(Span(start, end, kind, PLACEHOLDER[kind]))
    if places is not None:
        taken = [Span(places[s.start], places[s.end - 1] + 1, s.kind, s.placeholder) for s in taken]
    return tuple(sorted(taken))


def kinds(text: str) -> tuple[str, ...]:
    """Which kinds are in the text, each once, in reading order: what a warning before sending names."""
    return tuple(dict.fromkeys(span.kind for span in detect(text)))


Found = Iterator[tuple[str, int, int]]


def _looks(text: str, own: Sequence[str]) -> Found:
    """(kind, start, end), the surest kinds first: what is taken by one is not offered to the next."""
    pattern = _own(tuple(own))
    if pattern is not None:
        yield from _every("own-list", pattern, text)
    if "@" in text:
        yield from _every("email", EMAIL, text)
    yield from _every("link", LINK, text)
    if any(char.isdigit() for char in text):
        yield from _numbers(text)
        yield from _every("national-insurance", NINO, text)
        yield from _every("postcode", POSTCODE, text, _is_postcode)
        yield from _every("vehicle", PLATE_NOW, text)
        if not text.isupper():
            yield from _every("vehicle", PLATE_BEFORE, text, lambda m: not NO_PLATE.search(m.group()))
        for match in BIRTH.finditer(text):
            yield "birth", match.start(1), match.end(1)
        yield from _every("address", ADDRESS, text)
    yield from _streets(text)
    yield from _every("titled", TITLED, text)
    yield from _names(text)


def _every(
    kind: str, pattern: re.Pattern[str], text: str, holds: Callable[[re.Match[str]], bool] = lambda _: True
) -> Found:
    for match in pattern.finditer(text):
        if holds(match):
            yield kind, match.start(), match.end()


def _numbers(text: str) -> Found:
    yield from _every("bank", IBAN, text)
    for match in SORT_CODE.finditer(text):
        near = text[max(0, match.start() - 25) : match.end() + 45]
        after = ACCOUNT.search(text, match.end(), match.end() + 45)
        if SORT.search(near) or after:
            yield "bank", match.start(), match.end()
    for match in ACCOUNT.finditer(text):
        near = text[max(0, match.start() - 45) : match.start()]
        if ACCOUNT_WORD.search(near) or SORT_CODE.search(near):
            yield "bank", match.start(), match.end()
    for match in DIGITS.finditer(text):
        kind = _number_kind(match.group())
        if kind:
            yield kind, match.start(), match.end()


def _number_kind(written: str) -> str:
    """What a run of digits is: the check digits of cards and NHS numbers decide, then the look of a phone."""
    digits = re.sub(r"\D", "", written)
    if 13 <= len(digits) <= 19 and _luhn(digits) and len(set(digits)) > 1 and not written.startswith("+"):
        return "card"
    if len(digits) == 10 and digits[0] != "0" and _nhs(digits):
        return "nhs"
    if written.startswith("+44"):
        digits = "0" + digits[2:].removeprefix("0")
    elif digits.startswith("0044"):
        digits = "0" + digits[4:].removeprefix("0")
    elif written.startswith("+") and 9 <= len(digits) <= 15:
        return "phone"
    elif digits.startswith("44") and len(digits) == 12:
        digits = "0" + digits[2:]
    free = digits.startswith(
        ("0800", "0808", "0300", "0303", "0345")
    )  # helplines and switchboards: no person
    if len(digits) in (10, 11) and digits[0] == "0" and digits[1] in "1235789" and not free:
        return "phone"
    return ""


def _luhn(digits: str) -> bool:
    total = 0
    for at, char in enumerate(reversed(digits)):
        number = int(char) * (1 + at % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _nhs(digits: str) -> bool:
    """The tenth digit follows from the nine before it (modulus 11)."""
    rest = 11 - sum(int(char) * (10 - at) for at, char in enumerate(digits[:9])) % 11
    return rest != 10 and rest % 11 == int(digits[9]) and len(set(digits)) > 1


def _is_postcode(match: re.Match[str]) -> bool:
    written = match.group()
    ordinal = not written.isupper() and ORDINAL.search(written)  # "the B4 2nd turning"
    return match.group(1).upper() in AREAS and not ordinal


def _streets(text: str) -> Found:
    """A street or a house in the same sentence as an offence: who reads it knows who is meant."""
    if not OFFENCE.search(text):
        return
    for sentence in SENTENCE.finditer(text):
        if OFFENCE.search(sentence.group()):
            for match in STREET.finditer(text, sentence.start(), sentence.end()):
                yield "street-offence", match.start(), match.start() + len(match.group().rstrip())


def _names(text: str) -> Found:
    for match in NAMED.finditer(text):
        group = 1 if match.group(1) else 2
        if match.group(group).split()[0] not in NO_NAME:
            yield "named", match.start(group), match.end(group)
    at = 0
    while pair := FULL_NAME.search(text, at):
        first, last = pair.groups()
        if first.lower() in first_names() and last not in NO_NAME and not NO_SURNAME.fullmatch(last):
            yield "name-like", pair.start(), pair.end()
            at = pair.end()
        else:
            at = pair.end(1)
