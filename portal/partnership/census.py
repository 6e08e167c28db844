"""What the census says of who lives here: kept with its source, and matched to the groups of a survey."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.partnership.nomis import TOTAL, Area, CensusTable
from portal.partnership.places import Margin, all_margins, keep_edition
from surveys import audit
from surveys.errors import SurveysError
from surveys.questionnaire.model import Dimension, Questionnaire
from surveys.results.weighting import Target
from surveys.sealing import Keyring

_OLDEST = 200


def keep(
    session: Session,
    table: CensusTable,
    *,
    about: str,
    area: str | None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> str:
    """Stores the shares of one table; the same table of the same date uploaded again replaces itself.

    ``about``: the dimension it describes ("age"). ``area``: the area whose categories count; None: every area
    is a category with its total (wards). Returns the variable's name. Raises SurveysError
    ``census.area_missing``, ``census.no_categories`` (it holds totals alone), ``census.one_area``
    (None, and the file has a single area), ``census.no_total``.
    """
    if area is None:
        if len(table.areas) < 2:
            raise SurveysError("census.one_area", field="area")
        shares = {f"{a.name} ({a.code})" if a.code else a.name: _total(a) for a in table.areas}
        source = table.source("every area of the file")
    else:
        chosen = table.area(area)
        if not table.categories:
            raise SurveysError("census.no_categories", field="area")
        shares = {key: chosen.counts[key] for key in table.categories}
        source = table.source(f"{chosen.name} {chosen.code}".strip())
    variable = f"{about} ({table.name or table.title})"[:60].strip()
    same = (Margin.variable == variable, Margin.as_of == table.as_of)
    session.execute(delete(Margin).where(*same))
    for category, count in shares.items():
        session.add(
            Margin(
                source=source, as_of=table.as_of, variable=variable, category=category[:120], count=count,
                percent=None,
            )
        )  # fmt: skip
    session.flush()
    keep_edition(session, variable, table.as_of, now=now)
    facts = {"categories": len(shares), "sha256": table.sha256}
    audit.record(
        session, actor=by, action="census.kept", subject=f"census:{about}", facts=facts, now=now, keys=keys
    )
    return variable


def _total(area: Area) -> int:
    if TOTAL in area.counts:
        return area.counts[TOTAL]
    if len(area.counts) == 1:
        return next(iter(area.counts.values()))
    raise SurveysError("census.no_total", field="file", area=area.name)


@dataclass(frozen=True)
class Kept:
    """What is stored of one variable: for officers who ask where a share comes from."""

    variable: str
    as_of: dt.date
    source: str
    shares: tuple[tuple[str, float], ...]
    figures: tuple[tuple[str, int | None, float | None], ...] = ()
    """Every category as it was brought: how many, and which percentage; what was not given is None."""


def kept(session: Session) -> tuple[Kept, ...]:
    """Every variable with its newest date, oldest upload first."""
    found: dict[str, list[Margin]] = {}
    for row in all_margins(session):
        rows = found.setdefault(row.variable, [])
        if rows and rows[0].as_of != row.as_of:
            rows.clear()
        rows.append(row)
    ordered = sorted(found.values(), key=lambda rows: rows[0].id)
    return tuple(
        Kept(
            rows[0].variable, rows[0].as_of, rows[0].source,
            _shares(rows),
            tuple((row.category, row.count, row.percent) for row in rows),
        )
        for rows in ordered
    )  # fmt: skip


def _shares(rows: Sequence[Margin]) -> tuple[tuple[str, float], ...]:
    """All in people if every category has a count, else all in per cent: the two are never mixed."""
    if all(row.count is not None for row in rows):
        return tuple((row.category, float(row.count or 0)) for row in rows)
    return tuple((row.category, float(row.percent)) for row in rows if row.percent is not None)


# Matching -------------------------------------------------------------------------------------------------


def targets(variables: Sequence[Kept], document: Questionnaire) -> list[Target]:
    """What the census says of each dimension of a questionnaire; dimensions it says nothing of are left out.

    Of several variables about a dimension the one whose categories match best is used, the last uploaded of
    equals. A category that no census categories make up exactly is missing, never estimated.
    """
    found = []
    for dimension in document.dimensions:
        best: tuple[int, Target] | None = None
        for variable in variables:
            if not _about(variable.variable, dimension.key):
                continue
            shares = _matched(dimension, variable.shares, document.source_locale)
            target = Target(
                dimension.key, shares, variable.source, _ages(dimension, document.source_locale),
                variable.as_of,
            )  # fmt: skip
            if shares and (best is None or len(shares) >= best[0]):
                best = len(shares), target
        if best is not None:
            found.append(best[1])
    return found


def _about(variable: str, dimension: str) -> bool:
    return variable.casefold().split(" ")[0] == dimension.casefold()


def _ages(dimension: Dimension, locale: str) -> bool:
    return all(years(c.text.get(locale, "")) for c in dimension.categories)


def _matched(dimension: Dimension, shares: Sequence[tuple[str, float]], locale: str) -> dict[str, float]:
    found: dict[str, float] = {}
    if dimension.categories and _ages(dimension, locale):
        ranges = [(span, share) for name, share in shares if (span := years(name))]
        for category in dimension.categories:
            span = years(category.text.get(locale, ""))
            total = _tiled(span, ranges) if span else None
            if total is not None:
                found[category.key] = total
        return found
    for category in dimension.categories:
        total = _named(category.key, category.text.get(locale, ""), shares, whole_names=dimension.map)
        if total is not None:
            found[category.key] = total
    return found


def _named(
    key: str, text: str, shares: Sequence[tuple[str, float]], *, whole_names: bool = False
) -> float | None:
    """The share of the category of this name, code, or beginning; parts are added up if there is no whole.

    ``whole_names``: of places, whose names begin alike ("Ely East", "Ely North") without being alike.
    """
    wanted, code = _plain(text), key.casefold()
    for name, share in shares:
        plain = _plain(re.sub(r"\([^)]*\)$", "", name))
        if plain == wanted or code == name.casefold() or f"({code})" in name.casefold():
            return share
    if whole_names:
        return None
    begins = re.compile(rf"{re.escape(key.split('-')[0])}\b", re.I)
    whole = [share for name, share in shares if ":" not in name and begins.match(name)]
    if len(whole) == 1:
        return whole[0]
    parts = [share for name, share in shares if ":" in name and begins.match(name)]
    return sum(parts) if parts and not whole else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def years(text: str) -> tuple[int, int] | None:
    """The ages a category of the census or of a survey stands for, both ends included."""
    said = text.casefold().replace("–", "-")
    if found := re.search(r"\bunder (\d+)", said):
        return 0, int(found.group(1)) - 1
    if found := re.search(r"(\d+)\D*?\b(and|or) under\b", said):
        return 0, int(found.group(1))
    if found := re.search(r"(\d+)\s*(?:years)?\s*(?:to|-)\s*(\d+)", said):
        return int(found.group(1)), int(found.group(2))
    if found := re.search(r"(\d+)\s*(?:\+|\D*\b(?:and|or) over\b)", said):
        return int(found.group(1)), _OLDEST
    if found := re.fullmatch(r"\D*(\d+)(?: years?)?", said):
        return int(found.group(1)), int(found.group(1))
    return None


def _tiled(span: tuple[int, int], ranges: Sequence[tuple[tuple[int, int], float]]) -> float | None:
    """The shares whose ranges make up the span exactly, largest first; None when none do."""
    at, total = span[0], 0.0
    while at <= span[1]:
        fitting = [(high, share) for (low, high), share in ranges if low == at and high <= span[1]]
        if not fitting:
            return None
        high, share = max(fitting, key=lambda one: one[0])
        at, total = high + 1, total + share
    return total
