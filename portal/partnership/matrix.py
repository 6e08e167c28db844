"""The decision matrix: everything known about each topic in one row, each figure with where it comes from.

Residents' figures are those of the release, rounded as published, and their rank range is worked out from
them; no exact count enters. What is not known is None, and never nought.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import crime, evidence, pages, rounds, scoring
from portal.partnership.cycles import CRITERIA, Cycle, Settings, settings_of
from portal.partnership.pages import SOURCE
from portal.partnership.rounds import RoundSurvey
from portal.partnership.scoring import Standing, TopicScores
from portal.partnership.sensitivity import Floats, Scale
from surveys import arrays as np
from surveys import surveys
from surveys.questionnaire.model import OneChoice, SeveralChoices
from surveys.results import releases
from surveys.results.disclosure import ReleasedTable
from surveys.results.ranking import order_of
from surveys.results.releases import Release
from surveys.results.tables import ALL
from surveys.sealing import Keyring
from surveys.surveys import Survey

SEED = 20_261_130
DRAWS = 1_000
HIDDEN = 5
"""What a hidden count (fewer than 10) is taken for when topics are put in order."""


@dataclass(frozen=True)
class Residents:
    """One topic's share of those who answered. ``low`` and ``high``: the ranks it could have by chance."""

    percent: int | None
    count: int | None
    rank: int
    low: int
    high: int


@dataclass(frozen=True)
class Row:
    topic: str
    title: str
    residents: Residents | None
    partners: TopicScores | None
    recorded: Mapping[str, Any] | None
    """number, first, last, months, before, percent, trend, note; None: no open data."""
    harm: str
    confidence: str
    capacity: str
    now: bool
    """Whether a priority of the year before covers it."""

    @property
    def gap(self) -> float | None:
        """How many ranks residents and partners lie apart: above 0 when residents rank it higher."""
        if self.residents is None or self.partners is None or self.partners.rank is None:
            return None
        return self.partners.rank - self.residents.rank


@dataclass(frozen=True)
class Matrix:
    """``cites``: what each column rests on, as a decision cites it."""

    year: int
    rows: tuple[Row, ...]
    base: int | None
    survey: str | None
    organisations: tuple[str, ...]
    missing: tuple[str, ...]
    open: bool
    """Whether partners may see each other's scores yet."""
    cites: Mapping[str, str] = field(default_factory=dict)

    def row(self, topic: str) -> Row:
        return next(row for row in self.rows if row.topic == topic)

    def as_json(self) -> dict[str, Any]:
        """Everything a record of the decision shows, without the names of those who have not scored."""
        plain = asdict(self)
        plain.pop("missing")
        return plain


def build(session: Session, cycle: Cycle, *, state: str, keys: Keyring, all_scores: bool = False) -> Matrix:
    """The matrix of a year. ``state``: of the scoring survey at this moment ("" without one).

    While partners still score alone their columns stay empty, unless ``all_scores`` asks for them.
    """
    settings = settings_of(cycle)
    titles = {e.key: e.texts.title for e in pages.current(session, "area", SOURCE)}
    release, table, topics = headline(session, cycle.round_slug)
    shares = _residents(table, topics, settings.topics)
    scorers = scoring.survey_of(session, cycle.round_slug)
    found = Standing((), {}) if scorers is None else scoring.standing(session, scorers, keys=keys)
    expected = _partner_names(session, settings)
    may_see = scoring.spread_is_open(state, found, expected)
    scores = scoring.by_topic(found.positions, settings.topics) if may_see or all_scores else {}
    covered = {area for areas in settings.before.values() for area in areas}
    rows = tuple(
        _row(session, topic, titles.get(topic, topic), shares.get(topic), scores.get(topic), topic in covered)
        for topic in settings.topics
    )
    cites: dict[str, str] = {}
    if release is not None and table is not None:
        cites["residents"] = f"release:{release.content['survey']}:{release.number}:{table.key}"
    if scorers is not None and scores and found.organisations:
        cites["partners"] = f"partners:{scorers.slug}"
    volume = next((row.recorded for row in rows if row.recorded), None)
    if volume is not None:
        cites["recorded"] = f"crime:{volume['first']}..{volume['last']}"
    return Matrix(
        year=cycle.year,
        rows=tuple(sorted(rows, key=lambda row: (row.residents.rank if row.residents else 99, row.title))),
        base=table.group(ALL).answered if table is not None else None,
        survey=release.content["survey"] if release is not None else None,
        organisations=found.organisations,
        missing=scoring.missing(found, expected),
        open=may_see,
        cites=cites,
    )


def scoring_state(session: Session, cycle: Cycle, now: Any) -> str:
    """The state of the year's scoring survey at this moment; "" when it has none."""
    found = scoring.survey_of(session, cycle.round_slug)
    return "" if found is None else surveys.state(found, now)


def _partner_names(session: Session, settings: Settings) -> tuple[str, ...]:
    names = {e.key: e.texts.name for e in pages.current(session, "partner", SOURCE)}
    return tuple(names[key] for key in settings.partners if key in names)


