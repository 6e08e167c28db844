"""Made-up questionnaires for tests: sound documents in two languages, with every kind of question."""

from __future__ import annotations

from functools import cache
from typing import Any

from surveys.questionnaire.model import Questionnaire

Json = dict[str, Any]


def t(english: str, polish: str | None = None) -> Json:
    return {"en_GB": english, "pl": polish or f"{english} (pl)"}


def option(code: int, key: str, english: str, **more: Any) -> Json:
    return {"code": code, "key": key, "text": t(english), **more}


def question(kind: str, id: str, english: str, **more: Any) -> Json:
    return {
        "kind": kind,
        "id": id,
        "identity": f"sample.{id}",
        "text": t(english),
        "short": t(english[:20]),
        **more,
    }


def page(id: str, *questions: Json, section: str = "area", **more: Any) -> Json:
    return {"id": id, "section": section, "questions": list(questions), **more}


def document(key: str, *parts: Json, **more: Any) -> Json:
    return {
        "key": key,
        "locales": ["en_GB", "pl"],
        "translations": {"en_GB": {"state": "source"}, "pl": {"state": "unchecked"}},
        "title": t("Local survey", "Ankieta lokalna"),
        "purpose": t("To learn what people think.", "Aby dowiedzieć się, co myślą ludzie."),
        "minutes": 4,
        "sections": [
            {"id": "area", "title": t("You and the area", "Ty i okolica")},
            {"id": "about", "title": t("About you", "O Tobie")},
        ],
        "parts": list(parts),
        **more,
    }


def part(id: str, *pages: Json, **more: Any) -> Json:
    return {"id": id, "title": t(id.capitalize()), "pages": list(pages), **more}


DONT_KNOW = option(90, "dont-know", "Don't know", meaning="dont-know")
PREFER_NOT = option(91, "prefer-not", "Prefer not to say", meaning="prefer-not")


def safe_options() -> list[Json]:
    return [
        option(1, "very-safe", "Very safe"),
        option(2, "fairly-safe", "Fairly safe"),
        option(3, "a-bit-unsafe", "A bit unsafe"),
        option(4, "very-unsafe", "Very unsafe"),
        option(5, "never", "I never walk alone there", meaning="never"),
        DONT_KNOW,
    ]


def topic_options() -> list[Json]:
    return [
        option(1, "asb", "Anti-social behaviour", topic="asb"),
        option(2, "burglary", "Burglary"),
        option(3, "roads", "Road safety and speeding", topic="roads"),
        option(4, "scams", "Scams and fraud", topic="scams"),
        option(18, "else", "Something else", write_in=True),
        option(19, "none", "None of these", meaning="none", exclusive=True),
        option(20, "dont-know", "Don't know", meaning="dont-know", exclusive=True),
    ]


def age_options() -> list[Json]:
    return [
        option(1, "under-13", "Under 13", stop="too-young"),
        option(2, "13-15", "13 to 15", min_age=13),
        option(3, "16-24", "16 to 24", min_age=16),
        option(4, "25-64", "25 to 64", min_age=25),
        option(5, "65-over", "65 or over", min_age=65),
        PREFER_NOT,
    ]


PLACES: list[Json] = [
    {"code": 1, "key": "E05000001", "level": "ward", "name": "Eastmarsh"},
    {"code": 2, "key": "E05000002", "level": "ward", "name": "Westfen"},
    {"code": 300, "key": "ashby", "level": "parish", "name": "Ashby", "ward": "E05000001"},
    {"code": 301, "key": "birch-end", "level": "parish", "name": "Birch End"},
    {"code": 302, "key": "corton", "level": "parish", "name": "Corton", "ward": "E05000002"},
]

STOP = {"id": "too-young", "title": t("Thank you"), "body": t("This survey is for people aged 13 and over.")}


def _main() -> Json:
    return part(
        "main",
        page(
            "1",
            question(
                "several",
                "connection",
                "How are you connected with the area?",
                options=[
                    option(1, "live", "I live here"),
                    option(2, "work", "I work here"),
                    option(3, "organisation", "I answer for an organisation", hand_over="organisations"),
                    option(4, "none", "None of these", meaning="none", exclusive=True),
                ],
            ),
        ),
        page(
            "2",
            question(
                "place",
                "place",
                "Which place do you know best?",
                level="parish",
                options=[
                    option(1, "elsewhere", "Somewhere else", meaning="elsewhere"),
                    option(2, "not-sure", "Not sure", meaning="dont-know"),
                    option(3, "prefer-not", "Prefer not to say", meaning="prefer-not"),
                ],
            ),
        ),
        page(
            "3",
            question(
                "place",
                "ward",
                "Which ward is that in?",
                level="ward",
                when={"question": "place", "includes": ["birch-end", "not-sure"]},
                options=[option(1, "not-sure", "Not sure", meaning="dont-know")],
            ),
        ),
        page("4", question("one", "age", "How old are you?", required=True, options=age_options())),
        page(
            "5",
            question("one", "safe-day", "How safe is {place|this area} by day?", options=safe_options()),
            question("one", "safe-dark", "And after dark?", options=safe_options()),
            title=t("Walking alone"),
            section="area",
        ),
        page(
            "6",
            question("several", "topics", "What matters? Choose up to 3", at_most=3, options=topic_options()),
        ),
        page(
            "7",
            question(
                "one-of",
                "topic-first",
                "Which one matters most?",
                of="topics",
                options=[option(100, "cannot-choose", "I cannot choose", meaning="cannot-choose")],
            ),
        ),
        page(
            "8",
            question(
                "long-text",
                "why",
                "Why did you choose {topic-first|that}?",
                when={"question": "topics", "at_least": 1},
            ),
        ),
    )


