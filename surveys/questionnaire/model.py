"""The questionnaire document: what is asked, of whom, in which order, in which words.

A document is plain JSON, validated here and then frozen. It names no partnership and holds no answers.
Options, rows and places carry a ``code`` (a small number used in packed rows, append-only across the versions
of one survey) and a ``key`` (the stable word used in stored answers). Texts are mappings by locale; the first
of ``locales`` is the source language and the visible fallback.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Identity = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,59}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
Texts = dict[Locale, str]

Answer = str | int | bool | list[str] | dict[str, str | None] | None
"""One stored answer. ``None`` is "asked and skipped"; a missing key is "not asked".

one, one-of, place: the key. several, ranking: a list of keys (document order; order of preference).
rating, number: the number, or the key of a special option. grid: row key to option key or None.
short-text, long-text: the text in a draft, ``True`` in a stored response (the words live in a comment).
A written-in "something else" is the answer ``"<question>.<option>"`` and is text in the same way.
"""
Answers = Mapping[str, Answer]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


# Conditions -----------------------------------------------------------------------------------------------


class All(Frozen):
    all: list[Condition]


class AnyOf(Frozen):
    any: list[Condition]


class Not(Frozen):
    not_: Condition = Field(alias="not")


class Equals(Frozen):
    """True when the (single) answer is this value. ``question`` may be ``grid-id.row-key``."""

    question: str
    equals: str | int


class Includes(Frozen):
    """True when any of ``includes`` is among the chosen keys (a single answer counts as a list of one)."""

    question: str
    includes: list[str]


class Answered(Frozen):
    """``answered: true`` holds when there is a value; ``false`` when skipped or not asked."""

    question: str
    answered: bool


class Counts(Frozen):
    """The number of chosen substantive options (exclusive ones are not counted) lies in the range."""

    question: str
    at_least: int = 0
    at_most: int | None = None


_CONDITION_WORDS = ("all", "any", "not", "equals", "includes", "answered")


def _condition_tag(value: Any) -> str | None:
    """A condition is known by the word it has. Tags begin with "=", so that no path takes one for a field."""
    names = value if isinstance(value, Mapping) else [n.rstrip("_") for n in getattr(value, "__dict__", ())]
    word = next((w for w in _CONDITION_WORDS if w in names), "counts" if "question" in names else None)
    return word and f"={word}"


Condition = Annotated[
    Annotated[All, Tag("=all")]
    | Annotated[AnyOf, Tag("=any")]
    | Annotated[Not, Tag("=not")]
    | Annotated[Equals, Tag("=equals")]
    | Annotated[Includes, Tag("=includes")]
    | Annotated[Answered, Tag("=answered")]
    | Annotated[Counts, Tag("=counts")],
    Discriminator(_condition_tag),
]


# Options and questions ------------------------------------------------------------------------------------

Meaning = Literal["answer", "none", "dont-know", "prefer-not", "cannot-choose", "elsewhere", "never"]


class Option(Frozen):
    code: int = Field(ge=1, le=239)
    key: Key
    text: Texts
    hint: Texts | None = None
    meaning: Meaning = "answer"
    exclusive: bool = False
    """In a "several" question: cannot be combined with any other option."""
    write_in: bool = False
    """Carries a short text box ("Something else: say what")."""
    min_age: int | None = None
    """On the age question only: the youngest age in this band. Unset means the age is not given."""
    stop: Key | None = None
    """Choosing it ends the survey on this stop page."""
    hand_over: Key | None = None
    """Choosing it sends the respondent to the survey of that key, which starts afresh."""
    topic: Key | None = None
    """The area of focus this option stands for, if any."""


class Row(Frozen):
    code: int = Field(ge=1, le=239)
    key: Key
    text: Texts
    topic: Key | None = None


class Bin(Frozen):
    """A closed range of whole numbers, for tables."""

    key: Key
    first: int
    last: int
    text: Texts


class QuestionBase(Frozen):
    id: Key
    identity: Identity
    """The same question across years and surveys; with ``wording`` it decides what may be compared."""
    wording: int = Field(default=1, ge=1)
    text: Texts
    short: Texts
    """A few neutral words for check-answers, tables and charts."""
    hint: Texts | None = None
    required: bool = False
    when: Condition | None = None
    min_age: int | None = None
    """Asked only of people whose given age band starts here or above; never when the age is not given."""
    special_category: bool = False
    off: bool = False
    """Present but not asked, until somebody records a use for the answers in ``use``."""
    use: str | None = None
    source: str | None = None
    released: bool = True
    """False keeps it out of every public table."""


class OneChoice(QuestionBase):
    kind: Literal["one"]
    options: list[Option]


class SeveralChoices(QuestionBase):
    kind: Literal["several"]
    options: list[Option]
    at_least: int = 0
    at_most: int | None = None


class OneOf(QuestionBase):
    """Pick-then-one: offers what was chosen in the earlier "several" question ``of``, plus own options."""

    kind: Literal["one-of"]
    of: Key
    options: list[Option] = []


class Ranking(QuestionBase):
    kind: Literal["ranking"]
    options: list[Option]
    top: int = Field(ge=1, le=10)


class Rating(QuestionBase):
    """A scale of whole numbers from ``low`` to ``high``. ``labels`` name points; ``options`` are specials."""

    kind: Literal["rating"]
    low: int = Field(ge=0)
    high: int = Field(le=20)
    labels: dict[int, Texts] = {}
    options: list[Option] = []


class Grid(QuestionBase):
    """Rows that share one list of options, shown as repeated radios; each row may be skipped."""

    kind: Literal["grid"]
    rows: list[Row]
    options: list[Option]


class Number(QuestionBase):
    kind: Literal["number"]
    lowest: int
    highest: int
    unit: Texts | None = None
    bins: list[Bin] = []
    options: list[Option] = []


class ShortText(QuestionBase):
    kind: Literal["short-text"]
    max_chars: int = Field(default=100, ge=1, le=500)
    names: bool = False
    """In a named survey: this answer is the organisation's name (kept apart from what was said)."""


