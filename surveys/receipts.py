"""Receipt numbers and return codes: how they are made, shown, typed in and recognised. No database.

A receipt number is twelve letters and digits and starts with two letters that name the survey; a return code
is sixteen digits. Their lengths differ, so each box can recognise what belongs in the other.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Literal

from surveys.sealing import Keyring

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
PREFIX = re.compile(r"[A-Z]{2}")
RECEIPT_CHARS, RETURN_CHARS = 12, 16
LOOKALIKES = str.maketrans("OIL", "011")
PLAIN = LOOKALIKES | dict.fromkeys((*range(33), ord("-"), 127))
"""For plain characters: what is read as something else, and what is left out."""
RECEIPT = re.compile(r"[0-9A-Z]{2}[0-9A-HJKMNP-TV-Z]{10}")
RETURN = re.compile(r"[0-9]{16}")


def receipt_number(keys: Keyring, prefix: str, token: str) -> str:
    """The receipt number of this draft token: 50 bits after the survey's two letters, in fours."""
    bits = int.from_bytes(keys.mac("receipt-number", token)[:8], "big")
    body = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(0, 50, 5))
    return in_fours(prefix + body)


def new_return_code() -> str:
    """Sixteen random digits in fours."""
    return in_fours(f"{secrets.randbelow(10**RETURN_CHARS):0{RETURN_CHARS}d}")


def in_fours(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise(typed: str) -> str:
    """A code as typed, in capitals, no spaces or dashes; any script's digits as 0-9, O as 0, I and L as 1."""
    if typed.isascii():
        return typed.upper().translate(PLAIN)
    kept = []
    for character in unicodedata.normalize("NFKC", typed):
        if character.isdecimal():
            kept.append(str(unicodedata.decimal(character)))
        elif unicodedata.category(character) not in ("Zs", "Pd", "Cf", "Cc"):
            kept.append(character.upper())
    return "".join(kept).translate(LOOKALIKES)


def recognise(typed: str) -> Literal["receipt", "return"] | None:
    """What somebody typed into a box, by its shape alone."""
    code = normalise(typed)
    if RETURN.fullmatch(code):
        return "return"
    if RECEIPT.fullmatch(code):
        return "receipt"
    return None


def submission_hash(keys: Keyring, token: str) -> bytes:
    """The unique key of one submission: the same token can never be stored twice."""
    return keys.mac("submission", token)


def token_hash(keys: Keyring, token: str) -> bytes:
    return keys.mac("draft-token", token)


def return_hash(keys: Keyring, code: str) -> bytes:
    return keys.mac("return-code", normalise(code))


def receipt_hash(keys: Keyring, number: str) -> bytes:
    return keys.mac("receipt-hash", normalise(number))
