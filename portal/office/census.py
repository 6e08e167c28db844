"""Census tables: what figures are weighted to, and where officers bring them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.desk import CensusUpload
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.desk import published_surveys, words
from portal.partnership import census as shares
from portal.partnership import nomis
from surveys.errors import SurveysError

LISTED = 12
"""Categories shown of a table; single years of age run to a hundred."""


@bp.route("/census", methods=["GET", "POST"])
def census() -> ResponseReturnValue:
    session = read_session()
    form = CensusUpload()
    form.about.choices = [("", "Choose"), *_dimensions()]
    if request.method == "POST" and form.validate():
        sent = request.files.get("file")
        content = sent.read(nomis.LARGEST_FILE + 1) if sent else b""
        try:
            if not content:
                raise SurveysError("census.no_file", field="file")
            table = nomis.read(content)
            area = (form.area.data or "").strip() or None
            if area is None and len(table.areas) == 1:
                area = table.areas[0].code or table.areas[0].name
            with writing() as session:
                variable = shares.keep(
                    session, table, about=form.about.data, area=area, by=officer().by, now=now(), keys=keys()
                )
            said(f"Kept: {variable}. Figures weighted from now on use it where its groups fit.")
            return redirect(url_for("office.census"))
        except SurveysError as problem:
            form.refuse(problem)
    kept = [
        {
            "variable": one.variable,
            "as_of": one.as_of,
            "source": one.source,
            **listed(one.shares),
        }
        for one in shares.kept(read_session())
    ]
    page = render_template("office/desk/census.html", form=form, kept=kept, listed=LISTED)
    return make_response(page, 422 if form.problems() else 200)


def listed(shares: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """The rows of a table in words; a table that adds up to more than a hundred counts people."""
    people = sum(share for _, share in shares) > 101
    return {
        "unit": "People" if people else "Share",
        "rows": [[name, f"{share:,.0f}" if people else f"{share:g}%"] for name, share in shares],
    }


def _dimensions() -> list[tuple[str, str]]:
    """Every dimension of every survey, once."""
    found: dict[str, str] = {}
    for _, document in published_surveys(read_session()):
        for dimension in document.dimensions:
            found.setdefault(dimension.key, words(document, dimension.text))
    return list(found.items())
