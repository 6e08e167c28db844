"""The year's decision: what is proposed, weighed and answered, until it is adopted and then published.

A decision belongs to a cycle. It has words of its own (:class:`Body`), one entry for every topic and theme,
and proposed priorities (:mod:`portal.partnership.priorities`). Everything can be changed until it is adopted,
by one person at a time: whoever saw an older version is told. Every state an entry ever had is kept.
Nothing of it is public before it is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import citations, cycles
from portal.partnership.cycles import Cycle
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

TOPIC_OUTCOMES = ("keep", "change", "add", "drop", "leave")
"""leave: not a priority before, and not one now."""
THEME_OUTCOMES = ("taken-up", "partly", "not-taken-up")

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Body(BaseModel):
    """The decision's own words. All may be empty in a draft."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    recommendation: Words = ""
    reasons: tuple[Line, ...] = Field(default=(), max_length=3)
    changed: Words = ""
    """What is different from the year before."""
    cost: Line = ""
    officer_time: Line = ""
    dissent: Words = ""
    """Who disagrees and why; it is published with the decision."""
    options: Words = ""
    """The options considered, and why the others were not taken."""
    equality: Words = ""
    """What the equality assessment found and what was done about it."""
    equality_version: Line = ""
    decided_by: Line = ""
    """The body that decides ("the responsible authorities")."""


NEEDED = ("recommendation", "changed", "cost", "officer_time", "options", "equality", "equality_version")
"""What a decision must say before it can be adopted, beside at least one reason."""


