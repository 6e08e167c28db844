"""What a partnership is made of: the kinds of site text and their bodies.

Every kind has facts (the same in every language) and texts (one body a language). A body is plain JSON in the
store; these models say what may stand in it. Fields of type Markdown are Markdown, the others plain words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, create_model, model_validator

from portal.partnership.bodies import (
    AssessmentFacts,
    EvidenceFacts,
    EvidenceTexts,
    HarmFacts,
    HarmTexts,
    ProblemFacts,
    ProblemTexts,
    RecordedFacts,
    RecordedTexts,
    SectionTexts,
)
from portal.partnership.bodies import Body as Body
from portal.partnership.bodies import Email as Email
from portal.partnership.bodies import Facts as Facts
from portal.partnership.bodies import Markdown as Markdown
from portal.partnership.bodies import Phone as Phone
from portal.partnership.bodies import Slug as Slug
from portal.partnership.bodies import Texts as Texts
from portal.partnership.bodies import Url as Url
from portal.partnership.bodies import Words as Words

Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Token = Literal["lode", "lode-strong", "lode-soft", "on-lode", "lantern", "lantern-soft", "on-lantern"]


# The site -------------------------------------------------------------------------------------------------


class Contact(Body):
    """One way to reach the partnership. Nothing given is a plain fact that pages say in words."""

    email: Email | None = None
    phone: Phone | None = None
    address: Words | None = None
    web: Url | None = None

    @property
    def given(self) -> bool:
        return any((self.email, self.phone, self.address, self.web))


Purpose = Literal[
    "general",
    "other-formats",
    "accessibility",
    "data-protection",
    "data-complaints",
    "freedom-of-information",
]


class Attribution(Body):
    about: Words
    words: Words
    """Exactly as the licence wants it."""
    url: Url | None = None


class Colours(Body):
    light: dict[Token, Hex] = Field(default_factory=dict)
    dark: dict[Token, Hex] = Field(default_factory=dict)


class SiteFacts(Facts):
    exit_url: Url
    """Where exit-this-page goes: a page that says nothing about this site."""
    licence_url: Url
    area_set: Slug
    """Which set of wards and parishes is in use ("2023")."""
    district_code: str = ""
    police_force: str = ""
    lsoa_names: str = ""
    """What the names of the district's small statistical areas begin with ("East Cambridgeshire")."""
    demonstration: bool = False
    """Every page says that its responses are invented."""
    minimum_open_days: int = Field(default=42, ge=1, le=366)
    """The shortest time a consultation should stay open; a shorter one needs a recorded reason."""
    contacts: dict[Purpose, Contact]
    attributions: tuple[Attribution, ...] = ()
    colours: Colours = Colours()
    emblem: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None
    """The picture shown instead of the design's own emblem."""

    @model_validator(mode="after")
    def _every_purpose(self) -> SiteFacts:
        for purpose in Purpose.__args__:  # type: ignore[attr-defined]
            self.contacts.setdefault(purpose, Contact())
        return self


class SiteTexts(Texts):
    place: Words
    """The district's everyday name."""
    body_name: Words
    """What kind of body it is ("Community Safety Partnership")."""
    name: Words
    question: Words
    """The one question the home page asks."""
    lead: Words
    host: Words
    """The body that answers for the site and for the personal data."""
    pcc_label: Words
    """What the elected policing body is called here and now."""
    licence: Words
    banner: Words
    """What every page of a demonstration says."""
    not_given: Words
    """Shown in place of a fact the partnership has not given."""
    role: Words
    """The partnership's key role, as one sentence."""
    role_steps: tuple[Words, ...]


# Who and what ---------------------------------------------------------------------------------------------


class PartnerFacts(Facts):
    status: Literal["responsible", "co-operating", "other"]
    since: dt.date | None = None
    until: dt.date | None = None
    dates: Literal["not-given", "unchecked", "checked"] = "not-given"
    """Only checked dates are shown to the public."""
    confirmed: bool = True
    """False: a kind of body that often takes part; the partnership has not said that it does here."""
    web: Url | None = None

    @property
    def shown_since(self) -> dt.date | None:
        return self.since if self.dates == "checked" else None