def _row(
    session: Session,
    topic: str,
    title: str,
    residents: Residents | None,
    scores: TopicScores | None,
    now: bool,
) -> Row:
    recorded = evidence.recorded(session, topic)
    middle = scores.middle if scores is not None else {}
    volume = None
    if recorded.volume is not None:
        volume = {**asdict(recorded.volume), "note": recorded.note, "types": list(recorded.types)}
    return Row(
        topic=topic,
        title=title,
        residents=residents,
        partners=scores,
        recorded=volume,
        harm=scoring.level(middle.get("harm")),
        confidence=scoring.level(middle.get("confidence")),
        capacity=scoring.capacity_word(middle.get("capacity")),
        now=now,
    )


# Residents ------------------------------------------------------------------------------------------------


def headline(
    session: Session, round_slug: str | None
) -> tuple[Release | None, ReleasedTable | None, dict[str, str]]:
    """The newest release of the residents' survey, its table of topics, and answer key to topic."""
    round_ = rounds.by_slug(session, round_slug) if round_slug else None
    if round_ is None:
        return None, None, {}
    links = (
        select(Survey)
        .join(RoundSurvey, RoundSurvey.survey_id == Survey.id)
        .where(RoundSurvey.round_id == round_.id, RoundSurvey.audience == "residents")
        .order_by(RoundSurvey.position)
    )
    for survey in session.scalars(links):
        release = releases.current(session, survey.id)
        version = surveys.current_version(session, survey.id)
        if release is None or version is None:
            continue
        question = surveys.questionnaire_of(version).question_by_id.get(release.content["headline"] or "")
        if not isinstance(question, OneChoice | SeveralChoices):
            continue
        topics = {option.key: option.topic for option in question.options if option.topic}
        plain = (t for t in release.tables if t.question == question.id and t.by is None and t.net is None)
        table = next(plain, None)
        if table is not None and topics:
            return release, table, topics
    return None, None, {}


def _residents(
    table: ReleasedTable | None, topics: Mapping[str, str], wanted: tuple[str, ...]
) -> dict[str, Residents]:
    if table is None:
        return {}
    group = table.group(ALL)
    if group.hidden or not group.answered:
        return {}
    rows = [row for row in group.rows if topics.get(row.key) in wanted]
    counts = np.array([HIDDEN if row.count is None else row.count for row in rows])
    drawn = shares_drawn(counts, group.answered)
    places = order_of([row.key for row in rows], counts / group.answered, drawn)
    by_key = {row.key: row for row in rows}
    return {
        topics[place.key]: Residents(
            by_key[place.key].percent, by_key[place.key].count, place.rank, place.low, place.high
        )
        for place in places
    }


def shares_drawn(counts: Any, base: int) -> Floats:
    """Shares that other people like those who answered could have given: draws by topics.

    Each topic by itself, from the rounded counts: which topics were chosen together is not in a release, so
    the ranges are a little wide.
    """
    random = np.random.default_rng(SEED)
    chance = np.minimum(np.asarray(counts) / base, 1.0)
    drawn: Floats = random.binomial(base, chance, size=(DRAWS, len(chance))) / base
    return drawn


# What it adds up to ---------------------------------------------------------------------------------------


def scale_of(matrix: Matrix) -> Scale:
    """The matrix as numbers from 0 to 1: the best-placed topic of a criterion has 1, the unknown NaN.

    Residents: share against the largest share. Partners: median rank, first 1 and last near 0. Risk: the
    median against 16. Recorded: the number against the largest number.
    """
    counts = [_count(row) for row in matrix.rows]
    numbers = [row.recorded["number"] if row.recorded else None for row in matrix.rows]
    many = len(matrix.rows)
    columns = {
        "residents": _against_largest(counts),
        "partners": [
            (many + 1 - row.partners.rank) / many if row.partners and row.partners.rank else None
            for row in matrix.rows
        ],
        "risk": [
            row.partners.risk / scoring.MOST**2 if row.partners and row.partners.risk is not None else None
            for row in matrix.rows
        ],
        "recorded": _against_largest(numbers),
    }
    values = np.array([[np.nan if v is None else float(v) for v in columns[name]] for name in CRITERIA]).T
    return Scale(tuple(row.topic for row in matrix.rows), CRITERIA, values.reshape(many, len(CRITERIA)))


def residents_drawn(matrix: Matrix) -> Floats:
    """For the sensitivity: the residents' column as chance could have made it."""
    counts = [_count(row) for row in matrix.rows]
    if not matrix.base or any(count is None for count in counts):
        return np.zeros((0, len(counts)))
    drawn = shares_drawn(counts, matrix.base)
    found: Floats = drawn / np.maximum(drawn.max(axis=1, keepdims=True), 1e-9)
    return found


def _count(row: Row) -> int | None:
    if row.residents is None:
        return None
    return HIDDEN if row.residents.count is None else row.residents.count


def _against_largest(numbers: list[int | None]) -> list[float | None]:
    largest = max((number for number in numbers if number), default=0)
    return [None if number is None or not largest else number / largest for number in numbers]


def widest(matrix: Matrix, number: int = 3) -> tuple[Row, ...]:
    """The topics on which residents and partners lie furthest apart, at least three ranks."""
    apart = [row for row in matrix.rows if row.gap is not None and abs(row.gap) >= 3]
    return tuple(sorted(apart, key=lambda row: (-abs(row.gap or 0), row.title))[:number])


def months_known(session: Session) -> tuple[str, ...]:
    """The months of recorded crime the matrix looks at."""
    return crime.window(one.month for one in crime.months(session))
