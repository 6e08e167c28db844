"""The shapes of the read API's answers: what each address promises to give."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    model_config = ConfigDict(defer_build=True)


class SurveyBrief(Shape):
    slug: str
    state: Literal["coming", "open", "grace", "paused", "closed"]
    kind: Literal["anonymous", "named"]
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    newest_release: int | None
    url: str


class RoundOut(Shape):
    slug: str
    state: Literal["coming", "open", "paused", "closed"]
    title: str
    purpose: str
    opens_on: dt.date | None
    closes_on: dt.date | None
    results_due: dt.date | None
    outcome_due: dt.date | None
    surveys: list[SurveyBrief]
    url: str


class ReleaseBrief(Shape):
    number: int
    kind: Literal["interim", "closing", "correction"]
    made_on: dt.date
    note: str
    sha256: str
    url: str


class SurveyOut(SurveyBrief):
    releases: list[ReleaseBrief]


class RowOut(Shape):
    key: str
    count: int | None
    percent: int | None
    hidden: str | None
    weighted: int | None = None


class GroupOut(Shape):
    key: str
    asked: int | None
    answered: int | None
    skipped: int | None
    hidden: str | None
    rows: list[RowOut]
    withheld: list[str]


class TableOut(Shape):
    key: str
    question: str
    kind: str
    base: str
    by: str | None
    net: str | None
    item: str | None
    groups: list[GroupOut]
    rules: list[str]
    note: str | None


class TableAlone(Shape):
    """A table with what is needed to understand it alone: the question as asked, the groups, the method."""

    survey: str
    number: int
    made_on: dt.date
    first_day: dt.date | None
    last_day: dt.date | None
    responses: int | None
    demonstration: bool
    method: dict[str, Any]
    table: TableOut
    weighting: dict[str, Any] | None
    order: dict[str, Any] | None
    since: dict[str, Any] | None
    against: dict[str, Any] | None
    beside: list[dict[str, Any]]
    with_without: list[TableOut]
    finding: dict[str, Any] | None
    written: dict[str, str] | None
    question: dict[str, Any] | None
    dimension: dict[str, Any] | None
    nets: list[dict[str, Any]]


class ReleaseOut(ReleaseBrief):
    """``responses``: how many people took part, rounded to 5; null for fewer than 10.

    ``weighting``: whether and how figures are weighted; ``beside``: who answered beside who lives here;
    ``since``: the survey before; ``orders``: how sure the order of topics is; ``against``: each group of a
    table against the rest; ``words``: method by language.
    ``with_without``: each question for everybody ("all") and without those who sent nearly the same words
    ("rest"), where that tells of no few people; ``without_campaigns``: how many took part without them.
    ``with_left_out``: how many sent answers, those left out of every count too. ``written``: sentences the
    partnership wrote in place of a table's own finding, by table and language.
    """

    survey: str
    responses: int | None
    demonstration: bool
    locales: list[str]
    method: dict[str, Any]
    wording: dict[str, Any]
    findings: dict[str, Any]
    tables: list[TableOut]
    weighting: dict[str, Any] | None = None
    beside: list[dict[str, Any]] = []
    since: dict[str, Any] | None = None
    orders: dict[str, Any] = {}
    against: dict[str, Any] = {}
    words: dict[str, Any] = {}
    with_without: list[TableOut] = []
    without_campaigns: int | None = None
    with_left_out: int | None = None
    written: dict[str, dict[str, str]] = {}


class PriorityOut(Shape):
    key: str
    title: str
    statement: str
    areas: list[str]
    since: dt.date | None
    until: dt.date | None


class PlanItemOut(Shape):
    """An objective, a target under it, or an action; ``body`` as the public plan shows it."""

    key: str
    kind: Literal["objective", "target", "action"]
    parent: str
    body: dict[str, Any]


class PlanUpdateOut(Shape):
    key: str
    quarter: int
    value: float | None
    status: str
    words: str
    on: dt.date


class PlanOut(Shape):
    """The newest public edition of a year's plan (the year it begins in)."""

    year: int
    edition: int
    published_on: dt.date
    note: str
    demonstration: bool
    introduction: str
    items: list[PlanItemOut]
    updates: list[PlanUpdateOut]


class PlanBrief(Shape):
    year: int
    url: str


class Index(Shape):
    name: str
    version: str
    demonstration: bool
    rounds: str
    surveys: str
    priorities: str
    plans: str
    openapi: str


class Problem(Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
