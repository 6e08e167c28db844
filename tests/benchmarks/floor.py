"""The floor everything is compared with: the least a Flask developer would write for the same survey.

One template page through Flask-WTF, one POST that checks the token and stores one JSON row in the same sort
of database file, one thank-you page, on the same server as the product.
Run: ``python -m tests.benchmarks.floor PORT FILE``.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import sys
import threading

import waitress
from flask import Flask, redirect, render_template_string, request
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from tests.benchmarks.fifteen import document

PAGE = """<!doctype html><html lang="en"><head><title>Local survey</title></head><body><h1>Local survey</h1>
<form method="post">{{ form.csrf_token }}
{% for field in form if field.name != "csrf_token" %}
<div><label>{{ field.label.text }}</label>{{ field() }}</div>
{% endfor %}<button>Send</button></form></body></html>"""
THANKS = """<!doctype html><html lang=en><head><title>Thanks</title></head>
<body><h1>Thank you</h1>{{ n }}</body></html>"""


def form_class() -> type[FlaskForm]:
    fields: dict[str, object] = {}
    for question in document()["parts"][0]["pages"][0]["questions"]:
        text = question["text"]["en_GB"]
        choices = [(o["key"], o["text"]["en_GB"]) for o in question.get("options", [])]
        fields[question["id"]] = {
            "one": lambda t, c: RadioField(t, choices=c),
            "several": lambda t, c: SelectMultipleField(t, choices=c),
            "rating": lambda t, c: RadioField(t, choices=[(str(n), str(n)) for n in range(11)]),
            "number": lambda t, c: IntegerField(t),
            "short-text": lambda t, c: StringField(t),
            "long-text": lambda t, c: TextAreaField(t),
        }[question["kind"]](text, choices)
    return type("Fifteen", (FlaskForm,), fields)


def create_app(path: str) -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = secrets.token_hex(32)
    form_of = form_class()
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, timeout=10)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
            local.connection.execute("CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, body TEXT)")
        return local.connection

    @app.route("/form", methods=["GET", "POST"])
    def form():  # type: ignore[no-untyped-def]
        form = form_of()
        if request.method == "POST" and form.validate():
            with database() as connection:
                body = {k: v for k, v in form.data.items() if k != "csrf_token"}
                connection.execute("INSERT INTO answer (body) VALUES (?)", [json.dumps(body)])
            return redirect("/thanks", 303)
        return render_template_string(PAGE, form=form)

    @app.get("/thanks")
    def thanks():  # type: ignore[no-untyped-def]
        return render_template_string(THANKS, n=secrets.token_hex(4))

    return app


def application() -> Flask:
    """The floor for a server that imports it; ``FLOOR_FILE`` names its database."""
    return create_app(os.environ["FLOOR_FILE"])


if __name__ == "__main__":
    waitress.serve(
        create_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), threads=8, channel_timeout=20
    )
