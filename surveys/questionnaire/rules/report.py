"""What the rules write to and look things up in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.model import Page, Part, Questionnaire
from surveys.questionnaire.plan import plan_of

TEXT_KINDS = frozenset({"short-text", "long-text"})
ORDER_UNKNOWN = -1


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a draft. ``place`` is a path: ``parts[0].pages[3].questions[0].text``."""

    code: str
    place: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """A question or a page with its path; ``order`` is when its page is met."""

    place: str
    part: Part
    page: Page
    order: int
    question: Any = None

    @property
    def off(self) -> bool:
        """Whether nobody is asked here: the question is switched off, or all of the page's are."""
        if self.question is not None:
            return bool(self.question.off)
        return bool(self.page.questions) and all(q.off for q in self.page.questions)


class Report:
    """The faults found so far in one questionnaire, and its pages and questions by path."""

    def __init__(self, questionnaire: Questionnaire, *, complete: bool = False) -> None:
        self.questionnaire = questionnaire
        self.plan = plan_of(questionnaire)
        self.complete = complete
        """The document is about to be published: its places must be in it."""
        self.found: list[Fault] = []
        self.pages = tuple(self._placed_pages())
        self.questions = tuple(
            Placed(f"{at.place}.questions[{n}]", at.part, at.page, at.order, question)
            for at in self.pages
            for n, question in enumerate(at.page.questions)
        )
        self.by_id = {at.question.id: at for at in reversed(self.questions)}

    def _placed_pages(self) -> Iterator[Placed]:
        for p, part in enumerate(self.questionnaire.parts):
            for n, page in enumerate(part.pages):
                order = self.plan.order.get(page.id, ORDER_UNKNOWN)
                yield Placed(f"parts[{p}].pages[{n}]", part, page, order)

    def add(self, code: str, place: str, /, **facts: object) -> None:
        self.found.append(Fault(code, place, facts))

    def unique(self, named: Iterable[tuple[str, object]], code: str = "key.repeated") -> None:
        """Every name once; each further use is a fault that points at the first."""
        first: dict[object, str] = {}
        for place, name in named:
            if name in first:
                self.add(code, place, key=name, first=first[name])
            else:
                first[name] = place

    def keys_of(self, question: Any) -> Collection[str] | None:
        """Every key that can answer the question; None when that cannot be known before publication."""
        keys: set[str] = set(self.plan.options[question.id])
        if question.kind == "place":
            if not self.questionnaire.places:
                return None
            keys |= self.plan.place_names[question.level].keys()
        return keys
