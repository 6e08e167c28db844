"""A plan put together for reading: objectives with targets and actions, statuses, what is late, warnings.

Made from the plain JSON of :func:`portal.partnership.plan.content`, so that officers' pages, public editions
and exports read the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.partnership import progress
from portal.partnership.plan import Action, Objective, Target, way_of
from portal.partnership.progress import Change, Status, Way


@dataclass(frozen=True)
class Update:
    quarter: int
    value: float | None
    status: Status
    words: str
    on: dt.date


@dataclass(frozen=True)
class TargetLine:
    key: str
    body: Target
    updates: tuple[Update, ...]
    way: Way | None
    year: int

    @property
    def latest(self) -> Update | None:
        return self.updates[-1] if self.updates else None

    @property
    def valued(self) -> Update | None:
        """The last update that says where we are."""
        return next((one for one in reversed(self.updates) if one.value is not None), None)

    @property
    def status(self) -> Status:
        return self.latest.status if self.latest is not None else "not-started"

    @property
    def change(self) -> Change | None:
        if self.body.baseline is None or self.valued is None or self.valued.value is None:
            return None
        return progress.change(self.body.baseline, self.valued.value, count=self.body.count)

    def share(self, value: float) -> float:
        """How much of the way a value is, 0 to 100 as a bar shows it."""
        return 0.0 if self.way is None else min(max(self.way.share(value), 0), 100)

    def expected(self, quarter: int) -> float | None:
        """Where the straight line is at the end of a quarter, in the target's unit."""
        return None if self.way is None else self.way.expected(progress.quarter_end(self.year, quarter))

    def expected_share(self, on: dt.date) -> float:
        return 0.0 if self.way is None else self.way.expected_share(on)


@dataclass(frozen=True)
class ActionLine:
    key: str
    body: Action
    updates: tuple[Update, ...]

    @property
    def latest(self) -> Update | None:
        return self.updates[-1] if self.updates else None

    @property
    def status(self) -> Status:
        return self.latest.status if self.latest is not None else "not-started"

    def late(self, today: dt.date) -> bool:
        return self.body.due is not None and self.body.due < today and self.status != "done"


@dataclass(frozen=True)
class ObjectiveLine:
    key: str
    body: Objective
    targets: tuple[TargetLine, ...]
    actions: tuple[ActionLine, ...]

    @property
    def status(self) -> Status:
        """By its targets that were reported; without any, by its actions."""
        told = [one.status for one in self.targets if one.updates]
        return progress.worst(told or [one.status for one in self.actions])


@dataclass(frozen=True)
class Board:
    year: int
    introduction: str
    demonstration: bool
    objectives: tuple[ObjectiveLine, ...]

    @property
    def actions(self) -> tuple[ActionLine, ...]:
        return tuple(one for objective in self.objectives for one in objective.actions)

    @property
    def targets(self) -> tuple[TargetLine, ...]:
        return tuple(one for objective in self.objectives for one in objective.targets)

    @property
    def everything(self) -> tuple[ObjectiveLine | TargetLine | ActionLine, ...]:
        return (*self.objectives, *self.targets, *self.actions)

    def under(self, priority: str) -> tuple[ObjectiveLine, ...]:
        return tuple(one for one in self.objectives if one.body.priority == priority)


def board(year: int, content: Mapping[str, Any]) -> Board:
    """The plan of a year, put together."""
    reported: dict[str, list[Update]] = {}
    for one in content["updates"]:
        on = dt.date.fromisoformat(one["on"])
        reported.setdefault(one["key"], []).append(
            Update(one["quarter"], one["value"], one["status"], one["words"], on)
        )
    targets: dict[str, list[TargetLine]] = {}
    actions: dict[str, list[ActionLine]] = {}
    for one in content["items"]:
        told = tuple(reported.get(one["key"], ()))
        if one["kind"] == "target":
            body = Target.model_validate(one["body"])
            line = TargetLine(one["key"], body, told, way_of(body, year), year)
            targets.setdefault(one["parent"], []).append(line)
        elif one["kind"] == "action":
            done = ActionLine(one["key"], Action.model_validate(one["body"]), told)
            actions.setdefault(one["parent"], []).append(done)
    objectives = tuple(
        ObjectiveLine(
            one["key"],
            Objective.model_validate(one["body"]),
            tuple(targets.get(one["key"], ())),
            tuple(actions.get(one["key"], ())),
        )
        for one in content["items"]
        if one["kind"] == "objective"
    )
    return Board(year, content["introduction"], content["demonstration"], objectives)


# What to look at ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Warn:
    """Something a plan should not lack; ``key`` says where.

    ``code``: baseline, owner, owner_left, no_action, no_target, no_short, no_long, cause or priority.
    """

    code: str
    key: str


def warnings(found: Board, owners: Mapping[str, str | None], here: Collection[str]) -> tuple[Warn, ...]:
    """What is missing. ``owners``: the owner of each item; ``here``: officers who have not left."""
    warned = []
    for one in found.objectives:
        warned += [Warn("priority", one.key)] if not one.body.priority else []
        warned += [Warn("no_action", one.key)] if not one.actions else []
        terms = {target.body.term for target in one.targets}
        if not terms:
            warned.append(Warn("no_target", one.key))
        else:
            warned += [Warn(f"no_{term}", one.key) for term in ("short", "long") if term not in terms]
        warned += [Warn("baseline", target.key) for target in one.targets if target.body.baseline is None]
        warned += [Warn("cause", action.key) for action in one.actions if not action.body.causes]
    for line in found.everything:
        owner = owners.get(line.key)
        if owner is None:
            warned.append(Warn("owner", line.key))
        elif owner not in here:
            warned.append(Warn("owner_left", line.key))
    return tuple(warned)


@dataclass(frozen=True)
class Late:
    """What the delivery group looks at first: an ``overdue``, a ``review`` or an ``update``, and its day."""

    code: str
    line: ActionLine | TargetLine
    since: dt.date


def late(found: Board, today: dt.date) -> tuple[Late, ...]:
    """Actions past their day, reviews past theirs, and quarters nobody reported; the longest late first."""
    over = progress.quarters_over(found.year, today)
    slow: list[Late] = []
    for action in found.actions:
        if action.body.due is not None and action.late(today):
            slow.append(Late("overdue", action, action.body.due))
        if action.body.review_on is not None and action.body.review_on < today and action.status != "done":
            slow.append(Late("review", action, action.body.review_on))
    told_of: tuple[ActionLine | TargetLine, ...] = (*found.targets, *found.actions)
    for line in told_of:
        told = max((one.quarter for one in line.updates), default=0)
        if told < over and line.status != "done":
            slow.append(Late("update", line, progress.quarter_end(found.year, told + 1)))
    return tuple(sorted(slow, key=lambda one: (one.since, one.line.key)))
