"""Fields to choose from, whose choices are given as pairs of a value and its words."""

from __future__ import annotations

from typing import Any

import wtforms
from wtforms.fields.choices import SelectChoice


class _Offering:
    """``field.choices`` takes pairs and holds what WTForms works with; read ``value`` and ``label``."""

    def __init__(self, *args: Any, choices: Any = None, **values: Any) -> None:
        super().__init__(*args, **values)
        self.choices = choices

    @property
    def choices(self) -> Any:
        return self._offered

    @choices.setter
    def choices(self, given: Any) -> None:
        self._offered = None if given is None else [SelectChoice(*pair) for pair in given]


class SelectField(_Offering, wtforms.SelectField):  # type: ignore[misc]
    """One of a list."""


class SelectMultipleField(_Offering, wtforms.SelectMultipleField):  # type: ignore[misc]
    """Any of a list."""


class RadioField(_Offering, wtforms.RadioField):  # type: ignore[misc]
    """One of a few, all of them in sight."""
