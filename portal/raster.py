"""A drawing as PNG, for word processors and previews on other sites, by a small renderer and no browser."""

from __future__ import annotations

from pathlib import Path

FONTS = Path(__file__).with_name("fonts")


def png(drawing: str, width: int | None = None) -> bytes:
    """The SVG as PNG, ``width`` pixels wide. The letters come from our own fonts: the same on every machine.

    Only a drawing with letters that our fonts lack looks for the machine's own, which takes longer.
    """
    import resvg_py

    made: bytes = resvg_py.svg_to_bytes(
        svg_string=drawing,
        width=width,
        skip_system_fonts=_covered(drawing),
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        font_family="Noto Sans",
        sans_serif_family="Noto Sans",
    )
    return made


def _covered(words: str) -> bool:
    """Whether every letter is Latin, Greek or Cyrillic, or one of the usual signs."""
    return all(ord(letter) < 0x530 or 0x1E00 <= ord(letter) < 0x2300 for letter in words)
