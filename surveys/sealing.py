"""Encryption at rest, keyed hashes, and the proof that the keys at hand fit the database."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import CheckConstraint, LargeBinary, String, Table, and_, func, select, union_all, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base
from surveys.errors import SurveysError

CANARY = "the keys fit this database"
SECRET_BYTES = 32
KEY_ID_CHARS = 16


class Canary(Base):
    """One row that only the right keys can open."""

    __tablename__ = "canary"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(KEY_ID_CHARS))
    proof: Mapped[bytes] = mapped_column(LargeBinary(32))


class Keyring:
    """Encryption keys, newest first, as (key id, base64 Fernet key), and one secret for keyed hashes.

    Raises SurveysError ``keys.missing``, ``keys.malformed``, ``keys.repeated`` or ``keys.short_secret``.
    """

    def __init__(self, encryption: Sequence[tuple[str, str]], secret: bytes) -> None:
        if not encryption:
            raise SurveysError("keys.missing")
        if len(secret) < SECRET_BYTES:
            raise SurveysError("keys.short_secret", least=SECRET_BYTES)
        self._by_id: dict[str, Fernet] = {}
        for key_id, key in encryption:
            if not key_id or len(key_id) > KEY_ID_CHARS:
                raise SurveysError("keys.malformed", key_id=key_id)
            if key_id in self._by_id:
                raise SurveysError("keys.repeated", key_id=key_id)
            try:
                self._by_id[key_id] = Fernet(key)
            except ValueError:
                raise SurveysError("keys.malformed", key_id=key_id) from None
        self.newest = encryption[0][0]
        self._sealer = self._by_id[self.newest]
        self._secret = bytes(secret)
        self._subkeys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._by_id)})"

    def seal(self, text: str) -> tuple[str, bytes]:
        """(key id, ciphertext) under the newest key. The token's time is zero: it does not say when."""
        return self.newest, self._sealer.encrypt_at_time(text.encode(), 0)

    def open(self, key_id: str, sealed: bytes) -> str:
        """The text. Raises ``sealing.key_missing`` (not in the ring) or ``sealing.broken`` (wrong key)."""
        fernet = self._by_id.get(key_id)
        if fernet is None:
            raise SurveysError("sealing.key_missing", key_id=key_id)
        try:
            return fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SurveysError("sealing.broken", key_id=key_id) from None

    def mac(self, purpose: str, value: bytes | str) -> bytes:
        """HMAC-SHA256 (32 bytes) under one subkey per purpose: hashes of two purposes cannot be matched."""
        subkey = self._subkeys.get(purpose)
        if subkey is None:
            subkey = HKDFExpand(SHA256(), 32, purpose.encode()).derive(self._secret)
            self._subkeys[purpose] = subkey
        return hmac.digest(subkey, value.encode() if isinstance(value, str) else value, "sha256")

    def canary(self, session: Session) -> None:
        """Leaves the canary in a database that has none yet."""
        if session.get(Canary, 1) is None:
            key_id, sealed = self.seal(CANARY)
            session.add(Canary(id=1, sealed=sealed, key_id=key_id, proof=self.mac("canary", CANARY)))
            session.flush()

    def check_canary(self, session: Session) -> None:
        """Proves that these keys and this secret belong to this database.

        Raises ``canary.missing``, ``sealing.key_missing``, ``sealing.broken`` or ``canary.secret``.
        """
        row = session.get(Canary, 1)
        if row is None:
            raise SurveysError("canary.missing")
        if self.open(row.key_id, row.sealed) != CANARY:
            raise SurveysError("sealing.broken", key_id=row.key_id)
        if not hmac.compare_digest(row.proof, self.mac("canary", CANARY)):
            raise SurveysError("canary.secret")


def reseal(session: Session, keys: Keyring, limit: int) -> int:
    """Moves up to ``limit`` sealed rows of any table to the newest key; says how many, 0 when all are there.

    A sealed row is one with the columns ``sealed`` and ``key_id``. A row changed meanwhile keeps its change.
    """
    moved = 0
    for table in _sealed_tables():
        keyed = list(table.primary_key.columns)
        rows = session.execute(
            select(*keyed, table.c.key_id, table.c.sealed)
            .where(table.c.key_id != keys.newest)
            .limit(limit - moved)
        ).all()
        for *identity, key_id, sealed in rows:
            new_id, new_sealed = keys.seal(keys.open(key_id, sealed))
            same_row = and_(*(column == value for column, value in zip(keyed, identity, strict=True)))
            session.execute(
                update(table)
                .where(same_row, table.c.sealed == sealed)
                .values(key_id=new_id, sealed=new_sealed)
            )
        moved += len(rows)
        if moved >= limit:
            break
    session.expire_all()
    return moved


def keys_in_use(session: Session) -> dict[str, int]:
    """How many sealed rows each key id still holds: a key with none can be retired."""
    counts = [select(t.c.key_id, func.count().label("n")).group_by(t.c.key_id) for t in _sealed_tables()]
    rows = union_all(*counts).subquery()
    totals: dict[str, int] = {}
    for key_id, number in session.execute(select(rows.c.key_id, func.sum(rows.c.n)).group_by(rows.c.key_id)):
        totals[key_id] = int(number)
    return totals


def _sealed_tables() -> list[Table]:
    return [t for t in Base.metadata.sorted_tables if {"sealed", "key_id"} <= set(t.columns.keys())]
