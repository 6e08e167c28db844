"""The partnership's own colours, over the tokens of the design."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

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


def _rule(media: str, tokens: Mapping[Token, str]) -> str:
    values = "".join(f"--{name}:{value};" for name, value in tokens.items())
    return f"@media {media}{{:root{{{values}}}}}\n"