def _more() -> Json:
    return part(
        "more",
        page("9", title=t("Getting help"), body=t("The next questions are about getting help."), help=True),
        page(
            "10",
            question(
                "grid",
                "help-known",
                "Would you know where to get help?",
                rows=[
                    {"code": 1, "key": "scams", "text": t("A scam"), "topic": "scams"},
                    {"code": 2, "key": "hate-crime", "text": t("A hate crime")},
                    {"code": 3, "key": "fire", "text": t("A fire safety visit")},
                ],
                options=[option(1, "yes", "Yes"), option(2, "no", "No"), DONT_KNOW],
            ),
        ),
        page(
            "11",
            question(
                "rating",
                "trust",
                "How much do you trust us?",
                low=0,
                high=10,
                labels={"0": t("Not at all"), "10": t("Completely")},
                options=[DONT_KNOW],
            ),
        ),
        page(
            "12",
            question(
                "ranking",
                "improve",
                "What should come first?",
                top=3,
                options=[
                    option(1, "lights", "Better lighting"),
                    option(2, "patrols", "More patrols"),
                    option(3, "youth", "Things to do for young people"),
                    option(4, "cameras", "Cameras"),
                    option(90, "dont-know", "Don't know", meaning="dont-know", exclusive=True),
                ],
            ),
        ),
        page(
            "13",
            question(
                "number",
                "years",
                "How many years have you lived here?",
                lowest=0,
                highest=110,
                unit=t("years", "lat"),
                bins=[
                    {"key": "under-2", "first": 0, "last": 1, "text": t("Under 2")},
                    {"key": "2-9", "first": 2, "last": 9, "text": t("2 to 9")},
                    {"key": "10-over", "first": 10, "last": 110, "text": t("10 or more")},
                ],
                options=[DONT_KNOW],
                when={"question": "connection", "includes": ["live"]},
            ),
        ),
        page(
            "14",
            question(
                "one",
                "reported",
                "Did you report it?",
                min_age=16,
                options=[option(1, "yes", "Yes"), option(2, "no", "No"), PREFER_NOT],
            ),
            jumps=[{"when": {"not": {"question": "reported", "equals": "no"}}, "to": "16"}],
        ),
        page(
            "15",
            question(
                "several",
                "why-not",
                "Why not?",
                at_least=1,
                options=[
                    option(1, "minor", "Too minor"),
                    option(2, "pointless", "Nothing would be done"),
                    option(3, "other", "Other", write_in=True),
                    option(91, "prefer-not", "Prefer not to say", meaning="prefer-not", exclusive=True),
                ],
            ),
        ),
        page("16", question("short-text", "heard", "Where did you hear of this survey?", max_chars=60)),
        entry="offered",
        offer=t("Eight more questions about getting help."),
    )


def _about_you() -> Json:
    return part(
        "about-you",
        page(
            "a1",
            question(
                "one",
                "disability",
                "Do you have a long-lasting health condition?",
                special_category=True,
                use="To see whether disabled people are less safe.",
                options=[option(1, "yes", "Yes"), option(2, "no", "No"), PREFER_NOT],
            ),
            section="about",
        ),
        page(
            "a2",
            question(
                "one",
                "reduces",
                "Does it reduce what you can do?",
                special_category=True,
                use="To see whether disabled people are less safe.",
                when={"question": "disability", "equals": "yes"},
                options=[option(1, "a-lot", "A lot"), option(2, "a-little", "A little"), PREFER_NOT],
            ),
            section="about",
        ),
        page(
            "a3",
            question(
                "one",
                "religion",
                "What is your religion?",
                special_category=True,
                off=True,
                options=[option(1, "none", "No religion"), option(2, "any", "A religion"), PREFER_NOT],
            ),
            section="about",
        ),
        entry="offered",
        after_check=True,
        offer=t("Two questions about you."),
    )


