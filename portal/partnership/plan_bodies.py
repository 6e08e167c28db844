"""What stands in an objective, a target and an action of the plan, and what must be true of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from sqlalchemy.orm import Session

from portal.partnership import causes, pages, progress
from portal.partnership.progress import Way
from surveys.errors import SurveysError

KINDS = ("objective", "target", "action")
Kind = Literal["objective", "target", "action"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Value = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Objective(_Body):
    """What the partnership wants to reach under one priority."""

    title: Named
    outcome: Prose = ""
    """What will be different, in a sentence or two."""
    priority: Key = ""
    partner: Key = ""
    """The partner that leads on it."""
    evaluation: Prose = ""


class Target(_Body):
    """How it will be seen whether an objective is reached."""

    title: Named
    """What is measured ("People who feel safe after dark")."""
    unit: Line = ""
    count: bool = False
    """A number of things, not a share or a rate."""
    up: bool = True
    """More is better."""
    baseline: Value | None = None
    baseline_on: dt.date | None = None
    aim: Value
    due: dt.date
    term: Literal["short", "long"] = "short"
    source: Line = ""
    partner: Key = ""


class Action(_Body):
    """What somebody does about an objective. ``causes``: the findings and decisions behind it, by id."""

    title: Named
    partners: tuple[Key, ...] = ()
    area: Key = ""
    place: Line = ""
    resources: Line = ""
    due: dt.date | None = None
    review_on: dt.date | None = None
    causes: tuple[Line, ...] = ()
    evaluation: Prose = ""

    @field_validator("partners", "causes")
    @classmethod
    def _once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for one in given if one))


BODIES: Mapping[str, type[_Body]] = {"objective": Objective, "target": Target, "action": Action}


def checked(session: Session, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an item as it is stored. Raises as :func:`put` does for what is wrong in it."""
    if kind not in BODIES:
        raise SurveysError("plan.kind", kind=kind)
    given = {name: value for name, value in body.items() if value is not None}
    try:
        found = BODIES[kind].model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SurveysError("plan.wrong", field=str(first["loc"][0]), reason=first["type"]) from error
    for field, of_kind, named in _references(found):
        known = {entry.key for entry in pages.current(session, of_kind, pages.SOURCE)}
        if wrong := [key for key in named if key and key not in known]:
            raise SurveysError(f"plan.{of_kind}", field=field, wrong=wrong)
    if isinstance(found, Action) and (unknown := causes.unknown(session, found.causes)):
        raise SurveysError("plan.causes", field="causes", wrong=list(unknown))
    if isinstance(found, Target) and found.baseline_on is not None and found.baseline_on >= found.due:
        raise SurveysError("plan.due", field="due")
    return found.model_dump(mode="json", exclude_defaults=True)


def _references(body: _Body) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    match body:
        case Objective():
            return (("priority", "priority", (body.priority,)), ("partner", "partner", (body.partner,)))
        case Target():
            return (("partner", "partner", (body.partner,)),)
        case Action():
            return (("partners", "partner", body.partners), ("area", "area", (body.area,)))
    return ()


def way_of(target: Target, year: int) -> Way | None:
    """The way a target has to go; None without a baseline."""
    if target.baseline is None:
        return None
    since = target.baseline_on or min(progress.first_day(year), target.due)
    return Way(target.baseline, since, target.aim, target.due)
