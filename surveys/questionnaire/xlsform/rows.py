"""A questionnaire as the three sheets of an XLSForm: survey, choices, settings.

What other tools understand stands in the standard's own columns. What only we know (identity, codes, short
words) stands in columns that begin with ``x_``, which other tools leave alone; ways past other pages too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from surveys.questionnaire.model import Option, Page, Questionnaire, Texts
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.xlsform.expressions import written

Row = dict[str, str]
Sheets = Mapping[str, tuple[Row, ...]]

NAMES = {
    "en_GB": "English", "pl": "Polish", "ro": "Romanian", "lt": "Lithuanian", "pt": "Portuguese",
    "es": "Spanish", "bg": "Bulgarian", "hu": "Hungarian", "uk": "Ukrainian", "ru": "Russian",
    "ar": "Arabic", "zh": "Chinese",
}  # fmt: skip
QUESTION_NUMBERS = (
    "wording", "min_age", "at_least", "at_most", "top", "low", "high", "lowest", "highest", "max_chars",
)  # fmt: skip
QUESTION_FLAGS = ("special_category", "off", "released", "names")
QUESTION_WORDS = ("identity", "of", "level", "use", "source")
OPTION_FLAGS = ("exclusive", "write_in")
OPTION_WORDS = ("meaning", "stop", "hand_over", "topic")


def language(locale: str, locales: Sequence[str] = ()) -> str:
    """How a language is called in a column's heading: "Polish (pl)".

    Other tools know languages, not countries: "English (en)"; the country only tells two of them apart.
    """
    code = locale.partition("_")[0]
    alone = sum(one.partition("_")[0] == code for one in locales) < 2
    return f"{NAMES.get(locale, locale)} ({code if alone else locale.replace('_', '-')})"


def headings(document: Questionnaire) -> dict[str, list[str]]:
    """The columns of each sheet, in order."""

    def each(*names: str) -> list[str]:
        return [
            f"{name}::{language(locale, document.locales)}" for name in names for locale in document.locales
        ]

    own = [f"x_{name}" for name in (*QUESTION_WORDS, *QUESTION_NUMBERS, *QUESTION_FLAGS)]
    choice_hints = [f"x_hint_{locale}" for locale in document.locales]
    option_own = [f"x_{name}" for name in ("code", *OPTION_WORDS, *OPTION_FLAGS, "min_age", "kind")]
    return {
        "survey": [
            *("type", "name"), *each("label", "hint"), *("required", "relevant", "constraint"),
            *("appearance", "choice_filter", "x_kind", "x_section", "x_help", "x_jumps"),
            *each("x_short", "x_unit"), *own,
        ],
        "choices": ["list_name", "name", *each("label"), *choice_hints, *option_own],
        "settings": ["form_title", "form_id", "version", "default_language", "x_draft"],
    }  # fmt: skip


def export(document: Questionnaire, version: str = "1", draft: str = "") -> Sheets:
    """The sheets; every cell is text, an absent one is missing from its row.

    ``draft`` and ``version`` say which state of which draft this was, so that a form that comes back later is
    compared with what its writer had: :func:`came_from` reads them.
    """
    return {
        "survey": tuple(_filled(row) for row in _survey(document)),
        "choices": tuple(_filled(row) for row in _choices(document)),
        "settings": (
            {
                "form_title": document.say(document.title, document.source_locale),
                "form_id": document.key,
                "version": version,
                "default_language": language(document.source_locale, document.locales),
                "x_draft": draft,
            },
        ),
    }


def came_from(settings: Sequence[Mapping[str, str]], draft: str) -> int | None:
    """Which state of this draft an uploaded form was made from; None for one from elsewhere."""
    said = settings[0] if settings else {}
    version = said.get("version", "")
    ours = said.get("x_draft") == draft and version.isdecimal() and len(version) < 10
    return int(version) if ours else None


def _filled(row: Mapping[str, Any]) -> Row:
    return {name: str(value) for name, value in row.items() if value not in (None, "", False)}


def each_text(document: Questionnaire, name: str, texts: Texts | None) -> Row:
    return {f"{name}::{language(locale, document.locales)}": text for locale, text in (texts or {}).items()}


def _survey(document: Questionnaire) -> Iterator[dict[str, Any]]:
    for part in document.parts:
        yield {"type": "begin_group", "name": f"part-{part.id}", "x_kind": "part"} | each_text(
            document, "label", part.title
        )
        for page in part.pages:
            yield from _page(document, page)
        yield {"type": "end_group", "name": f"part-{part.id}"}


def _page(document: Questionnaire, page: Page) -> Iterator[dict[str, Any]]:
    jumps = "\n".join(
        f"{jump.to}: {written(jump.when, document)}" if jump.when else jump.to for jump in page.jumps
    )
    yield {
        "type": "begin_group",
        "name": f"page-{page.id}",
        "x_kind": "page",
        "x_section": page.section,
        "x_help": "yes" if page.help else "",
        "x_jumps": jumps,
        "relevant": written(page.when, document) if page.when else "",
        "appearance": "field-list",
    } | each_text(document, "label", page.title)
    if page.body:
        yield {"type": "note", "name": f"words-{page.id}", "x_kind": "body"} | each_text(
            document, "label", page.body
        )
    for question in page.questions:
        yield from _question(document, question)
    yield {"type": "end_group", "name": f"page-{page.id}"}


def _question(document: Questionnaire, question: Any) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = {
        "name": question.id,
        "x_kind": question.kind,
        "required": "yes" if question.required else "",
        "relevant": written(question.when, document) if question.when else "",
        **each_text(document, "label", question.text),
        **each_text(document, "hint", question.hint),
        **each_text(document, "x_short", question.short),
        **each_text(document, "x_unit", getattr(question, "unit", None)),
        **{f"x_{name}": getattr(question, name, "") for name in QUESTION_WORDS},
        **{f"x_{name}": _number(getattr(question, name, None)) for name in QUESTION_NUMBERS},
        **{f"x_{name}": "yes" if getattr(question, name, False) else "" for name in QUESTION_FLAGS},
    }
    if question.kind == "grid":
        yield {"type": "begin_group", "appearance": "field-list"} | row
        for line in question.rows:
            yield {
                "type": f"select_one {question.id}",
                "name": f"{question.id}.{line.key}",
                "x_kind": "row",
                **each_text(document, "label", line.text),
            }
        yield {"type": "end_group", "name": question.id}
        return
    yield row | _typed(question)
    if question.kind in ("one", "one-of", "several"):
        for option in question.options:
            if option.write_in:
                yield {
                    "type": "text",
                    "name": f"{question.id}.{option.key}",
                    "x_kind": "write-in",
                    "relevant": f"selected(${{{question.id}}}, '{option.key}')",
                } | each_text(document, "label", option.text)


def _number(value: Any) -> str:
    return "" if value is None else str(value)


def _typed(question: Any) -> dict[str, Any]:
    """The standard's own columns for this kind."""
    match question.kind:
        case "one" | "rating":
            return {"type": f"select_one {question.id}"}
        case "several":
            return {"type": f"select_multiple {question.id}", "constraint": _limits(question)}
        case "one-of":
            rule = f"x_kind != 'earlier' or selected(${{{question.of}}}, name)"
            return {"type": f"select_one {question.id}", "choice_filter": rule}
        case "ranking":
            return {"type": f"rank {question.id}"}
        case "number":
            bounds = f". >= {question.lowest} and . <= {question.highest}"
            return {"type": "integer", "constraint": bounds}
        case "short-text" | "long-text":
            many = {"appearance": "multiline"} if question.kind == "long-text" else {}
            return {"type": "text", "constraint": f"string-length(.) <= {question.max_chars}", **many}
        case _:
            return {"type": "text", "appearance": ""}


