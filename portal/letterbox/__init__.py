"""What people hand in outside a survey: an address to hear the outcome by, a complaint about their data."""

from portal.letterbox import complaints, updates
from portal.letterbox.blueprint import bp

__all__ = ["bp", "complaints", "updates"]
