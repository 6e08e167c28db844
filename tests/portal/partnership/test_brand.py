from __future__ import annotations

import struct
import zlib

import pytest
from sqlalchemy.orm import Session

from portal.partnership import brand
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.conftest import NOW
from tests.portal import test_look


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 60, height: int = 40, *extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\x7f" * width) * height)
    return brand.PNG + head + b"".join(extra) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tokens_are_those_of_the_design(scheme: str) -> None:
    known = test_look.tokens(scheme)
    assert {name: known[name] for name in brand.GROUNDS[scheme]} == brand.GROUNDS[scheme]


def test_every_pair_is_one_the_design_tests_and_they_hold() -> None:
    pairs = {(text, ground) for text, ground, _ in brand.PAIRS}
    assert pairs <= set(test_look.TEXT) | set(test_look.SHAPES)
    assert brand.weak_pairs({}) == ()


def test_a_ratio_is_never_rounded_up() -> None:
    [pair] = [one for one in brand.weak_pairs({"light": {"lode": "#777777"}}) if one.ground == "paper"]
    assert (pair.ratio, pair.enough) == (4.47, False)


def test_a_picture_keeps_nothing_but_the_picture() -> None:
    secret = chunk(b"tEXt", b"Author\0Somebody at home")
    picture = brand.read_picture(png(60, 40, secret) + b"<script>alert(1)</script>")
    assert (picture.width, picture.height) == (60, 40)
    assert picture.content == png(60, 40)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg onload='alert(1)'/>", "picture.kind"),
        (b"GIF89a", "picture.kind"),
        (b"", "picture.kind"),
        (png()[:-20], "picture.kind"),
        (png().replace(b"IDAT", b"IDOT"), "picture.kind"),
        (png(10, 10), "picture.size"),
        (png(60, 40) + b"x" * brand.MOST_PICTURE_BYTES, "picture.too_big"),
    ],
)
def test_what_is_not_a_picture_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        brand.read_picture(content)
    assert refused.value.code == code


def test_the_same_picture_is_kept_once(session: Session, keys: Keyring) -> None:
    first = brand.keep_picture(session, png(), by="officer:a", now=NOW, keys=keys)
    assert brand.keep_picture(session, png(), by="officer:b", now=NOW, keys=keys) == first
    kept = session.get(brand.SitePicture, first)
    assert kept is not None
    assert (kept.by, kept.content) == ("officer:a", png())
