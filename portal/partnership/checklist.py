"""A consultation as one checklist: what is done, what is missing, who can do it, what nothing overrides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from portal.partnership.pages import SOURCE
from portal.partnership.register import PRIVACY_SECTIONS

Weight = Literal["always", "unless-reasoned", "advised"]
"""always: nothing overrides it. unless-reasoned: a recorded reason does. advised: told, never a stop."""
Holders = Mapping[str, Sequence[str]]
"""Who holds each role, by name."""

HELPLINE_DAYS = 90
"""A helpline checked longer ago than this has to be read again."""
SAFEGUARDING_PEOPLE = 2
MAY_BE_YOUNG = ("residents", "young-people", "easy-read")
"""The audiences in which somebody under 13 may answer."""
OFFICERS = ("consultation", "administrator")
SECOND_PEOPLE = ("consultation", "administrator", "member")
"""Who may sign off, besides a named senior by link; any other account but the auditor's may as well."""

PURPOSE_TEXTS = ("title", "purpose", "audience", "who_decides", "publish_what", "other_ways")
EVIDENCE_TEXTS = ("reasons", "evidence", "options_considered")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, as a code with its facts."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of the checklist. ``roles`` may do what is missing."""

    code: str
    weight: Weight
    lacks: tuple[Lack, ...]
    roles: tuple[str, ...]
    reason: str = ""
    """Why it does not stop the consultation although something is missing."""

    @property
    def state(self) -> Literal["done", "overridden", "missing"]:
        return "done" if not self.lacks else "overridden" if self.reason else "missing"

    @property
    def stops(self) -> bool:
        """Whether the consultation cannot be opened because of it."""
        return self.state == "missing" and self.weight != "advised"


@dataclass(frozen=True)
class Asking:
    """What the checklist knows of one survey."""

    title: str
    audience: str
    faults: int
    """How many faults keep its questions from being published."""
    under_13_lack: str
    """Why somebody under 13 may not be led out in time; empty when nobody is missed."""
    languages: tuple[str, ...]
    """Those besides the source."""
    incomplete: frozenset[str]
    unchecked: frozenset[str]


@dataclass(frozen=True)
class Dossier:
    """Everything the lines are judged by, loaded once."""

    facts: Mapping[str, Any]
    texts: Mapping[str, Mapping[str, Any]]
    surveys: tuple[Asking, ...]
    today: dt.date
    minimum_open_days: int = 42
    periods: tuple[tuple[str, dt.date, dt.date], ...] = ()
    """Pre-election periods: what, first and last day."""
    privacy_given: frozenset[str] = frozenset()
    """The parts of the privacy notice that the body answering for it has confirmed."""
    helplines: Mapping[str, dt.date | None] = field(default_factory=dict)
    """Every helpline that is shown, by name, with the day it was last checked."""
    equality: int = 0
    stakeholders: int = 0
    affected: int = 0
    """Stakeholders that speak for people particularly affected."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """The reason given for each line that is set aside."""
    cover_confirmed: bool = False
    language_checks: frozenset[str] = frozenset()
    """Languages in which a named speaker has read the consultation's own page as it now is."""
    approved: bool = False
    approval_void: bool = False
    """It was approved, and what was approved has changed since."""
    launched: bool = False
    holders: Holders = field(default_factory=dict)


def lines(dossier: Dossier) -> tuple[Line, ...]:
    """Every line in the order in which a consultation is made ready."""
    found = []
    for code, (weight, roles, judge) in LINES.items():
        reason = dossier.overrides.get(code, "") if weight == "unless-reasoned" else ""
        found.append(Line(code, weight, tuple(judge(dossier)), roles, reason))
    return tuple(found)


def stopping(found: Sequence[Line]) -> tuple[str, ...]:
    """The codes of the lines because of which the consultation cannot be opened."""
    return tuple(line.code for line in found if line.stops)


# The lines ------------------------------------------------------------------------------------------------


def _purpose(dossier: Dossier) -> list[Lack]:
    hidden = [Lack("text.retired")] if dossier.facts.get("retired") else []
    return [*_missing_texts(dossier, PURPOSE_TEXTS), *hidden]


def _missing_texts(dossier: Dossier, names: Sequence[str]) -> list[Lack]:
    words = dossier.texts.get(SOURCE, {})
    return [Lack("text.missing", {"field": name}) for name in names if not words.get(name)]


def _decision(dossier: Dossier) -> list[Lack]:
    lacks = _missing_texts(dossier, ("decision_open",))
    if not dossier.launched and dossier.facts.get("decision", "open") != "open":
        lacks.append(Lack("decision.taken"))
    return lacks


def _questions(dossier: Dossier) -> list[Lack]:
    if not dossier.surveys:
        return [Lack("survey.none")]
    return [
        Lack("survey.faults", {"survey": one.title, "count": one.faults})
        for one in dossier.surveys
        if one.faults
    ]


def _young(dossier: Dossier) -> list[Lack]:
    return [
        Lack("survey.no_under_13_route", {"survey": one.title, "why": one.under_13_lack})
        for one in dossier.surveys
        if one.audience in MAY_BE_YOUNG and one.under_13_lack
    ]