class Decision(Base):
    """``snapshot``: the matrix, weights and sensitivity as they stood when the decision was adopted."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'adopted', 'published')", name="state"),
        CheckConstraint("(state = 'draft') = (adopted_at IS NULL)", name="adopted"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("cycle.year"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    body: Mapped[JsonValue] = mapped_column(Json)
    snapshot: Mapped[JsonValue | None] = mapped_column(Json)
    adopted_on: Mapped[dt.date | None] = mapped_column(Date)
    """The day of the meeting."""
    adopted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    adopted_by: Mapped[str | None] = mapped_column(String(80))
    published_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str | None] = mapped_column(String(80))

    @property
    def words(self) -> Body:
        return Body.model_validate(self.body)


class DecisionEntry(Base):
    """What was decided about one topic or theme. ``about``: a theme's title, count and quote."""

    __tablename__ = "decision_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('topic', 'theme')", name="kind"),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('keep', 'change', 'add', 'drop', 'leave', "
            "'taken-up', 'partly', 'not-taken-up')",
            name="outcome",
        ),
        CheckConstraint("outcome IS NULL OR reasons <> ''", name="reasons"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("decision.year"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str | None] = mapped_column(String(12))
    reasons: Mapped[str] = mapped_column(Text, default="")
    dissent: Mapped[str] = mapped_column(Text, default="")
    cites: Mapped[JsonValue] = mapped_column(Json)
    about: Mapped[JsonValue] = mapped_column(Json)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class DecisionChange(Base):
    """Every state the words and entries of a decision were put in, by whom. Rows are only added."""

    __tablename__ = "decision_change"

    year: Mapped[int] = mapped_column(ForeignKey("decision.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(80))
    """``body``, ``topic:<key>``, ``theme:<key>`` or ``priority:<key>``."""
    body: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(DecisionChange.__table__)


# Reading --------------------------------------------------------------------------------------------------


def of(session: Session, year: int) -> Decision | None:
    return session.get(Decision, year)


def published(session: Session, year: int) -> Decision | None:
    """The decision of this year as the public may read it; None in every other state."""
    found = session.get(Decision, year)
    return found if found is not None and found.state == "published" else None


def published_years(session: Session) -> tuple[int, ...]:
    """Years whose decision is public, the newest first."""
    wanted = select(Decision.year).where(Decision.state == "published").order_by(Decision.year.desc())
    return tuple(session.scalars(wanted))


def entries(session: Session, year: int, kind: str) -> tuple[DecisionEntry, ...]:
    """The topics or themes of a decision that stand, by key."""
    wanted = select(DecisionEntry).where(
        DecisionEntry.year == year, DecisionEntry.kind == kind, DecisionEntry.withdrawn.is_(False)
    )
    return tuple(session.scalars(wanted.order_by(DecisionEntry.key)))


def history(session: Session, year: int, subject: str) -> tuple[DecisionChange, ...]:
    """Every state of one part of a decision, newest first."""
    wanted = select(DecisionChange).where(DecisionChange.year == year, DecisionChange.subject == subject)
    return tuple(session.scalars(wanted.order_by(DecisionChange.number.desc())))


# Writing --------------------------------------------------------------------------------------------------


def begin(session: Session, cycle: Cycle, *, by: str, now: dt.datetime, keys: Keyring) -> Decision:
    """The empty decision of a year, with an entry for each topic; the one there already, if any."""
    found = of(session, cycle.year)
    if found is not None:
        return found
    made = Decision(year=cycle.year, state="draft", version=1, body={})
    session.add(made)
    session.flush()
    session.add_all(
        DecisionEntry(
            year=cycle.year, kind="topic", key=topic, version=1, reasons="", dissent="", cites=[], about={},
            changed_by=by, changed_at=now,
        )
        for topic in cycles.settings_of(cycle).topics
    )  # fmt: skip
    session.flush()
    audit.record(
        session, actor=by, action="decision.begun", subject=f"decision:{cycle.year}", now=now, keys=keys
    )
    return made


def write(
    session: Session,
    decision: Decision,
    body: Mapping[str, Any],
    *,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Puts its own words. Raises ``decision.settled``, ``decision.long``, ``decision.meanwhile``."""
    _drafting(decision)
    try:
        words = Body.model_validate(body).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        field = str(error.errors(include_url=False)[0]["loc"][0])
        raise SurveysError("decision.long", field=field) from error
    claim(session, Decision, seen_version, body=words, year=decision.year)
    session.refresh(decision)
    _keep(session, decision.year, "body", words, decision.version, by=by, now=now, keys=keys)


def decide(
    session: Session,
    decision: Decision,
    kind: str,
    key: str,
    *,
    outcome: str | None,
    reasons: str,
    dissent: str = "",
    cites: Sequence[str],
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> DecisionEntry:
    """Records what is decided about a topic or theme; without ``outcome`` only what is cited and noted.

    Raises ``decision.settled``, ``decision.no_entry``, ``decision.outcome``, ``decision.reasons``,
    ``decision.long``, ``decision.cites`` (none, or one that is not there), ``decision.meanwhile``.
    """
    _drafting(decision)
    entry = session.get(DecisionEntry, (decision.year, kind, key))
    if entry is None or entry.withdrawn:
        raise SurveysError("decision.no_entry")
    if outcome is not None and outcome not in (TOPIC_OUTCOMES if kind == "topic" else THEME_OUTCOMES):
        raise SurveysError("decision.outcome", field="outcome")
    if outcome is not None and not reasons.strip():
        raise SurveysError("decision.reasons", field="reasons")
    for field, text in (("reasons", reasons), ("dissent", dissent)):
        if len(text) > 4000:
            raise SurveysError("decision.long", field=field)
    cited = list(dict.fromkeys(one.strip() for one in cites if one.strip()))
    wrong = citations.unknown(session, cited)
    if wrong or (outcome is not None and not cited):
        raise SurveysError("decision.cites", field="cites", wrong=list(wrong))
    values = {
        "outcome": outcome, "reasons": reasons.strip(), "dissent": dissent.strip(), "cites": cited,
        "changed_by": by, "changed_at": now,
    }  # fmt: skip
    claim(session, DecisionEntry, seen_version, **values, year=decision.year, kind=kind, key=key)
    session.refresh(entry)
    kept = {name: values[name] for name in ("outcome", "reasons", "dissent", "cites")}
    _keep(session, decision.year, f"{kind}:{key}", kept, entry.version, by=by, now=now, keys=keys)
    return entry


def put_theme(
    session: Session,
    decision: Decision,
    key: str,
    *,
    title: str,
    count: int | None,
    quote: tuple[str, str] | None = None,
    withdrawn: bool = False,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> DecisionEntry:
    """Adds (``seen_version`` 0) or changes a theme of what people wrote; a quote is a survey and comment id.

    ``count``: how many comments, rounded as published. Raises ``decision.settled``, ``decision.theme_title``,
    ``decision.theme_exists``, ``decision.meanwhile``.
    """
    _drafting(decision)
    if not title.strip() or len(title) > 200:
        raise SurveysError("decision.theme_title", field="title")
    about = {"title": title.strip(), "count": count, "quote": list(quote) if quote else None}
    entry = session.get(DecisionEntry, (decision.year, "theme", key))
    if seen_version == 0:
        if entry is not None:
            raise SurveysError("decision.theme_exists", field="title")
        entry = DecisionEntry(
            year=decision.year, kind="theme", key=key, version=1, reasons="", dissent="", cites=[],
            about=about, changed_by=by, changed_at=now,
        )  # fmt: skip
        session.add(entry)
        session.flush()
    else:
        changes = {"about": about, "withdrawn": withdrawn, "changed_by": by, "changed_at": now}
        claim(session, DecisionEntry, seen_version, **changes, year=decision.year, kind="theme", key=key)
        entry = session.get_one(DecisionEntry, (decision.year, "theme", key), populate_existing=True)
    kept = {"about": about, "withdrawn": withdrawn}
    _keep(session, decision.year, f"theme:{key}", kept, entry.version, by=by, now=now, keys=keys)
    return entry


def claim(session: Session, table: Any, seen_version: int, /, **values: Any) -> None:
    """One conditional update of the row ``year`` (and ``kind``, ``key``) name: only of the version seen."""
    named = {name: values.pop(name) for name in ("year", "kind", "key") if name in values}
    done = session.execute(
        update(table)
        .where(
            *(getattr(table, name) == value for name, value in named.items()), table.version == seen_version
        )
        .values(version=table.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise SurveysError("decision.meanwhile")


def _drafting(decision: Decision) -> None:
    if decision.state != "draft":
        raise SurveysError("decision.settled")


def _keep(
    session: Session,
    year: int,
    subject: str,
    body: Mapping[str, Any],
    version: int,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """One more row of what it was put to, and one of the audit log."""
    keep_change(session, year, subject, body, by=by, now=now)
    audit.record(
        session,
        actor=by,
        action="decision.written",
        subject=f"decision:{year}",
        facts={"part": subject, "version": version},
        now=now,
        keys=keys,
    )


def keep_change(
    session: Session, year: int, subject: str, body: Mapping[str, Any], *, by: str, now: dt.datetime
) -> None:
    """Adds one state to the history of a decision's part."""
    last = session.scalar(select(func.max(DecisionChange.number)).where(DecisionChange.year == year))
    session.add(
        DecisionChange(year=year, number=(last or 0) + 1, subject=subject, body=dict(body), by=by, at=now)
    )
    session.flush()