@cache
def every_kind() -> Questionnaire:
    """All ten kinds; parts asked, offered and after the check; a stop, a hand-over, dimensions, nets."""
    return Questionnaire.model_validate(
        document(
            "every-kind",
            _main(),
            _more(),
            _about_you(),
            finish_after="6",
            age_question="age",
            headline="topics",
            stops=[STOP],
            places=PLACES,
            dimensions=[
                {
                    "key": "ward",
                    "text": t("Ward"),
                    "questions": ["place", "ward"],
                    "map": True,
                    "categories": [
                        {
                            "key": "e05000001",
                            "text": t("Eastmarsh"),
                            "answers": {"place": ["ashby"], "ward": ["E05000001"]},
                        },
                        {
                            "key": "e05000002",
                            "text": t("Westfen"),
                            "answers": {"place": ["corton"], "ward": ["E05000002"]},
                        },
                    ],
                },
                {
                    "key": "age",
                    "text": t("Age"),
                    "questions": ["age"],
                    "categories": [
                        {"key": "13-24", "text": t("13 to 24"), "answers": {"age": ["13-15", "16-24"]}},
                        {"key": "25-over", "text": t("25 or over"), "answers": {"age": ["25-64", "65-over"]}},
                    ],
                },
                {
                    "key": "disability",
                    "text": t("Disability"),
                    "questions": ["disability"],
                    "special_category": True,
                    "categories": [
                        {"key": "yes", "text": t("Disabled"), "answers": {"disability": ["yes"]}},
                        {"key": "no", "text": t("Not disabled"), "answers": {"disability": ["no"]}},
                    ],
                },
            ],
            nets=[
                {
                    "key": "unsafe",
                    "question": "safe-dark",
                    "text": t("A bit or very unsafe"),
                    "options": ["a-bit-unsafe", "very-unsafe"],
                },
            ],
            breakdowns=[
                {"question": "safe-dark", "by": "ward"},
                {"question": "safe-dark", "by": "ward", "net": "unsafe"},
                {"question": "topics", "by": "age"},
                {"question": "safe-dark", "by": "disability"},
            ],
        )
    )


@cache
def small() -> Questionnaire:
    """Three pages: safe (one choice), topics (several, with a write-in), comment (long text). No offers."""
    return Questionnaire.model_validate(
        document(
            "small",
            part(
                "main",
                page("1", question("one", "safe", "How safe do you feel?", options=safe_options())),
                page("2", question("several", "topics", "What matters?", at_most=2, options=topic_options())),
                page("3", question("long-text", "comment", "What would help?", max_chars=200)),
            ),
            finish_after="1",
        )
    )


@cache
def named() -> Questionnaire:
    """An organisation's short form: its name, a role, one opinion."""
    return Questionnaire.model_validate(
        document(
            "named",
            part(
                "main",
                page("1", question("short-text", "organisation", "Organisation", names=True, required=True)),
                page("2", question("several", "topics", "What matters?", at_most=3, options=topic_options())),
                page("3", question("long-text", "value", "What would working together add?")),
            ),
            kind="named",
        )
    )


@cache
def one_page() -> Questionnaire:
    """A survey answered on a single form: one choice and one text."""
    return Questionnaire.model_validate(
        document(
            "one-page",
            part(
                "main",
                page("1", question("one", "safe", "How safe do you feel?", options=safe_options())),
                page("2", question("long-text", "comment", "What would help?", max_chars=200)),
            ),
            single_page=True,
        )
    )


@cache
def one_page_with_age() -> Questionnaire:
    """A single form whose second question is about age."""
    return Questionnaire.model_validate(
        document(
            "one-page-age",
            part(
                "main",
                page("1", question("long-text", "comment", "What would help?", max_chars=200)),
                page("2", question("one", "age", "How old are you?", options=age_options())),
            ),
            single_page=True,
            age_question="age",
            stops=[STOP],
        )
    )


PATHS: dict[str, Json] = {
    "adult, everything": {
        "connection": ["live", "work"],
        "place": "birch-end",
        "ward": "E05000002",
        "age": "25-64",
        "safe-day": "very-safe",
        "safe-dark": "a-bit-unsafe",
        "topics": ["asb", "roads", "else"],
        "topics.else": "Dogs on the loose",
        "topic-first": "roads",
        "why": "People drive too fast",
        "help-known": {"scams": "yes", "hate-crime": None, "fire": "dont-know"},
        "trust": 7,
        "improve": ["patrols", "lights"],
        "years": 12,
        "reported": "no",
        "why-not": ["minor", "other"],
        "why-not.other": "It was late",
        "heard": "At the library",
        "disability": "yes",
        "reduces": "a-little",
    },
    "adult, one topic": {"connection": ["live"], "place": "ashby", "age": "65-over", "topics": ["scams"]},
    "fourteen": {"age": "13-15", "topics": ["asb", "roads"], "topic-first": "asb", "reported": "no"},
    "too young": {"age": "under-13", "topics": ["asb"]},
    "organisation": {"connection": ["organisation"], "topics": ["asb"]},
    "all skipped": {"connection": None, "place": None, "age": "prefer-not", "topics": None, "why": None},
}
"""Draft answers of some people to :func:`every_kind`, by a few words about them."""
