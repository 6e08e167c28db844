"""Text as the eye sees it: hidden characters left out, look-alike forms of one character made the same."""

from __future__ import annotations

import re
import unicodedata

HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Characters without width, marks that turn the direction of writing, and fillers."""
PLAIN = re.compile(r"[\x09\x0a\x0d\x20-\x7e]*\Z")


def seen(text: str) -> str:
    """The text as the eye sees it; its length may differ (see :func:`seen_with_places`)."""
    if PLAIN.match(text):
        return text
    return seen_with_places(text)[0]


def seen_with_places(text: str) -> tuple[str, list[int] | None]:
    """The text as the eye sees it, and where each of its characters stands in the original.

    No list when every character stands where it stood.
    """
    if PLAIN.match(text):
        return text, None
    characters: list[str] = []
    places: list[int] = []
    moved = False
    for at, char in enumerate(text):
        if char < "\u00ad":
            one = char
        elif HIDDEN.match(char):
            moved = True
            continue
        else:
            one = unicodedata.normalize("NFKC", char) if not char.isalpha() or char > "\uff00" else char
        moved = moved or len(one) != 1
        characters.extend(one)
        places.extend([at] * len(one))
    return "".join(characters), (places if moved else None)


def hidden_in(text: str) -> int:
    """How many characters the eye does not see."""
    return 0 if PLAIN.match(text) else len(HIDDEN.findall(text))