def _dates(dossier: Dossier) -> list[Lack]:
    opens, closes = _window(dossier)
    if opens is None or closes is None:
        return [Lack("dates.none")]
    if closes < opens:
        return [Lack("dates.order")]
    if not dossier.launched and opens < dossier.today:
        return [Lack("dates.past", {"day": opens})]
    return []


def _period(dossier: Dossier) -> list[Lack]:
    opens, closes = _window(dossier)
    if opens is None or closes is None:
        return []
    days = (closes - opens).days + 1
    if days >= dossier.minimum_open_days:
        return []
    return [Lack("period.short", {"days": days, "least": dossier.minimum_open_days})]


def _election(dossier: Dossier) -> list[Lack]:
    opens, _ = _window(dossier)
    if opens is None:
        return []
    return [
        Lack("election.within", {"title": title, "since": since, "until": until})
        for title, since, until in dossier.periods
        if since <= opens <= until
    ]


def _window(dossier: Dossier) -> tuple[dt.date | None, dt.date | None]:
    return _date(dossier.facts.get("opens")), _date(dossier.facts.get("closes"))


def _date(value: Any) -> dt.date | None:
    """Bodies are plain JSON, so a day is written out in them."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _evidence(dossier: Dossier) -> list[Lack]:
    return _missing_texts(dossier, EVIDENCE_TEXTS)


def _languages(dossier: Dossier) -> list[Lack]:
    lacks = []
    for locale in sorted({locale for one in dossier.surveys for locale in one.languages}):
        for one in dossier.surveys:
            if locale in one.incomplete | one.unchecked:
                code = "language.incomplete" if locale in one.incomplete else "language.survey_unchecked"
                lacks.append(Lack(code, {"locale": locale, "survey": one.title}))
        if locale not in dossier.texts:
            lacks.append(Lack("language.no_round_texts", {"locale": locale}))
        elif locale not in dossier.language_checks:
            lacks.append(Lack("language.unchecked", {"locale": locale}))
    return lacks


def _privacy(dossier: Dossier) -> list[Lack]:
    return [
        Lack("privacy.missing", {"part": part}) for part in sorted(PRIVACY_SECTIONS - dossier.privacy_given)
    ]


def _impact(dossier: Dossier) -> list[Lack]:
    return [] if dossier.facts.get("impact_assessment") else [Lack("impact.none")]


def _safeguarding(dossier: Dossier) -> list[Lack]:
    lacks = []
    people = tuple(dict.fromkeys(dossier.holders.get("safeguarding", ())))
    if len(people) < SAFEGUARDING_PEOPLE:
        lacks.append(Lack("safeguarding.people", {"count": len(people), "least": SAFEGUARDING_PEOPLE}))
    if not dossier.cover_confirmed:
        lacks.append(Lack("safeguarding.cover"))
    return lacks


def _helplines(dossier: Dossier) -> list[Lack]:
    if not dossier.helplines:
        return [Lack("helpline.none")]
    opens, _ = _window(dossier)
    day = max(dossier.today, opens or dossier.today)  # people meet them on the first day, not when it is set
    oldest = day - dt.timedelta(days=HELPLINE_DAYS)
    return [
        Lack("helpline.unchecked", {"name": name, "checked": checked, "since": oldest})
        for name, checked in dossier.helplines.items()
        if checked is None or checked < oldest
    ]


def _equality(dossier: Dossier) -> list[Lack]:
    return [] if dossier.equality else [Lack("equality.none")]


def _tell(dossier: Dossier) -> list[Lack]:
    if not dossier.stakeholders:
        return [Lack("stakeholder.none")]
    return [] if dossier.affected else [Lack("stakeholder.none_affected")]


def _approval(dossier: Dossier) -> list[Lack]:
    if dossier.approved or dossier.launched:  # what changes later has its own reason or approval
        return []
    return [Lack("approval.void" if dossier.approval_void else "approval.none")]


Judge = Callable[[Dossier], list[Lack]]
LINES: dict[str, tuple[Weight, tuple[str, ...], Judge]] = {
    "purpose": ("always", OFFICERS, _purpose),
    "decision": ("always", OFFICERS, _decision),
    "questions": ("always", OFFICERS, _questions),
    "young": ("always", OFFICERS, _young),
    "dates": ("always", OFFICERS, _dates),
    "period": ("unless-reasoned", OFFICERS, _period),
    "election": ("unless-reasoned", OFFICERS, _election),
    "evidence": ("unless-reasoned", OFFICERS, _evidence),
    "languages": ("unless-reasoned", OFFICERS, _languages),
    "equality": ("advised", OFFICERS, _equality),
    "tell": ("advised", OFFICERS, _tell),
    "privacy": ("always", ("information", "administrator"), _privacy),
    "impact": ("always", ("information", "consultation", "administrator"), _impact),
    "safeguarding": ("always", ("administrator", "safeguarding"), _safeguarding),
    "helplines": ("always", ("safeguarding", "consultation", "administrator"), _helplines),
    "approval": ("always", SECOND_PEOPLE, _approval),
}
OVERRIDABLE = frozenset(code for code, (weight, _, _) in LINES.items() if weight == "unless-reasoned")
