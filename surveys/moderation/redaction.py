"""Putting typed placeholders in the place of words. Nothing else about a comment is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from surveys.errors import SurveysError
from surveys.moderation.policy import PLACEHOLDERS


@dataclass(frozen=True, order=True)
class Redaction:
    """The words from ``start`` to before ``end`` (characters of the original) give way to a placeholder."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True)
class Piece:
    """A stretch of the original: kept as written, or given way to ``placeholder``."""

    text: str
    placeholder: str = ""


def settle(text: str, redactions: Iterable[Redaction]) -> tuple[Redaction, ...]:
    """The redactions in order; what overlaps or touches with the same placeholder becomes one.

    Raises ``redaction.outside`` or ``redaction.unknown`` (not one of ``PLACEHOLDERS``).
    """
    settled: list[Redaction] = []
    for each in sorted(redactions):
        if not 0 <= each.start < each.end <= len(text):
            raise SurveysError("redaction.outside", field="redactions")
        if each.placeholder not in PLACEHOLDERS:
            raise SurveysError("redaction.unknown", field="redactions")
        last = settled[-1] if settled else None
        if last is not None and each.start < last.end:
            settled[-1] = Redaction(last.start, max(last.end, each.end), last.placeholder)
        else:
            settled.append(each)
    return tuple(settled)


def pieces(text: str, redactions: Sequence[Redaction]) -> Iterator[Piece]:
    """The text cut at its settled redactions, in reading order."""
    at = 0
    for each in redactions:
        if at < each.start:
            yield Piece(text[at : each.start])
        yield Piece(text[each.start : each.end], each.placeholder)
        at = each.end
    if at < len(text):
        yield Piece(text[at:])


def redacted(text: str, redactions: Sequence[Redaction]) -> str:
    """The public version: every redaction of the original as "[placeholder]"."""
    return "".join(f"[{p.placeholder}]" if p.placeholder else p.text for p in pieces(text, redactions))


def occurrences(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where exactly these words stand in the text, case apart; none when they are blank."""
    words = words.strip()
    if not words:
        return ()
    found: list[tuple[int, int]] = []
    lowered, wanted = _folded(text), _folded(words)
    at = lowered.find(wanted)
    while at >= 0:
        found.append((at, at + len(wanted)))
        at = lowered.find(wanted, at + len(wanted))
    return tuple(found)


def _folded(text: str) -> str:
    """Lower case, character by character, so that places in it are places in the text."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
