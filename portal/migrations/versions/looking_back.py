"""History of what was overwritten: windows of surveys, reasons in other languages, crime and census figures.

What came before is worked out from the audit log as far as it tells. Where it cannot, the first state kept has a
number above 1, and pages of earlier days say so.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "looking_back"
down_revision = "comment_standing"
branch_labels = None
depends_on = None

WINDOW = ("opens_at", "closes_at", "paused_at", "withdrawn_at", "withdraw_until")
NOTHING: dict[str, Any] = dict.fromkeys(WINDOW)
Log = list[tuple[dt.datetime, str, str, dict[str, Any]]]
"""When, what, of what, and its facts."""

OF_MONTH = ("month", "area_set", "file", "sha256", "rows_read", "rows_kept", "rows_without_place")


def upgrade() -> None:
    json_type = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    windows = op.create_table(
        "survey_window",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        *(sa.Column(name, sa.DateTime(), nullable=True) for name in WINDOW[:-1]),
        sa.Column("withdraw_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_window_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_window")),
        info={"append_only": True},
    )
    wordings = op.create_table(
        "round_change_wording",
        sa.Column("change_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_round_change_wording_words")),
        sa.ForeignKeyConstraint(
            ["change_id"], ["round_change.id"], name=op.f("fk_round_change_wording_change_id_round_change")
        ),
        sa.PrimaryKeyConstraint("change_id", "locale", "number", name=op.f("pk_round_change_wording")),
        info={"append_only": True},
    )
    crime = op.create_table(
        "crime_edition",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_set", sa.String(length=20), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_kept", sa.Integer(), nullable=False),
        sa.Column("rows_without_place", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(length=80), nullable=False),
        sa.Column("counts", json_type, nullable=False),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_crime_edition_month")),
        sa.PrimaryKeyConstraint("month", "number", name=op.f("pk_crime_edition")),
        info={"append_only": True},
    )
    census = op.create_table(
        "census_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("shares", json_type, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_census_edition")),
        sa.UniqueConstraint(
            "variable", "as_of", "number", name=op.f("uq_census_edition_variable_as_of_number")
        ),
        info={"append_only": True},
    )
    log = _log()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for table, rows in (
        (windows, _windows(log, now)),
        (wordings, _wordings(log)),
        (crime, _crime(log)),
        (census, _census(log, now)),
    ):
        if rows:
            op.bulk_insert(table, rows)
    op.drop_table("round_change_words")


def _log() -> Log:
    entry = sa.table(
        "audit_entry",
        sa.column("year"),
        sa.column("number"),
        sa.column("at", sa.DateTime()),
        *(sa.column(name) for name in ("action", "subject", "facts")),
    )
    told = sa.or_(
        entry.c.subject.like("survey:%"),
        entry.c.action.in_(["round.reason_translated", "crime.imported", "census.kept", "pack.loaded"]),
    )
    rows = sa.select(entry.c.at, entry.c.action, entry.c.subject, entry.c.facts).where(told)
    found = op.get_bind().execute(rows.order_by(entry.c.year, entry.c.number))
    return [(at, action, subject, json.loads(facts)) for at, action, subject, facts in found]


# Windows --------------------------------------------------------------------------------------------------


def _windows(log: Log, now: dt.datetime) -> list[dict[str, Any]]:
    survey = sa.table(
        "survey",
        sa.column("id"),
        *(sa.column(name, sa.DateTime()) for name in WINDOW[:-1]),
        sa.column("withdraw_until", sa.Date()),
    )
    found: list[dict[str, Any]] = []
    for row in op.get_bind().execute(sa.select(survey)).mappings():
        stands = {name: row[name] for name in WINDOW}
        kept = replayed([one for one in log if one[2] == f"survey:{row['id']}"], stands)
        if not kept and stands != NOTHING:
            kept = [{"number": 2, "at": now, **stands}]
        found += [{"survey_id": row["id"], **one} for one in kept]
    return found


def replayed(acts: Log, stands: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every window a survey has had, by its acts in the log; nothing when they do not lead to how it stands."""
    window: dict[str, Any] = {**NOTHING, "told": True}
    kept: list[dict[str, Any]] = []
    for at, action, _, facts in acts:
        match action:
            case "survey.schedule":
                until = facts["withdraw_until"]
                window |= {
                    "opens_at": _utc(facts["opens_at"]),
                    "closes_at": _utc(facts["closes_at"]),
                    "withdraw_until": dt.date.fromisoformat(until) if until else None,
                    "told": True,
                }
            case "survey.close":
                window["closes_at"] = min(window["closes_at"] or at, at)
            case "survey.pause":
                window["paused_at"] = at
            case "survey.resume":
                window["paused_at"] = None
            case "survey.reopen":
                window |= {"closes_at": _utc(facts["closes_at"]), "paused_at": None, "told": False}
            case "survey.withdraw":
                window["withdrawn_at"] = at
            case _:
                continue
        kept.append({"number": len(kept) + 1, "at": at, **window})
    until = stands["withdraw_until"]  # of a survey opened again the log does not tell it: it is what followed
    for one in reversed(kept):
        if not one.pop("told"):
            one["withdraw_until"] = until
        until = one["withdraw_until"]
    last = {name: kept[-1][name] for name in WINDOW} if kept else NOTHING
    return kept if last == dict(stands) else []