class LongText(QuestionBase):
    kind: Literal["long-text"]
    max_chars: int = Field(default=1000, ge=1, le=5000)


class PlaceChoice(QuestionBase):
    """A ward or parish from ``Questionnaire.places``; specials (elsewhere, not sure) in ``options``."""

    kind: Literal["place"]
    level: Literal["parish", "ward"]
    options: list[Option] = []


Question = Annotated[
    OneChoice
    | SeveralChoices
    | OneOf
    | Ranking
    | Rating
    | Grid
    | Number
    | ShortText
    | LongText
    | PlaceChoice,
    Field(discriminator="kind"),
]

END = "end"


class Jump(Frozen):
    """After the page, the first jump whose condition holds leads to a later page or the part's ``end``."""

    when: Condition | None = None
    to: str


class Page(Frozen):
    """One question or a few closely related ones; no question at all makes it an information page."""

    id: Key
    """Shown in the address, so it says nothing about the topic: "1", "2", "about-1"."""
    section: Key
    title: Texts | None = None
    """Heading when the page has several questions or none. Not used as the document title."""
    body: Texts | None = None
    """Markdown, above the questions."""
    help: bool = False
    """Shows the support lines: the page may bring something up."""
    questions: list[Question] = []
    when: Condition | None = None
    jumps: list[Jump] = []


class Part(Frozen):
    """A run of pages. ``always`` parts are asked; ``offered`` ones only of people who accept the offer.

    ``after_check`` parts (equality questions) come between checking the answers and sending them.
    """

    id: Key
    title: Texts
    entry: Literal["always", "offered"] = "always"
    after_check: bool = False
    offer: Texts | None = None
    """Markdown: what the offered part asks and why, with how long it takes."""
    pages: list[Page]


class Section(Frozen):
    id: Key
    title: Texts


class Stop(Frozen):
    """A page that ends the survey early."""

    id: Key
    title: Texts
    body: Texts
    deletes_draft: bool = True