class PartnerTexts(Texts):
    name: Words
    lead: Words
    contact_role: Words | None = None
    """The post that speaks for it, never a person's name."""


class StrandTexts(Texts):
    title: Words
    lead: Words


class PriorityFacts(Facts):
    areas: tuple[Slug, ...]
    since: dt.date | None = None
    until: dt.date | None = None


class PriorityTexts(Texts):
    title: Words
    statement: Words
    """The partnership's own words."""
    lead: Words
    body: Markdown


class AreaFacts(Facts):
    sort: Literal["topic", "way"]
    """Something that happens to people, or a way the partners work."""
    sensitive: bool = False
    """The page offers exit-this-page."""
    helplines: tuple[Slug, ...] = ()


class AreaTexts(Texts):
    title: Words
    lead: Words
    what: Markdown
    can_do: Markdown
    """What partners can do about it together, not what this partnership has promised."""
    get_help: Markdown


class HelplineFacts(Facts):
    phone: Phone | None = None
    web: Url | None = None
    group: Literal["emergency", "report", "support", "advice"]
    show_on: tuple[Literal["strip", "home", "start", "stop", "comments", "support"], ...] = ()
    state: Literal["checked", "known", "unchecked"]
    """checked: read in a published source on last_checked. known: a national number in wide use, shown with
    its source note. unchecked: officers only."""
    last_checked: dt.date | None = None
    source: Words

    @model_validator(mode="after")
    def _reachable(self) -> HelplineFacts:
        if self.shown and not (self.phone or self.web):
            raise ValueError("needs a phone number or a web address before anybody is shown it")
        if (self.state == "checked") != (self.last_checked is not None):
            raise ValueError("a last_checked date belongs to the state “checked”, and only to it")
        return self

    @property
    def shown(self) -> bool:
        return self.state != "unchecked"


class HelplineTexts(Texts):
    name: Words
    lead: Words
    """Who it is for, in a sentence."""
    hours: Words | None = None


class LanguageFacts(Facts):
    code: str | None = None
    """BCP 47, for the lang attribute."""
    own_name: Words
    people: int = Field(ge=0)
    """How many usual residents gave it as their main language."""
    as_of: dt.date
    source: Words


class LanguageTexts(Texts):
    name: Words


# Pages and statements -------------------------------------------------------------------------------------


class PageFacts(Facts):
    sensitive: bool = False


class PageTexts(Texts):
    title: Words
    lead: Words
    body: Markdown | None = None


class SectionFacts(Facts):
    state: Literal["given", "proposed", "not-given"] = "given"
    """proposed: drafted here, not confirmed by the body that answers for it; the page says so."""


class AccessibilityFacts(SectionFacts):
    compliance: Literal["fully", "partially", "not"] | None = None
    prepared: dt.date | None = None
    reviewed: dt.date | None = None
    review_due: dt.date | None = None


class NoticeFacts(Facts):
    level: Literal["note", "care", "help", "stop"] = "note"
    since: dt.date | None = None
    until: dt.date | None = None


class OutcomeFacts(Facts):
    area: Slug
    priority: Slug | None = None
    lead_partner: Slug | None = None
    decision_year: int | None = Field(default=None, ge=1998, le=2199)
    """The year of the decision it reports on."""
    cause: Words | None = None
    """What of that decision: ``topic:<area>`` or ``theme:<key>``."""
    done: bool = False
    demonstration: bool = False
    """An invented example; the page says so beside it."""


class OutcomeTexts(Texts):
    title: Words
    you_said: Words
    we_did: Words | None = None
    we_could_not: Words | None = None
    because: Words | None = None
    next: Words | None = None

    @model_validator(mode="after")
    def _answered(self) -> OutcomeTexts:
        if not (self.we_did or self.we_could_not):
            raise ValueError("says neither what was done nor what could not be")
        if self.we_could_not and not self.because:
            raise ValueError("does not say why it could not be done")
        return self


