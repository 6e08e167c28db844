"""Which pages and questions a respondent meets, given the answers so far. Same answers, same route.

Only answers on the route count: one left behind by going back and choosing differently stays in the draft,
but it opens no page and is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.model import END, Answer, Answers, Page, Part, Questionnaire
from surveys.questionnaire.plan import (
    EMPTY,
    Plan,
    Step,
    StepKind,
    applies,
    choices,
    chosen,
    holds,
    is_substantive,
    plan_of,
    visible_options,
)

__all__ = [
    "Route",
    "Step",
    "StepKind",
    "asks_anything",
    "holds",
    "labels",
    "may_finish",
    "pipe",
    "prune",
    "visible_options",
    "walk",
]


@dataclass(frozen=True)
class Route:
    """Every step from the first page to the end, as the answers stand now."""

    steps: tuple[Step, ...]
    asked: Mapping[str, tuple[str, ...]]
    """Page id to the ids of the questions shown on it; empty for an information page."""
    answers: Mapping[str, Answer]
    """The answers on this route, write-ins and derived sole choices included."""

    def after(self, step: Step) -> Step:
        """The next step; the last step stays where it is. Raises LookupError for a step not on the route."""
        return self.steps[min(self._index(step) + 1, len(self.steps) - 1)]

    def before(self, step: Step) -> Step | None:
        """The step before, None at the first. Raises LookupError for a step not on the route."""
        index = self._index(step)
        return self.steps[index - 1] if index else None

    def find(self, kind: StepKind, id: str = "") -> Step | None:
        step = Step(kind, id)
        return step if step in self.steps else None

    def position(self, page_id: str) -> tuple[int, int]:
        """Which question page this is, counted from 1, and how many there are as far as the answers tell.

        An information page shares the number of the question page after it (or the last one).
        """
        questions_before, reached, total = 0, False, 0
        for step in self.steps:
            if step.kind != "page":
                continue
            reached = reached or step.id == page_id
            if self.asked[step.id]:
                total += 1
                questions_before += not reached
        return min(questions_before + 1, max(total, 1)), max(total, 1)

    @property
    def waiting(self) -> tuple[Step, ...]:
        """The pages on the route with a question neither answered nor skipped yet, in order."""
        return tuple(
            step
            for step in self.steps
            if step.kind == "page" and any(q not in self.answers for q in self.asked[step.id])
        )

    def _index(self, step: Step) -> int:
        try:
            return self.steps.index(step)
        except ValueError:
            raise LookupError(step) from None


# The walk -------------------------------------------------------------------------------------------------


@dataclass
class _Trail:
    """A walk in progress: the steps, and the answers met on the way, which alone decide what comes next."""

    questionnaire: Questionnaire
    plan: Plan
    answers: Answers
    kept: dict[str, Answer] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def run(self, part: Part, *, until_asked: bool = False) -> bool:
        """Follows one part (``until_asked``: to its first question); True when an answer ended the route."""
        target: str | None = None
        for page in part.pages:
            if target is not None and page.id != target:
                continue
            target = None
            if page.when is not None and not holds(page.when, self.kept, self.questionnaire):
                continue
            if end := self._visit(page):
                self.steps.append(end)
                return True
            if until_asked and self.asked.get(page.id):
                break
            target = self._jump(page)
            if target == END:
                break
        return False

    def _visit(self, page: Page) -> Step | None:
        asked = tuple([q.id for q in page.questions if self._ask(q)])
        if asked or not page.questions:
            self.steps.append(self.plan.steps[page.id])
            self.asked[page.id] = asked
        for id in asked:
            if ends := self.plan.ends.get(id):
                for key in chosen(self.kept.get(id)):
                    if key in ends:
                        return ends[key]
        return None

    def _ask(self, question: Any) -> bool:
        if not applies(question, self.kept, self.questionnaire):
            return False
        id = question.id
        if question.kind == "one-of":
            offered = choices(question, self.kept, self.plan)
            if len(offered) < 2:
                # The one home of the sole-choice rule: a single topic chosen is the one that matters most.
                if offered:
                    self.kept[id] = offered[0]
                return False
            if id in self.answers and self._still_offered(question, offered):
                self.kept[id] = self.answers[id]
        elif id in self.answers:
            self.kept[id] = self.answers[id]
        if boxes := self.plan.write_ins[id]:
            picked = chosen(self.kept.get(id))
            for name in (f"{id}.{key}" for key in boxes if key in picked):
                self.kept[name] = self.answers.get(name)
        return True

    def _still_offered(self, question: Any, offered: list[str]) -> bool:
        value = self.answers[question.id]
        return value is None or value in offered or any(value == o.key for o in question.options)

    def asks_since(self, start: int) -> bool:
        return any(self.asked.get(step.id) for step in self.steps[start:] if step.kind == "page")

    def _jump(self, page: Page) -> str | None:
        for jump in page.jumps:
            if jump.when is None or holds(jump.when, self.kept, self.questionnaire):
                return jump.to
        return None


def walk(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    accepted: Collection[str] = EMPTY,
    declined: Collection[str] = EMPTY,
) -> Route:
    """The whole route. Offered parts are walked when accepted and not declined since.

    An offer stands before its part, accepted or not, unless the part would ask this person nothing. The check
    page itself offers the parts after it. An answer with a stop or a hand-over ends the route there.
    """
    plan = plan_of(questionnaire)
    trail = _Trail(questionnaire, plan, answers)

    def ended(parts: tuple[Part, ...]) -> bool:
        for part in parts:
            if part.entry == "always" or (part.id in accepted and part.id not in declined):
                start, ended_here = len(trail.steps), trail.run(part)
                if part.entry == "offered" and not part.after_check and trail.asks_since(start):
                    trail.steps.insert(start, Step("offer", part.id))
                if ended_here:
                    return True
            elif not part.after_check:
                trial = _Trail(questionnaire, plan, answers, dict(trail.kept))
                trial.run(part, until_asked=True)
                if trial.asks_since(0):
                    trail.steps.append(Step("offer", part.id))
        return False

    if not ended(plan.early):
        trail.steps.append(Step("check"))
        if not ended(plan.late):
            trail.steps.append(Step("send"))
    return Route(tuple(trail.steps), trail.asked, trail.kept)


def asks_anything(
    questionnaire: Questionnaire, part_id: str, answers: Answers, *, accepted: Collection[str] = EMPTY
) -> bool:
    """Whether this part would put any question to the person: the check page offers a late part only then."""
    route = walk(questionnaire, answers, accepted={*accepted, part_id})
    pages = next(part.pages for part in questionnaire.parts if part.id == part_id)
    return any(route.asked.get(page.id) for page in pages)


def may_finish(questionnaire: Questionnaire, page_id: str, answers: Answers) -> bool:
    """Whether this page offers "Finish and send": it comes after ``finish_after``, whose page has been saved.

    Somebody whose route leaves that page out may finish from any page after it.
    """
    order, gate = plan_of(questionnaire).order, questionnaire.finish_after
    if gate is None or gate not in order or order.get(page_id, -1) <= order[gate]:
        return False
    if any(q.id in answers for q in questionnaire.page_by_id[gate].questions):
        return True
    everything = {part.id for part in questionnaire.parts}
    return not walk(questionnaire, answers, accepted=everything).asked.get(gate)


def prune(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    accepted: Collection[str],
    declined: Collection[str] = EMPTY,
) -> dict[str, Answer]:
    """The answers to send: those on the final route, in the order met, with write-ins of chosen options only.

    The only topic chosen is stored as the answer to the question which one matters most.
    """
    return dict(walk(questionnaire, answers, accepted=accepted, declined=declined).answers)


# Words of an answer ---------------------------------------------------------------------------------------

PIPE = re.compile(r"\{([a-z0-9][a-z0-9-]{0,39})(?:\|([^{}]*))?\}")


def labels(question: Any, value: Answer, questionnaire: Questionnaire, locale: str) -> tuple[str, ...]:
    """The answer in words, one per choice; a text as it is. Nothing for a skipped answer or a stored text.

    Grid: one per row in document order, the empty string for a skipped row.
    """
    if value is None or isinstance(value, bool):
        return ()
    if question.kind in ("short-text", "long-text"):
        return (str(value),)
    if isinstance(value, dict):
        return tuple(_label(question, value.get(row.key), questionnaire, locale) for row in question.rows)
    if isinstance(value, int):
        point = question.labels.get(value) if question.kind == "rating" else None
        return (questionnaire.say(point, locale) or str(value),)
    return tuple(_label(question, key, questionnaire, locale) for key in chosen(value))


def _label(question: Any, key: str | None, questionnaire: Questionnaire, locale: str) -> str:
    plan = plan_of(questionnaire)
    if option := plan.options[question.id].get(key or ""):
        return questionnaire.say(option.text, locale)
    if question.kind == "place":
        return plan.place_names[question.level].get(key or "", key or "")
    return key or ""


def pipe(text: str, answers: Answers, questionnaire: Questionnaire, locale: str) -> str:
    """Puts earlier answers into a text: ``{place}``, or ``{place|this area}`` with words for no answer.

    "Don't know" and the like count as no answer, which without words is "…". Unknown names stay as they are.
    The result can hold a resident's own words: escape it.
    """
    if "{" not in text:
        return text

    def words(match: re.Match[str]) -> str:
        question = questionnaire.question_by_id.get(match[1])
        if question is None:
            return match[0]
        said = list(_piped(question, answers.get(question.id), questionnaire, locale))
        return ", ".join(said) or (match[2] if match[2] is not None else "…")

    return PIPE.sub(words, text)


def _piped(question: Any, value: Answer, questionnaire: Questionnaire, locale: str) -> Iterator[str]:
    options = plan_of(questionnaire).options[question.id]
    if isinstance(value, (str, list)):
        keep = [k for k in chosen(value) if k not in options or is_substantive(options[k])]
        value = keep if isinstance(value, list) or not keep else keep[0]
        yield from labels(question, value, questionnaire, locale) if keep else ()
    else:
        yield from filter(None, labels(question, value, questionnaire, locale))
