"""The survey of the benchmark: fifteen questions on one page, of the kinds a council asks."""

from __future__ import annotations

from typing import Any

WORDS = "How safe do you feel walking alone in this area after dark"


def _texts(text: str) -> dict[str, str]:
    return {"en_GB": text}


def _options(count: int) -> list[dict[str, Any]]:
    return [{"code": n, "key": f"o{n}", "text": _texts(f"Answer number {n}")} for n in range(1, count + 1)]


def _question(kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": f"q{number}",
        "identity": f"bench.q{number}",
        "text": _texts(f"{WORDS} ({number})?"),
        "short": _texts(f"Question {number}"),
        **more,
    }


def document() -> dict[str, Any]:
    """The questionnaire as JSON: 8 single choices, 3 multiple, 1 scale, 1 number, 2 texts."""
    ask = [_question("one", n, options=_options(6)) for n in range(1, 9)]
    ask += [_question("several", n, options=_options(16), at_most=5) for n in range(9, 12)]
    ask.append(_question("rating", 12, low=0, high=10))
    ask.append(
        _question(
            "number",
            13,
            lowest=0,
            highest=120,
            bins=[{"key": "all", "first": 0, "last": 120, "text": _texts("0 to 120")}],
        )
    )
    ask.append(_question("short-text", 14, max_chars=100))
    ask.append(_question("long-text", 15, max_chars=1000))
    return {
        "schema_version": 1,
        "key": "fifteen",
        "locales": ["en_GB"],
        "translations": {"en_GB": {"state": "source"}},
        "title": _texts("Local survey"),
        "purpose": _texts("A survey for measuring."),
        "minutes": 4,
        "single_page": True,
        "asks_permission": False,
        "sections": [{"id": "all", "title": _texts("Questions")}],
        "parts": [
            {
                "id": "main",
                "title": _texts("Questions"),
                "pages": [{"id": "1", "section": "all", "title": _texts("Local survey"), "questions": ask}],
            }
        ],
        "dimensions": [
            {
                "key": "first",
                "text": _texts("First"),
                "questions": ["q1"],
                "categories": [
                    {"key": f"o{n}", "text": _texts(f"{n}"), "answers": {"q1": [f"o{n}"]}}
                    for n in range(1, 7)
                ],
            }
        ],
    }


def form_body(salt: int) -> list[tuple[str, str]]:
    """One person's answers as form fields; ``salt`` varies them."""
    body = [(f"q{n}", f"o{1 + (salt * n) % 6}") for n in range(1, 9)]
    for n in range(9, 12):
        body += [(f"q{n}", f"o{1 + (salt + n + 3 * k) % 16}") for k in range(3)]
    body += [
        ("q12", str(salt % 11)),
        ("q13", str(18 + salt % 60)),
        ("q14", f"The crossing number {salt}"),
        ("q15", f"Cars race along the main road every evening and nobody slows down. {salt}"),
    ]
    return body
