"""Which pages and questions a respondent meets, given the answers so far. Same answers, same route.

Only answers on the route count: one left behind by going back and choosing differently stays in the draft,
but it opens no page and is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.questionnaire.model import (
    END,
    All,
    Answer,
    Answered,
    Answers,
    AnyOf,
    Condition,
    Counts,
    Equals,
    Includes,
    Not,
    Option,
    Page,
    Part,
    Questionnaire,
)

StepKind = Literal["page", "offer", "check", "send", "stop", "hand-over"]
EMPTY: frozenset[str] = frozenset()
SPECIAL = frozenset({"none", "dont-know", "prefer-not", "cannot-choose"})
"""Meanings of options that say nothing of substance: never counted as a choice, never piped."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way. ``id``: the page, part (offer), stop or survey key (hand-over); else empty."""

    kind: StepKind
    id: str = ""


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


# What is worked out once per document ---------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """Look-up tables over one questionnaire; :func:`plan_of` keeps one per document."""

    early: tuple[Part, ...]
    late: tuple[Part, ...]
    """Parts between checking the answers and sending them."""
    order: Mapping[str, int]
    """Page id to its place in the order pages are met."""
    options: Mapping[str, Mapping[str, Option]]
    """Question id to every option that can be its answer, by key, in document order (``off`` ones too)."""
    substantive: Mapping[str, frozenset[str]]
    write_ins: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, Mapping[str, Step]]
    """Question id to the option keys that end the route, and where."""
    ages: Mapping[str, int]
    """Option key of the age question to the youngest age it stands for."""
    place_names: Mapping[str, Mapping[str, str]]
    """Level to place key to name."""


def is_substantive(option: Option) -> bool:
    return not option.exclusive and option.meaning not in SPECIAL


def _end_of(option: Option) -> Step | None:
    if option.stop:
        return Step("stop", option.stop)
    return Step("hand-over", option.hand_over) if option.hand_over else None


def plan_of(questionnaire: Questionnaire) -> Plan:
    kept: Plan | None = questionnaire.compiled.get("plan")
    if kept is None:
        kept = questionnaire.compiled["plan"] = _plan(questionnaire)
    return kept


def _plan(questionnaire: Questionnaire) -> Plan:
    early = tuple(p for p in questionnaire.parts if not p.after_check)
    late = tuple(p for p in questionnaire.parts if p.after_check)
    by_id = {q.id: q for q in questionnaire.all_questions}
    own: dict[str, list[Option]] = {q.id: list(getattr(q, "options", ())) for q in by_id.values()}
    options: dict[str, dict[str, Option]] = {}
    for question in by_id.values():
        piped: list[Option] = []
        if question.kind == "one-of":
            # A piped option is only a choice: its text box and its ending belong to the earlier question.
            bare = {"write_in": False, "stop": None, "hand_over": None}
            piped = [o.model_copy(update=bare) for o in own.get(question.of, ()) if is_substantive(o)]
        options[question.id] = {o.key: o for o in (*piped, *own[question.id])}
    ends = {id: {o.key: step for o in of if (step := _end_of(o))} for id, of in own.items()}
    age = by_id.get(questionnaire.age_question or "")
    return Plan(
        early=early,
        late=late,
        order={page.id: n for n, page in enumerate(p for part in (*early, *late) for p in part.pages)},
        options=options,
        substantive={
            id: frozenset(key for key, o in of.items() if is_substantive(o)) for id, of in options.items()
        },
        write_ins={id: tuple(o.key for o in of if o.write_in) for id, of in own.items()},
        ends={id: of for id, of in ends.items() if of},
        ages={o.key: o.min_age for o in own[age.id] if o.min_age is not None} if age else {},
        place_names={
            level: {p.key: p.name for p in questionnaire.places_at(level)} for level in ("parish", "ward")
        },
    )


# Conditions -----------------------------------------------------------------------------------------------


def _value(reference: str, answers: Answers) -> Answer:
    question, dot, row = reference.partition(".")
    value = answers.get(question)
    if dot:
        return value.get(row) if isinstance(value, dict) else None
    return value