def _utc(iso: str) -> dt.datetime:
    return dt.datetime.fromisoformat(iso).astimezone(dt.UTC).replace(tzinfo=None)


# The others -----------------------------------------------------------------------------------------------


def _wordings(log: Log) -> list[dict[str, Any]]:
    words = sa.table(
        "round_change_words",
        *(sa.column(name) for name in ("change_id", "locale", "words", "by")),
        sa.column("at", sa.DateTime()),
    )
    return [
        dict(row)
        | {
            "number": _times(
                log,
                "round.reason_translated",
                lambda facts, row=row: (
                    (facts.get("translated"), facts.get("locale")) == (row["change_id"], row["locale"])
                ),
            )
        }
        for row in op.get_bind().execute(sa.select(words)).mappings()
    ]


def _crime(log: Log) -> list[dict[str, Any]]:
    month = sa.table(
        "crime_month",
        *(sa.column(name) for name in (*OF_MONTH, "imported_by")),
        sa.column("imported_at", sa.DateTime()),
    )
    count = sa.table("crime_count", *(sa.column(name) for name in ("month", "ward_key", "type", "number")))
    counts: dict[str, dict[str, dict[str, int]]] = {}
    ordered = sa.select(count).order_by(count.c.month, count.c.ward_key, count.c.type)
    for of, ward, kind, number in op.get_bind().execute(ordered):
        counts.setdefault(of, {}).setdefault(ward, {})[kind] = number
    return [
        dict(row)
        | {
            "counts": counts.get(row["month"], {}),
            "number": _times(
                log, "crime.imported", lambda facts, row=row: row["month"] in facts.get("months", ())
            ),
        }
        for row in op.get_bind().execute(sa.select(month)).mappings()
    ]


def _census(log: Log, now: dt.datetime) -> list[dict[str, Any]]:
    margin = sa.table(
        "census_margin",
        *(sa.column(name) for name in ("id", "source", "variable", "category", "count")),
        sa.column("as_of", sa.Date()),
        sa.column("percent", sa.Numeric(5, 2, asdecimal=False)),
    )
    shares: dict[tuple[str, dt.date], list[list[Any]]] = {}
    for row in op.get_bind().execute(sa.select(margin).order_by(margin.c.id)).mappings():
        share = [row["source"], row["category"], row["count"], row["percent"]]
        shares.setdefault((row["variable"], row["as_of"]), []).append(share)
    loaded = next((at for at, action, _, _ in log if action == "pack.loaded"), now)
    found = []
    for (variable, as_of), rows in shares.items():
        subject = f"census:{variable.partition(' (')[0]}"
        brought = [at for at, action, of, _ in log if action == "census.kept" and of == subject]
        edition = {"number": max(1, len(brought)), "at": brought[-1] if brought else loaded}
        found.append({"variable": variable, "as_of": as_of, "shares": rows, **edition})
    return found


def _times(log: Iterable[Any], action: str, about: Any) -> int:
    """How often it was done, and once at least."""
    return max(1, sum(1 for _, done, _, facts in log if done == action and about(facts)))
