"""What every kind of site text is built from, and the kinds on the evidence shelf.

A kind has facts (the same in every language) and texts (one body a language); see
:mod:`portal.partnership.register`, which lists them all.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Markdown = Words
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"<>]+$")]
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 ]{1,19}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Facts(Body):
    order: int = 0
    retired: bool = False
    """Taken off the site without losing its history."""


class Texts(Body):
    translation: Literal["source", "checked", "unchecked"] = "source"
    """How far the words can be trusted. Only officers see it."""


class SectionTexts(Texts):
    title: Words
    body: Markdown


# Recorded crime -------------------------------------------------------------------------------------------

POLICE_TYPES = {
    "anti-social-behaviour": "Anti-social behaviour",
    "bicycle-theft": "Bicycle theft",
    "burglary": "Burglary",
    "criminal-damage-arson": "Criminal damage and arson",
    "drugs": "Drugs",
    "other-crime": "Other crime",
    "other-theft": "Other theft",
    "possession-of-weapons": "Possession of weapons",
    "public-order": "Public order",
    "robbery": "Robbery",
    "shoplifting": "Shoplifting",
    "theft-from-the-person": "Theft from the person",
    "vehicle-crime": "Vehicle crime",
    "violence-and-sexual-offences": "Violence and sexual offences",
}
"""The types of data.police.uk street files: our key to their words."""

PoliceType = Literal[
    "anti-social-behaviour",
    "bicycle-theft",
    "burglary",
    "criminal-damage-arson",
    "drugs",
    "other-crime",
    "other-theft",
    "possession-of-weapons",
    "public-order",
    "robbery",
    "shoplifting",
    "theft-from-the-person",
    "vehicle-crime",
    "violence-and-sexual-offences",
]


class RecordedFacts(Facts):
    """Which police types say something about an area of focus. An area without one has no open data."""

    types: tuple[PoliceType, ...] = Field(min_length=1)


class RecordedTexts(Texts):
    note: Words
    """What the types do and do not cover."""


# The evidence shelf ---------------------------------------------------------------------------------------


class Measure(Body):
    """One aggregate figure: what, where, when, how many."""

    measure: Words
    area: Words
    period: Words
    value: float
    unit: Words = "number"


class EvidenceFacts(Facts):
    sort: Literal["partner", "consultation", "census", "other"]
    source: Words
    """Who counted or asked, and where it can be found."""
    sharing: Words | None = None
    """On what basis a partner shares it (an agreement, a published source, section 115)."""
    as_of: dt.date | None = None
    topic: Slug | None = None
    """The area of focus it is about, when it is about one."""
    public: bool = False
    measures: tuple[Measure, ...] = ()

    @model_validator(mode="after")
    def _shared_on_a_basis(self) -> EvidenceFacts:
        if self.sort == "partner" and not self.sharing:
            raise ValueError("a partner's figures need the basis on which they are shared")
        return self


class EvidenceTexts(Texts):
    title: Words
    lead: Words
    body: Markdown | None = None


HEADINGS = (
    "levels", "changes", "matters", "views", "progress",
    "political", "economic", "social", "technological", "environmental", "legal", "organisational",
)  # fmt: skip
"""A strategic assessment: the five matters of SI 2007/1830, then the seven of a horizon scan."""
STATUTORY = HEADINGS[:5]
Heading = Literal[
    "levels",
    "changes",
    "matters",
    "views",
    "progress",
    "political",
    "economic",
    "social",
    "technological",
    "environmental",
    "legal",
    "organisational",
]


class AssessmentFacts(Facts):
    """One heading of one year's strategic assessment; its key is ``<year>-<heading>``."""

    year: int
    heading: Heading
    public: bool = False


class ProblemFacts(Facts):
    """A place or group at high risk, worked on as a problem. Never public: it may point at people."""

    sort: Literal["hot-spot", "high-risk-place", "high-risk-people"]
    stage: Literal["scanning", "analysis", "response", "assessment", "closed"] = "scanning"
    topic: Slug | None = None
    ward: str | None = None
    owner: Slug | None = None
    """The partner that leads."""
    review_on: dt.date | None = None


class ProblemTexts(Texts):
    title: Words
    statement: Words
    """What the problem is, for whom, in one or two sentences."""
    scanning: Markdown | None = None
    analysis: Markdown | None = None
    response: Markdown | None = None
    assessment: Markdown | None = None
    victim: Markdown | None = None
    offender: Markdown | None = None
    location: Markdown | None = None
    measure: Words | None = None
    """How anybody will know that it worked."""


class HarmFacts(Facts):
    """Harm weights the partnership brought itself: none are shipped. ``sha256`` is of the table as given."""

    source: Words
    as_of: dt.date
    unit: Words
    weights: dict[str, float] = Field(min_length=1)
    """Police type to weight."""
    sha256: str


class HarmTexts(Texts):
    note: Words
