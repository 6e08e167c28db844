"""The partnership's own colours, over the tokens of the design, and its emblem."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort

from portal.database import read_session
from portal.partnership.brand import SitePicture
from portal.partnership.register import Token
from portal.public.blueprint import bp
from portal.rendering import site


@bp.get("/colours.css")
def colours() -> Response:
    """Only linked when the partnership has colours of its own. Never in print or in forced colours."""
    facts = site().facts
    chosen = facts.colours if facts else None
    rules = ""
    if chosen and chosen.light:
        rules += _rule("screen and (forced-colors: none)", chosen.light)
    if chosen and chosen.dark:
        rules += _rule("screen and (forced-colors: none) and (prefers-color-scheme: dark)", chosen.dark)
    return Response(rules, mimetype="text/css")


@bp.get("/emblem/<id>.png")
def emblem(id: str) -> Response:
    """A picture that was uploaded as the emblem. Its address changes with its content."""
    picture = read_session().get(SitePicture, id)
    if picture is None:
        abort(404)
    return Response(picture.content, mimetype="image/png")


def _rule(media: str, tokens: Mapping[Token, str]) -> str:
    values = "".join(f"--{name}:{value};" for name, value in tokens.items())
    return f"@media {media}{{:root{{{values}}}}}\n"
