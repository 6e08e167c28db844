"""The figures of a results page to take away: each table as CSV, JSON and chart, and what the codes mean."""

from __future__ import annotations

from flask import Response, abort, jsonify
from flask.typing import ResponseReturnValue

from portal import alongside_words, order_words
from portal.figure_words import figure_words
from portal.i18n import locale_code
from portal.public.blueprint import bp
from portal.public.results import shown_or_404, table_or_404
from surveys.results import comparison_files, exports


@bp.get("/results/<survey>/<table>.csv")
def table_csv(survey: str, table: str) -> ResponseReturnValue:
    shown = table_or_404(survey, table)
    return _csv(
        exports.table_csv(shown.content, table, locale_code(), figure_words()), f"{survey}-{table}.csv"
    )


@bp.get("/results/<survey>/<table>.json")
def table_json(survey: str, table: str) -> ResponseReturnValue:
    return jsonify(exports.table_json(table_or_404(survey, table).content, table))


@bp.get("/results/<survey>/<table>/figure.json")
def figure_json(survey: str, table: str) -> ResponseReturnValue:
    shown = table_or_404(survey, table)
    if table not in shown.figures:
        abort(404)
    return jsonify(shown.figures[table])


@bp.get("/results/<survey>/comparisons.csv")
def comparisons(survey: str) -> ResponseReturnValue:
    """With the census, with the survey before, and the order of the topics: a line a figure."""
    shown = shown_or_404(survey)
    body = comparison_files.comparisons_csv(shown.content, locale_code(), figure_words())
    return _csv(body, f"{survey}-comparisons.csv")


@bp.get("/results/<survey>/<table>/order.json")
def order_json(survey: str, table: str) -> ResponseReturnValue:
    """The chart of how sure the order of the topics is; 404 for a table whose answers are not ranked."""
    shown = table_or_404(survey, table)
    order = order_words.ranks(shown.content, shown.toplines).get(table)
    if order is None:
        abort(404)
    return jsonify(order.figure)


@bp.get("/results/<survey>/<table>/since.json")
def since_json(survey: str, table: str) -> ResponseReturnValue:
    """The slope chart of a question and the survey before; 404 where nothing is compared."""
    shown = table_or_404(survey, table)
    between = alongside_words.since(shown.content, shown.toplines).get(table)
    figure = between.figure if between is not None else None
    if figure is None:
        abort(404)
    return jsonify(figure)


@bp.get("/results/<survey>/data-dictionary.csv")
def dictionary(survey: str) -> ResponseReturnValue:
    shown = shown_or_404(survey)
    return _csv(
        exports.dictionary_csv(shown.content, locale_code(), figure_words()), f"{survey}-data-dictionary.csv"
    )


def _csv(body: bytes, name: str) -> Response:
    response = Response(body, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
