"""A partnership's own colours and emblem: colours that can be read, and a picture that is nothing but one."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, UTCDateTime, append_only
from surveys.errors import SurveysError
from surveys.sealing import Keyring

TEXT_RATIO = 4.5
SHAPE_RATIO = 3.0
"""The least contrast of words, and of the edges of controls (WCAG 2.2, 1.4.3 and 1.4.11)."""

GROUNDS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper": "#ffffff", "sky": "#eaf2f6", "glow": "#fcefd3", "ink": "#16232a", "peat": "#241e1a",
        "lode": "#00566a", "lode-strong": "#003c4b", "lode-soft": "#dff0f3", "on-lode": "#ffffff",
        "lantern": "#f2b134", "lantern-soft": "#fcf0d4", "on-lantern": "#16232a",
    },
    "dark": {
        "paper": "#10191e", "sky": "#15242d", "glow": "#2f2a1b", "ink": "#e9eff1", "peat": "#1b1511",
        "lode": "#86d3e6", "lode-strong": "#bfeaf4", "lode-soft": "#14333c", "on-lode": "#08171d",
        "lantern": "#f5bf58", "lantern-soft": "#35290e", "on-lantern": "#16130a",
    },
}  # fmt: skip
"""The tokens of the design that a partnership's colours stand on or replace, as the style sheet has them."""

PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "lode-soft", TEXT_RATIO),
    ("lode", "lode-soft", TEXT_RATIO),
    ("lode", "paper", TEXT_RATIO),
    ("on-lode", "lode", TEXT_RATIO),
    ("on-lode", "lode-strong", TEXT_RATIO),
    ("on-lantern", "lantern", TEXT_RATIO),
    ("ink", "lantern-soft", TEXT_RATIO),
    ("lantern", "peat", TEXT_RATIO),
    ("lode", "sky", SHAPE_RATIO),
    ("lode", "glow", SHAPE_RATIO),
)
"""What is drawn on what, with the least ratio."""

MOST_PICTURE_BYTES = 512 * 1024
PNG = b"\x89PNG\r\n\x1a\n"
KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


@dataclass(frozen=True)
class Pair:
    """One colour on another in one scheme, as measured."""

    scheme: str
    text: str
    ground: str
    colours: tuple[str, str]
    ratio: float
    """As WCAG 2 computes it, rounded down to two places, so that 4.499 is never shown as enough."""
    least: float

    @property
    def enough(self) -> bool:
        return self.ratio >= self.least


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(colours: Mapping[str, Mapping[str, str]]) -> tuple[Pair, ...]:
    """Every pair the colours take part in, in both schemes, as measured over the design's own tokens."""
    measured = []
    for scheme, tokens in GROUNDS.items():
        known = {**tokens, **(colours.get(scheme) or {})}
        for text, ground, least in PAIRS:
            ratio = int(contrast(known[text], known[ground]) * 100) / 100
            shown = (known[text], known[ground])
            measured.append(Pair(scheme, text, ground, shown, ratio, least))
    return tuple(measured)


def weak_pairs(colours: Mapping[str, Mapping[str, str]]) -> tuple[Pair, ...]:
    """The pairs that cannot be told apart well enough."""
    return tuple(pair for pair in pairs(colours) if not pair.enough)


# The emblem -----------------------------------------------------------------------------------------------


class SitePicture(Base):
    """A picture a partnership may use as its emblem. Named by its content, so it never changes."""

    __tablename__ = "site_picture"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="size"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The first digits of its SHA-256."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(SitePicture.__table__)


@dataclass(frozen=True)
class Picture:
    """A PNG without anything that is not picture: no text, no place, no maker."""

    content: bytes
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Reads an uploaded PNG. Raises "picture.too_big", "picture.kind" and "picture.size" (field "emblem")."""
    if len(content) > MOST_PICTURE_BYTES:
        raise SurveysError("picture.too_big", field="emblem", most=MOST_PICTURE_BYTES // 1024)
    kept: list[bytes] = [PNG]
    size: tuple[int, int] | None = None
    for name, body in _chunks(content):
        if name == b"IHDR" and len(body) == 13:
            size = struct.unpack(">II", body[:8])
        if name in KEPT_CHUNKS:
            kept.append(
                struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            )
    if size is None:
        raise SurveysError("picture.kind", field="emblem")
    width, height = size
    if not (40 <= width <= 2000 and 20 <= height <= 2000):
        raise SurveysError("picture.size", field="emblem", width=width, height=height)
    return Picture(b"".join(kept), width, height)


def _chunks(content: bytes) -> list[tuple[bytes, Any]]:
    if not content.startswith(PNG):
        raise SurveysError("picture.kind", field="emblem")
    found: list[tuple[bytes, Any]] = []
    at = len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if len(check) != 4 or struct.unpack(">I", check)[0] != zlib.crc32(name + body):
            raise SurveysError("picture.kind", field="emblem")
        found.append((name, body))
        if name == b"IEND":
            return found
        at += 12 + length
    raise SurveysError("picture.kind", field="emblem")


def keep_picture(session: Session, content: bytes, *, by: str, now: dt.datetime, keys: Keyring) -> str:
    """Keeps an uploaded picture and returns its id, which is the site's fact "emblem".

    Raises as :func:`read_picture`.
    """
    picture = read_picture(content)
    id = hashlib.sha256(picture.content).hexdigest()[:16]
    if session.get(SitePicture, id) is None:
        session.add(
            SitePicture(
                id=id, content=picture.content, width=picture.width, height=picture.height, by=by, at=now
            )
        )
        session.flush()
        audit.record(
            session, actor=by, action="picture.kept", subject=f"picture:{id}", facts={}, now=now, keys=keys
        )
    return id
