"""Fields to choose from, whose choices are given as pairs of a value and its words."""

from __future__ import annotations

from typing import Any

import wtforms
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.forms.office import CHOOSE, Required


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

    def pre_validate(self, form: wtforms.Form) -> None:
        """One refusal only: when nothing was chosen, a validator that asks for a choice says so itself."""
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValidationError:
            asked_for = any(isinstance(one, Required) for one in self.validators)  # type: ignore[attr-defined]
            if self.raw_data or not asked_for:  # type: ignore[attr-defined]
                raise ValidationError(CHOOSE) from None


class SelectField(_Offering, wtforms.SelectField):  # type: ignore[misc]
    """One of a list."""


class SelectMultipleField(_Offering, wtforms.SelectMultipleField):  # type: ignore[misc]
    """Any of a list."""


class RadioField(_Offering, wtforms.RadioField):  # type: ignore[misc]
    """One of a few, all of them in sight."""
