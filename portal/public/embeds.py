"""One table of a release for other people's pages: bars and figures, with no script and no cookie."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from portal import panels
from portal.public import consultations, figures
from portal.public.blueprint import bp
from portal.public.results import survey_or_404, table_or_404, title_of
from portal.reading import base_words


@bp.get("/embed/<survey>/<table>")
def embed(survey: str, table: str) -> ResponseReturnValue:
    """For frames anywhere (:data:`portal.security.FRAMABLE`); search engines are asked to leave it out."""
    asked, shown = survey_or_404(survey), table_or_404(survey, table)
    response = make_response(
        render_template(
            "public/embed.html",
            survey=asked,
            shown=shown,
            reading=next(one for one in shown.readings if one.key == table),
            consultation=consultations.of_survey(asked),
            title=title_of(asked),
            figures=figures,
            panels=panels.panels,
            end_of=panels.top,
            base_words=base_words,
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
