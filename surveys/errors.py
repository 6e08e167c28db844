"""Coded errors without sentences: the portal gives every code its words."""

from __future__ import annotations


class SurveysError(Exception):
    """A refusal by the domain. ``code`` names it, ``facts`` carry numbers and keys, never a resident's words.

    ``field`` names the form field the refusal belongs to, when there is one.
    """

    def __init__(self, code: str, /, *, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts
