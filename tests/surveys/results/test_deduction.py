"""What follows from published figures by adding and subtracting."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from surveys.results.deduction import PLENTY, Sum, narrowed


def test_the_only_hidden_part_follows_from_the_total() -> None:
    found = narrowed({"all": (23, 27), "a": (18, 22), "b": (0, 9)}, [Sum("all", ("a", "b"))])
    assert found == {"all": (23, 27), "a": (18, 22), "b": (1, 9)}


def test_what_nothing_is_known_about_stays_open() -> None:
    assert narrowed({"all": (10, 12)}, [Sum("all", ("a", "b"), exact=False)]) == {
        "all": (10, 12), "a": (0, 12), "b": (0, 12),
    }  # fmt: skip
    assert narrowed({}, [Sum("all", ("a",))]) == {"all": (0, PLENTY), "a": (0, PLENTY)}


def test_what_follows_from_one_sum_is_used_in_the_next() -> None:
    known = {"all": (50, 50), "a": (20, 20), "rest": (0, PLENTY), "b": (28, 28), "c": (0, 9)}
    found = narrowed(known, [Sum("rest", ("b", "c")), Sum("all", ("a", "rest"))])
    assert (found["rest"], found["c"]) == ((30, 30), (2, 2))


ranges = st.tuples(st.integers(0, 6), st.integers(0, 4)).map(lambda r: (r[0], r[0] + r[1]))


@given(a=ranges, b=ranges, c=ranges, total=ranges, exact=st.booleans())
def test_a_single_sum_is_used_to_the_full(
    a: tuple[int, int], b: tuple[int, int], c: tuple[int, int], total: tuple[int, int], exact: bool
) -> None:
    known = {"a": a, "b": b, "c": c, "all": total}
    spans = [range(low, high + 1) for low, high in known.values()]
    able = [v for v in product(*spans) if (sum(v[:3]) == v[3] if exact else sum(v[:3]) <= v[3])]
    if able:
        columns = zip(known, zip(*able, strict=True), strict=True)
        expected = {name: (min(column), max(column)) for name, column in columns}
        assert narrowed(known, [Sum("all", ("a", "b", "c"), exact=exact)]) == expected
