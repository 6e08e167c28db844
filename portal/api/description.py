"""The read API described as OpenAPI 3.1, from its addresses and shapes themselves."""

from __future__ import annotations

from typing import Any

from flask import Flask
from pydantic import BaseModel

from portal.api.shapes import (
    Index,
    PlanBrief,
    PlanOut,
    PriorityOut,
    Problem,
    ReleaseOut,
    RoundOut,
    SurveyBrief,
    SurveyOut,
    TableAlone,
)

VERSION = "1.1.0"

ANSWERS: dict[str, tuple[type[BaseModel], bool]] = {
    "index": (Index, False),
    "rounds_list": (RoundOut, True),
    "round": (RoundOut, False),
    "surveys_list": (SurveyBrief, True),
    "survey": (SurveyOut, False),
    "release": (ReleaseOut, False),
    "table": (TableAlone, False),
    "priorities": (PriorityOut, True),
    "plans": (PlanBrief, True),
    "plan": (PlanOut, False),
}
"""What each address answers with, and whether it is a list."""


def described(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, from the addresses and models themselves."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint != "api" or name == "openapi":
            continue
        model, many = ANSWERS[name]
        one = _reference(model, schemas)
        answer = {"type": "array", "items": one} if many else one
        path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
        view = app.view_functions[rule.endpoint]
        paths[path] = {
            "get": {
                "operationId": name,
                "summary": (view.__doc__ or "").strip(),
                "parameters": [
                    {
                        "name": "If-None-Match",
                        "in": "header",
                        "required": False,
                        "description": "The ETag of an earlier answer: 304 when nothing changed",
                        "schema": {"type": "string"},
                    },
                    *(
                        {
                            "name": argument,
                            "in": "path",
                            "required": True,
                            "schema": {"type": "integer" if argument in ("number", "year") else "string"},
                        }
                        for argument in sorted(rule.arguments)
                    ),
                ],
                "responses": {
                    "200": {
                        "description": "Found",
                        "headers": {"ETag": _header("Names exactly this answer")},
                        "content": {"application/json": {"schema": answer}},
                    },
                    "304": {"description": "Nothing changed since the answer If-None-Match names"},
                    "404": _problem("There is no such thing", schemas),
                    "429": _problem("Too many requests", schemas)
                    | {"headers": {"Retry-After": _header("Seconds to wait")}},
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Read API", "version": VERSION},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}


def _problem(words: str, schemas: dict[str, Any]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _reference(Problem, schemas)}}
    return {"description": words, "content": content}


def _reference(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    made = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(made.pop("$defs", {}))
    schemas[model.__name__] = made
    return {"$ref": f"#/components/schemas/{model.__name__}"}
