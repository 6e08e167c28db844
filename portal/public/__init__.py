"""What anybody can read: the partnership, its priorities, its consultations and their results."""

from __future__ import annotations

from portal.public import consultations, home, partnership, results, statements
from portal.public.blueprint import bp

__all__ = ["bp", "consultations", "home", "partnership", "results", "statements"]
