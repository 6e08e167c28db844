"""Results with and without those who sent nearly the same words as others."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.beside import beside
from portal.i18n import locale_code
from portal.public import consultations
from portal.public.blueprint import bp
from portal.public.results import shown_or_404, survey_or_404, title_of


@bp.get("/results/<survey>/with-and-without")
def with_without(survey: str) -> ResponseReturnValue:
    """Every question of which both may be shown; 404 where nothing may."""
    asked, shown = survey_or_404(survey), shown_or_404(survey)
    tables = shown.content.get("with_without")
    if not tables:
        abort(404)
    return render_template(
        "public/with_without.html",
        survey=asked,
        shown=shown,
        consultation=consultations.of_survey(asked),
        title=title_of(asked),
        questions=beside(tables, shown.document, locale_code()),
    )