class PlaceEntry(Frozen):
    code: int = Field(ge=1, le=59999)
    key: str
    """Ward: its code. Parish: a slug."""
    level: Literal["parish", "ward"]
    name: str
    ward: str | None = None
    """For a parish that lies in one ward: that ward's key."""


class Category(Frozen):
    key: Key
    text: Texts
    answers: dict[Key, list[str]]
    """Question id to the answer keys that fall in this category."""


class Dimension(Frozen):
    """A group people are tallied by (ward, age…). The first of ``questions`` that places a person decides.

    Everybody else is "not-given", which is always an extra last category and never listed here.
    """

    key: Key
    text: Texts
    questions: list[Key]
    categories: list[Category]
    special_category: bool = False
    map: bool = False
    """Its categories are wards that can be drawn (category keys are ward keys in lower case)."""


class Net(Frozen):
    """Options added together for tables and maps ("a bit or very unsafe")."""

    key: Key
    question: Key
    text: Texts
    options: list[Key]


class Breakdown(Frozen):
    """One table of the fixed menu: a question (or one net of it) by one dimension."""

    question: Key
    by: Key
    net: Key | None = None


class Translation(Frozen):
    """How far a language can be trusted. Only officers see it."""

    state: Literal["source", "checked", "unchecked"]
    by: str | None = None
    on: dt.date | None = None


class Questionnaire(Frozen):
    schema_version: Literal[1] = 1
    key: Key
    kind: Literal["anonymous", "named"] = "anonymous"
    locales: list[Locale]
    translations: dict[Locale, Translation]
    title: Texts
    """Neutral: it stands in browser history ("Local survey")."""
    purpose: Texts
    minutes: int = Field(ge=1)
    single_page: bool = False
    asks_permission: bool = True
    """Asks, before sending, whether comments may be published."""
    finish_after: Key | None = None
    """From the page after this one, every page offers "Finish and send what I have answered"."""
    age_question: Key | None = None
    headline: Key | None = None
    """The "several" question of the pick-then-one pair that leads the results."""
    sections: list[Section]
    parts: list[Part]
    stops: list[Stop] = []
    places: list[PlaceEntry] = []
    dimensions: list[Dimension] = Field(default=[], max_length=4)
    nets: list[Net] = []
    breakdowns: list[Breakdown] = []

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As in pydantic, but the copy forgets everything worked out from the original's fields."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @cached_property
    def compiled(self) -> dict[str, Any]:
        """Room for what the engine works out once per document (the route plan, the codebook)."""
        return {}

    @property
    def source_locale(self) -> str:
        return self.locales[0]

    def pages(self) -> Iterator[Page]:
        for part in self.parts:
            yield from part.pages

    @cached_property
    def page_by_id(self) -> dict[str, Page]:
        return {page.id: page for page in self.pages()}

    @cached_property
    def part_of_page(self) -> dict[str, Part]:
        return {page.id: part for part in self.parts for page in part.pages}

    @cached_property
    def questions(self) -> tuple[Any, ...]:
        """Every question that is switched on, in document order."""
        return tuple(q for page in self.pages() for q in page.questions if not q.off)

    @cached_property
    def question_by_id(self) -> dict[str, Any]:
        return {q.id: q for q in self.questions}

    @cached_property
    def all_questions(self) -> tuple[Any, ...]:
        """Every question, those switched off included, in document order."""
        return tuple(q for page in self.pages() for q in page.questions)

    def places_at(self, level: str) -> tuple[PlaceEntry, ...]:
        return tuple(p for p in self.places if p.level == level)

    def say(self, texts: Texts | None, locale: str) -> str:
        """The text in this language, else in the source language (see :meth:`is_fallback`), else nothing."""
        if not texts:
            return ""
        return texts.get(locale) or texts.get(self.source_locale, "")

    def is_fallback(self, texts: Texts | None, locale: str) -> bool:
        """Whether :meth:`say` has to show the source language instead; such text carries its own lang."""
        return bool(texts) and not (texts or {}).get(locale) and locale != self.source_locale
