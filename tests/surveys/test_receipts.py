"""Receipt numbers and return codes: their shapes never meet, and people may type them as they like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import receipts
from surveys.sealing import Keyring

KEYS = Keyring([("k1", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9uISE=")], b"s" * 32)
PREFIXES = st.from_regex(receipts.PREFIX, fullmatch=True)


@given(PREFIXES, st.text(min_size=1))
def test_a_receipt_number_has_its_shape_and_is_always_the_same(prefix: str, token: str) -> None:
    number = receipts.receipt_number(KEYS, prefix, token)
    assert re.fullmatch(r"[A-Z]{2}[0-9A-HJKMNP-TV-Z]{2}(-[0-9A-HJKMNP-TV-Z]{4}){2}", number)
    assert number.startswith(prefix)
    assert receipts.receipt_number(KEYS, prefix, token) == number
    assert receipts.recognise(number) == "receipt"


def test_receipt_numbers_of_many_tokens_differ() -> None:
    numbers = {receipts.receipt_number(KEYS, "LX", str(token)) for token in range(20_000)}
    assert len(numbers) == 20_000


def test_a_return_code_has_its_shape() -> None:
    codes = {receipts.new_return_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"\d{4}(-\d{4}){3}", code) for code in codes)
    assert {receipts.recognise(code) for code in codes} == {"return"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("lx7q-4txd-9rwb", "1X7Q4TXD9RWB"),
        (" LX7Q 4TXD 9RWB\n", "1X7Q4TXD9RWB"),
        ("lX7Q–4TXD—9RWB", "1X7Q4TXD9RWB"),
        ("ＬＸ７Ｑ４ＴＸＤ９ＲＷＢ", "1X7Q4TXD9RWB"),
        ("o1Ilo", "01110"),
        ("٤٨٢١-٧٧٣٠-١٩٥٦-٢٢٨٤", "4821773019562284"),
        ("۴۸۲۱ ۷۷۳۰ ۱۹۵۶ ۲۲۸۴", "4821773019562284"),
        ("\u200f4821\u00a07730\u200e", "48217730"),
    ],
)
def test_a_code_may_be_typed_in_many_ways(typed: str, code: str) -> None:
    assert receipts.normalise(typed) == code


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_characters_are_read_as_any_others(typed: str) -> None:
    assert receipts.normalise(typed) == receipts.normalise(typed + "\u200f")


@pytest.mark.parametrize(
    ("typed", "shape"),
    [
        ("LX7Q-4TXD-9RWB", "receipt"),
        ("4821-7730-1956-2284", "return"),
        ("48217730 19562284", "return"),
        ("48Z1-7730-1956-2284", None),
        ("4821-7730-1956", "receipt"),
        ("LX7Q-4TXD-9RW", None),
        ("LX7Q-4TXD-9RW*", None),
        ("", None),
        ("' OR 1=1 --", None),
        ("\x00" * 12, None),
    ],
)
def test_each_box_recognises_the_other_code(typed: str, shape: Literal["receipt", "return"] | None) -> None:
    assert receipts.recognise(typed) == shape


@given(st.text(max_size=40))
def test_nothing_typed_breaks_the_boxes(typed: str) -> None:
    assert receipts.recognise(typed) in ("receipt", "return", None)
    assert len(receipts.receipt_hash(KEYS, typed)) == len(receipts.return_hash(KEYS, typed)) == 32


def test_hashes_do_not_depend_on_how_a_code_was_typed() -> None:
    def same(codes: Iterable[bytes]) -> bool:
        return len(set(codes)) == 1

    assert same(receipts.receipt_hash(KEYS, n) for n in ("LX7Q-4TXD-9RWB", "lx7q4txd9rwb", "1x7q 4txd 9rwb"))
    assert same(receipts.return_hash(KEYS, c) for c in ("4821-7730-1956-2284", "4821 7730 i956 2284"))


def test_the_hashes_of_one_token_have_nothing_in_common() -> None:
    hashes = {
        receipts.token_hash(KEYS, "t"),
        receipts.submission_hash(KEYS, "t"),
        KEYS.mac("receipt-number", "t"),
    }
    assert len(hashes) == 3