def _limits(question: Any) -> str:
    found = []
    if question.at_least:
        found.append(f"count-selected(.) >= {question.at_least}")
    if question.at_most is not None:
        found.append(f"count-selected(.) <= {question.at_most}")
    return " and ".join(found)


def _choices(document: Questionnaire) -> Iterator[dict[str, Any]]:
    for question in document.all_questions:
        if question.kind == "one-of":
            own = {option.key for option in question.options}
            for key, option in plan_of(document).options[question.id].items():
                if key not in own:
                    yield {"list_name": question.id, "name": key, "x_kind": "earlier"} | each_text(
                        document, "label", option.text
                    )
        if question.kind == "rating":
            for point in range(question.low, question.high + 1):
                texts = question.labels.get(point) or {document.source_locale: str(point)}
                yield {"list_name": question.id, "name": str(point), "x_kind": "point"} | each_text(
                    document, "label", texts
                )
        if question.kind == "number":
            for band in question.bins:
                yield {
                    "list_name": question.id,
                    "name": band.key,
                    "x_kind": f"band {band.first} {band.last}",
                } | each_text(document, "label", band.text)
        for option in getattr(question, "options", ()):
            yield _choice(document, question.id, option)


def _choice(document: Questionnaire, list_name: str, option: Option) -> dict[str, Any]:
    return {
        "list_name": list_name,
        "name": option.key,
        **each_text(document, "label", option.text),
        # On this sheet pyxform falls over every column in several languages but the label.
        **{f"x_hint_{locale}": text for locale, text in (option.hint or {}).items()},
        "x_code": option.code,
        **{f"x_{name}": getattr(option, name) for name in OPTION_WORDS if name != "meaning"},
        "x_meaning": "" if option.meaning == "answer" else option.meaning,
        **{f"x_{name}": "yes" if getattr(option, name) else "" for name in OPTION_FLAGS},
        "x_min_age": _number(option.min_age),
    }
