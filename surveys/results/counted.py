"""The exact numbers behind a release: counted from nothing, kept in private, never shown as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import exclusions
from surveys.moderation import campaigns
from surveys.records import Response
from surveys.results import scan, weights, with_without
from surveys.results import tables as exact
from surveys.results.disclosure import Policy, rounded
from surveys.results.follower import cold_count, layout_of
from surveys.results.ranked import Tally, tally
from surveys.results.tables import ExactTable
from surveys.results.weighting import Target
from surveys.results.weights import Weights
from surveys.surveys import Survey


@dataclass(frozen=True)
class Counts:
    """Everything exact that goes into a release. ``clashing``: see :func:`tables.clashes`."""

    responses: int
    channels: Mapping[str, int]
    languages: Mapping[str, int]
    tables: tuple[ExactTable, ...]
    earlier: tuple[tuple[int, ExactTable], ...] = ()
    clashing: frozenset[tuple[str, str]] = frozenset()
    left_out: int = 0
    """Whole responses that two people left out under a rule."""
    in_campaigns: int = 0
    """Of the responses counted, those that wrote nearly the same words as others."""
    weights: Weights | None = None
    """None: there was no census to weigh to."""
    rankings: Mapping[str, Tally] = field(default_factory=dict)
    """The sums of every released ranking, by question."""
    with_without: tuple[ExactTable, ...] = ()
    """Toplines with and without these: see :mod:`surveys.results.with_without`."""

    def as_json(self) -> dict[str, Any]:
        return {
            "responses": self.responses,
            "channels": dict(self.channels),
            "languages": dict(self.languages),
            "tables": [exact.as_json(table) for table in self.tables],
            "earlier": [[version, exact.as_json(table)] for version, table in self.earlier],
            "clashing": sorted(list(pair) for pair in self.clashing),
            "left_out": self.left_out,
            "in_campaigns": self.in_campaigns,
            "weights": self.weights.as_json() if self.weights is not None else None,
            "rankings": {key: one.as_json() for key, one in self.rankings.items()},
            "with_without": [exact.as_json(table) for table in self.with_without],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Counts:
        return cls(
            responses=kept["responses"],
            channels=kept["channels"],
            languages=kept["languages"],
            tables=tuple(exact.from_json(table) for table in kept["tables"]),
            earlier=tuple((version, exact.from_json(table)) for version, table in kept["earlier"]),
            clashing=frozenset((table, group) for table, group in kept["clashing"]),
            left_out=kept.get("left_out", 0),
            in_campaigns=kept.get("in_campaigns", 0),
            weights=Weights.from_json(kept["weights"]) if kept.get("weights") else None,
            rankings={key: Tally.from_json(one) for key, one in kept.get("rankings", {}).items()},
            with_without=tuple(exact.from_json(table) for table in kept.get("with_without", ())),
        )


def count(session: Session, survey: Survey, targets: Sequence[Target] = ()) -> Counts:
    """The exact numbers of a survey as its responses stand now, counted from nothing.

    ``targets``: what the census says; weights to it are counted too.
    """
    cube, _ = cold_count(session, survey.id, layout_of(session, survey.id))
    part = with_without.inside(session, survey.id, cube.layout)
    tables = exact.menu(cube)
    below = Policy().hidden_below
    return Counts(
        responses=cube.responses,
        channels=_by(session, survey, Response.channel),
        languages=_by(session, survey, Response.locale),
        tables=tables,
        earlier=exact.earlier(cube),
        clashing=frozenset(exact.clashes(cube, tables, below=below))
        | with_without.clashes(cube, part, tables, below),
        left_out=exclusions.totals(session, survey.id).excluded,
        in_campaigns=campaigns.totals(session, survey.id).in_campaigns,
        weights=weights.counted(cube, tables, targets),
        rankings={
            question.id: tally(cube.layout, scan.batches(session, survey.id, cube.layout), question.id)
            for question in cube.layout.questionnaire.questions
            if question.kind == "ranking" and question.released
        },
        with_without=with_without.broken_down(cube, part),
    )


def both_ways(counts: Counts, policy: Policy) -> dict[str, int | None]:
    """The overall number with what was left out, and without campaigns; rounded, never of a group."""
    found = {}
    if counts.left_out:
        found["with_left_out"] = rounded(counts.responses + counts.left_out, policy)
    if counts.in_campaigns:
        found["without_campaigns"] = rounded(counts.responses - counts.in_campaigns, policy)
    return found


def _by(session: Session, survey: Survey, column: Any) -> dict[str, int]:
    query = (
        select(column, func.count())
        .where(Response.survey_id == survey.id, Response.status == "counted")
        .group_by(column)
        .order_by(column)
    )
    return {str(key): number for key, number in session.execute(query)}