class RoundFacts(Facts):
    demonstration: bool = False
    decision: Literal["open", "made"] = "open"
    results_due: dt.date | None = None
    results_due_weeks: int | None = Field(default=None, ge=0)
    """Weeks after closing, when no date is fixed."""
    outcome_due: dt.date | None = None
    outcome_due_weeks: int | None = Field(default=None, ge=0)
    opens: dt.date | None = None
    """The day officers plan to open it; once it is open, the surveys' own windows say when."""
    closes: dt.date | None = None
    """The planned last day."""
    withdraw_days: int = Field(default=14, ge=0, le=366)
    """Days after closing on which people can still take their answers back."""
    impact_assessment: Words | None = None
    """The reference of the data protection impact assessment, where the host keeps it."""
    impact_assessment_on: dt.date | None = None


class RoundTexts(Texts):
    title: Words
    purpose: Words
    """One sentence, for lists and the start page."""
    audience: Words | None = None
    """Whom it asks, in a sentence."""
    reasons: Markdown
    evidence: Markdown
    options_considered: Markdown | None = None
    """What else could be done, and why it is not what is proposed."""
    decision_open: Markdown
    """Whether the decision can still be changed by what people answer."""
    who_decides: Markdown
    publish_what: Markdown
    other_ways: Markdown


class PeriodFacts(Facts):
    since: dt.date
    until: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> PeriodFacts:
        if self.until < self.since:
            raise ValueError("ends before it begins")
        return self


class PeriodTexts(Texts):
    title: Words
    """Which election it is ("District elections, May 2027")."""


# The kinds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    name: str
    facts: type[Facts]
    texts: type[Texts]
    required: frozenset[str] = frozenset()
    """Keys that must be there, because a law or a page of the site needs them."""


PRIVACY_SECTIONS = frozenset(
    "controller officer purposes basis special-category categories recipients safety retention rights object"
    " identify automated complaints regulator freedom-of-information children changes".split()
)
"""The fields of a privacy notice: UK GDPR articles 11, 13 and 21 and the complaints duty of June 2026."""

ACCESSIBILITY_SECTIONS = frozenset(
    "commitment status non-compliance burden out-of-scope contact enforcement preparation".split()
)
"""The parts of the model accessibility statement under SI 2018/952."""

PAGES = frozenset("about help cookies languages contact exit-this-page privacy-young-people".split())

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("site", SiteFacts, SiteTexts, frozenset({"site"})),
        Kind("partner", PartnerFacts, PartnerTexts),
        Kind("strand", Facts, StrandTexts),
        Kind("priority", PriorityFacts, PriorityTexts),
        Kind("area", AreaFacts, AreaTexts),
        Kind("page", PageFacts, PageTexts, PAGES),
        Kind("helpline", HelplineFacts, HelplineTexts),
        Kind("language", LanguageFacts, LanguageTexts),
        Kind("privacy", SectionFacts, SectionTexts, PRIVACY_SECTIONS),
        Kind("accessibility", AccessibilityFacts, SectionTexts, ACCESSIBILITY_SECTIONS),
        Kind("notice", NoticeFacts, SectionTexts),
        Kind("outcome", OutcomeFacts, OutcomeTexts),
        Kind("round", RoundFacts, RoundTexts),
        Kind("pre-election", PeriodFacts, PeriodTexts),
        Kind("recorded", RecordedFacts, RecordedTexts),
        Kind("evidence", EvidenceFacts, EvidenceTexts),
        Kind("assessment", AssessmentFacts, SectionTexts),
        Kind("problem", ProblemFacts, ProblemTexts),
        Kind("harm", HarmFacts, HarmTexts),
    )
}


@cache
def unfinished(facts: type[Facts]) -> type[Body]:
    """The same facts with every field optional: a draft may lack some, but what it has is sound."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation() | None, None) for name, field in facts.model_fields.items()
    }
    return create_model(f"Unfinished{facts.__name__}", __base__=Body, **fields)


@cache
def partial(texts: type[Texts]) -> type[Texts]:
    """The same texts with every field optional: a translation may have only some of them yet."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation() | None, None)
        for name, field in texts.model_fields.items()
        if name != "translation"
    }
    return create_model(f"Partial{texts.__name__}", __base__=Texts, **fields)
