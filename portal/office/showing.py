"""Hostile text shown as text: characters the eye does not see are written out and turn nothing round."""

from __future__ import annotations

import re

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f\ufeff]")
"""Those that hide or turn something. Joiners that letters and emoji need are left alone."""
CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def visible(text: str) -> str:
    """The text with every unseen character written out, like "[U+202E]"."""
    return CONTROL.sub(_written, UNSEEN.sub(_written, text))


def unseen(text: str) -> int:
    """How many characters :func:`visible` writes out."""
    return len(UNSEEN.findall(text)) + len(CONTROL.findall(text))


def _written(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"