def chosen(value: Answer) -> tuple[str, ...]:
    """The option keys in an answer: none, one, or all of a list."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else ()


def _is_value(value: Answer) -> bool:
    if isinstance(value, dict):
        return any(v is not None for v in value.values())
    return value is not None and value != "" and value != []


def holds(condition: Condition, answers: Answers, questionnaire: Questionnaire) -> bool:
    """Whether the condition is true of these answers (of all of them: pass a route's own answers)."""
    match condition:
        case Equals(question=question, equals=wanted):
            value = _value(question, answers)
            return value == wanted and not isinstance(value, bool)
        case Includes(question=question, includes=wanted_keys):
            return any(key in wanted_keys for key in chosen(_value(question, answers)))
        case Answered(question=question, answered=wanted):
            return _is_value(_value(question, answers)) == wanted
        case Counts(question=question, at_least=least, at_most=most):
            substantive = plan_of(questionnaire).substantive.get(question, EMPTY)
            count = sum(key in substantive for key in chosen(_value(question, answers)))
            return count >= least and (most is None or count <= most)
        case All(all=conditions):
            return all(holds(c, answers, questionnaire) for c in conditions)
        case AnyOf(any=conditions):
            return any(holds(c, answers, questionnaire) for c in conditions)
        case Not(not_=inner):
            return not holds(inner, answers, questionnaire)


def _choices(question: Any, answers: Answers, plan: Plan) -> list[str]:
    """What a one-of question can offer: the earlier question's substantive choices, in document order."""
    picked = set(chosen(answers.get(question.of))) & plan.substantive.get(question.of, EMPTY)
    return [key for key in plan.options[question.id] if key in picked]


def visible_options(question: Any, answers: Answers, questionnaire: Questionnaire) -> tuple[Option, ...]:
    """The options to show. Pick-then-one: those chosen in the earlier question, then the question's own."""
    if question.kind == "one-of":
        plan = plan_of(questionnaire)
        options = plan.options[question.id]
        return (*(options[key] for key in _choices(question, answers, plan)), *question.options)
    return tuple(getattr(question, "options", ()))


def is_asked(question: Any, answers: Answers, questionnaire: Questionnaire) -> bool:
    """Whether the question is put to somebody with these answers (its page's own condition apart)."""
    if not _applies(question, answers, questionnaire):
        return False
    return question.kind != "one-of" or len(_choices(question, answers, plan_of(questionnaire))) > 1


def _applies(question: Any, answers: Answers, questionnaire: Questionnaire) -> bool:
    if question.off:
        return False
    if question.min_age is not None:
        band = answers.get(questionnaire.age_question or "")
        age = plan_of(questionnaire).ages.get(band) if isinstance(band, str) else None
        if age is None or age < question.min_age:
            return False
    return question.when is None or holds(question.when, answers, questionnaire)


# The walk -------------------------------------------------------------------------------------------------


@dataclass
class _Trail:
    """A walk in progress: the steps, and the answers met on the way, which alone decide what comes next."""

    questionnaire: Questionnaire
    answers: Answers
    kept: dict[str, Answer]
    steps: list[Step] = field(default_factory=list)
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def run(self, part: Part) -> bool:
        """Follows one part; True when an answer ended the route."""
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
            target = self._jump(page)
            if target == END:
                break
        return False

    def _visit(self, page: Page) -> Step | None:
        asked = tuple(q.id for q in page.questions if self._ask(q))
        if asked or not page.questions:
            self.steps.append(Step("page", page.id))
            self.asked[page.id] = asked
        all_ends = plan_of(self.questionnaire).ends
        for id in asked:
            if ends := all_ends.get(id):
                for key in chosen(self.kept.get(id)):
                    if key in ends:
                        return ends[key]
        return None

    def _ask(self, question: Any) -> bool:
        if not _applies(question, self.kept, self.questionnaire):
            return False
        plan, id = plan_of(self.questionnaire), question.id
        if question.kind == "one-of":
            choices = _choices(question, self.kept, plan)
            if len(choices) < 2:
                # The one home of the sole-choice rule: a single topic chosen is the one that matters most.
                if choices:
                    self.kept[id] = choices[0]
                return False
            if id in self.answers and self._still_offered(question, choices):
                self.kept[id] = self.answers[id]
        elif id in self.answers:
            self.kept[id] = self.answers[id]
        if boxes := plan.write_ins[id]:
            picked = chosen(self.kept.get(id))
            for name in (f"{id}.{key}" for key in boxes if key in picked):
                self.kept[name] = self.answers.get(name)
        return True

    def _still_offered(self, question: Any, choices: Collection[str]) -> bool:
        value = self.answers[question.id]
        return value is None or value in choices or any(value == o.key for o in question.options)

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
    trail = _Trail(questionnaire, answers, {})

    def ended(parts: tuple[Part, ...], offers: bool) -> bool:
        for part in parts:
            taken = part.entry == "always" or (part.id in accepted and part.id not in declined)
            if part.entry == "offered" and offers and _asks_anything(part, trail):
                trail.steps.append(Step("offer", part.id))
            if taken and trail.run(part):
                return True
        return False

    if not ended(plan.early, True):
        trail.steps.append(Step("check"))
        if not ended(plan.late, False):
            trail.steps.append(Step("send"))
    return Route(tuple(trail.steps), trail.asked, trail.kept)


def _asks_anything(part: Part, trail: _Trail) -> bool:
    trial = _Trail(trail.questionnaire, trail.answers, dict(trail.kept))
    trial.run(part)
    return any(trial.asked.values())


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
