"""The ways through a questionnaire as a list of pages with what leads past them and away from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from surveys.questionnaire.model import END, Condition, Page, Part, Questionnaire

Kind = Literal["next", "jump", "skip", "stop", "hand-over"]


@dataclass(frozen=True)
class Road:
    """A way from one page to another. ``to`` is a page id, "check", "send", a stop's id or a survey's key."""

    kind: Kind
    to: str
    when: Condition | None = None
    question: str = ""
    options: tuple[str, ...] = ()
    """For a stop or hand-over: the options of ``question`` that lead there."""


@dataclass(frozen=True)
class Station:
    """One page, in the order pages are met. ``only``: the condition on which it is shown at all."""

    part: Part
    page: Page
    number: int
    only: Condition | None
    roads: tuple[Road, ...]


def stations(questionnaire: Questionnaire) -> tuple[Station, ...]:
    """Every page with its ways on; a jump to a page that does not exist is left out (it is a fault)."""
    early = [part for part in questionnaire.parts if not part.after_check]
    late = [part for part in questionnaire.parts if part.after_check]
    met = [(part, n) for part in (*early, *late) for n in range(len(part.pages))]
    found = []
    for number, (part, n) in enumerate(met, start=1):
        following = met[number] if number < len(met) else None
        end = _end_of(part, following, early)
        onward = part.pages[n + 1].id if n + 1 < len(part.pages) else end
        page = part.pages[n]
        found.append(Station(part, page, number, page.when, tuple(_roads(page, onward, end, part))))
    return tuple(found)


def _end_of(part: Part, following: tuple[Part, int] | None, early: list[Part]) -> str:
    """Where the way leads after the last page of the part this page is in."""
    if part.after_check:
        return following[0].pages[0].id if following and following[0] is not part else "send"
    after = early[early.index(part) + 1 :] if part in early else []
    return next((p.pages[0].id for p in after if p.pages), "check")


def _roads(page: Page, onward: str, end: str, part: Part) -> list[Road]:
    roads = []
    known = {one.id for one in part.pages}
    for jump in page.jumps:
        target = end if jump.to == END else jump.to
        if jump.to == END or target in known:
            roads.append(Road("jump" if jump.when else "next", target, jump.when))
    if all(jump.when is not None for jump in page.jumps):
        roads.append(Road("next", onward))
    for question in page.questions:
        for kind, name in (("stop", "stop"), ("hand-over", "hand_over")):
            ends: dict[str, list[str]] = {}
            for option in getattr(question, "options", ()):
                target = getattr(option, name)
                if target is not None:
                    ends.setdefault(target, []).append(option.key)
            for target, keys in ends.items():
                roads.append(Road(kind, target, None, question.id, tuple(keys)))  # type: ignore[arg-type]
    return roads
