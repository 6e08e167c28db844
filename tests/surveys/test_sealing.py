"""Encryption at rest: what the ciphertext tells, what other keys open, and moving to a new key."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys import moderation, responses, sealing
from surveys.errors import SurveysError
from surveys.sealing import Canary, Keyring
from surveys.surveys import Survey
from tests.conftest import ENCRYPTION_KEYS, SECRET
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
RING = Keyring([("k1", OLD)], b"s" * 32)
NEWER = ("t2", NEW)


@given(st.text())
def test_what_is_sealed_opens_unaltered(text: str) -> None:
    key_id, sealed = RING.seal(text)
    assert (key_id, RING.open(key_id, sealed)) == ("k1", text)


def test_a_sealed_text_does_not_tell_when() -> None:
    _, sealed = RING.seal("words")
    assert base64.urlsafe_b64decode(sealed)[1:9] == bytes(8)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert RING.seal("words")[1] != RING.seal("words")[1]


@pytest.mark.parametrize(
    ("ring", "key_id", "code"),
    [
        (Keyring([("k2", NEW)], b"s" * 32), "k1", "sealing.key_missing"),
        (Keyring([("k1", NEW)], b"s" * 32), "k1", "sealing.broken"),
    ],
)
def test_other_keys_do_not_open_it(ring: Keyring, key_id: str, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        ring.open(key_id, RING.seal("words")[1])
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("encryption", "secret", "code"),
    [
        ([], b"s" * 32, "keys.missing"),
        ([("k1", "not a key")], b"s" * 32, "keys.malformed"),
        ([("", OLD)], b"s" * 32, "keys.malformed"),
        ([("k" * 17, OLD)], b"s" * 32, "keys.malformed"),
        ([("k1", OLD), ("k1", NEW)], b"s" * 32, "keys.repeated"),
        ([("k1", OLD)], b"short", "keys.short_secret"),
    ],
)
def test_unfit_keys_are_refused(encryption: list[tuple[str, str]], secret: bytes, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        Keyring(encryption, secret)
    assert refused.value.code == code


def test_hashes_of_two_purposes_or_secrets_differ() -> None:
    other = Keyring([("k1", OLD)], b"t" * 32)
    hashes = {RING.mac("a", "value"), RING.mac("b", "value"), other.mac("a", "value")}
    assert (len(hashes), {len(h) for h in hashes}) == (3, {32})
    assert RING.mac("a", "value") == RING.mac("a", b"value")


def test_a_keyring_prints_no_key() -> None:
    assert repr(RING) == "Keyring(k1)"


def test_the_canary_knows_its_keys(session: Session, keys: Keyring) -> None:
    keys.canary(session)
    keys.canary(session)
    keys.check_canary(session)
    assert session.scalars(select(Canary.id)).all() == [1]


@pytest.mark.parametrize(
    ("encryption", "secret", "code"),
    [
        ([("other", OLD)], SECRET, "sealing.key_missing"),
        ([("t1", OLD)], SECRET, "sealing.broken"),
        (ENCRYPTION_KEYS, SECRET + "!", "canary.secret"),
    ],
)
def test_the_canary_refuses_others(
    session: Session, keys: Keyring, encryption: list[tuple[str, str]], secret: str, code: str
) -> None:
    keys.canary(session)
    with pytest.raises(SurveysError) as refused:
        Keyring(encryption, secret.encode()).check_canary(session)
    assert refused.value.code == code


def test_no_canary_is_reported(session: Session, keys: Keyring) -> None:
    if (row := session.get(Canary, 1)) is not None:
        session.delete(row)
        session.flush()
    with pytest.raises(SurveysError) as refused:
        keys.check_canary(session)
    assert refused.value.code == "canary.missing"


def test_key_rotation_moves_every_sealed_row(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    keys.canary(session)
    state = fill(survey)
    fill(survey, token="still open")
    every = samples.every_kind()
    responses.submit(session, survey, every, state, token="token", keys=keys, now=now)
    before = sorted(w.text for w in moderation.words(session, survey.id, keys=keys))
    ring = Keyring([NEWER, *ENCRYPTION_KEYS], SECRET.encode())
    steps = []
    while moved := sealing.reseal(session, ring, 3):
        steps.append(moved)
    assert steps == [3, 3, 1]  # four comments, two drafts, the canary
    assert sealing.keys_in_use(session) == {"t2": 7}
    only_new = Keyring([NEWER], SECRET.encode())
    only_new.check_canary(session)
    assert sorted(w.text for w in moderation.words(session, survey.id, keys=only_new)) == before
    reopened = responses.open_draft(session, "still open", keys=only_new, now=now)
    assert reopened is not None
    assert reopened.answers == state.answers


class Interrupted(Keyring):
    """A ring that lets somebody else act between the reading and the writing of a draft."""

    meanwhile: Callable[[], None] | None = None

    def open(self, key_id: str, sealed: bytes) -> str:
        text = super().open(key_id, sealed)
        if self.meanwhile is not None and text.startswith("{"):
            act, self.meanwhile = self.meanwhile, None
            act()
        return text


def test_reseal_keeps_what_was_saved_meanwhile(
    engine: Engine, session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets nobody write between the two")
    state = fill(survey)
    state.answers["heard"] = "saved meanwhile"

    def save() -> None:
        with Session(engine) as other:
            responses.save(other, state, seen_revision=state.revision, keys=keys, now=now)
            other.commit()

    ring = Interrupted([NEWER, *ENCRYPTION_KEYS], SECRET.encode())
    ring.meanwhile = save
    sealing.reseal(session, ring, 100)  # never committed: the canary is every test's
    reopened = responses.open_draft(session, "token", keys=ring, now=now)
    assert reopened is not None
    assert reopened.answers["heard"] == "saved meanwhile"
