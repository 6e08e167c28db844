"""The tally cube: for every cell of the demographic axes that somebody falls in, all the answer counters.

Exact, and as fast at a million responses as at ten: a question costs one pass over the non-empty cells.
Cells grow as they fill, so four dimensions with many categories cost no more memory than the people in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from surveys import arrays as np
from surveys.results.layout import Counter, Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound="np.generic")
Where = Mapping[str, str]
"""A filter: axis key to category key. Officers only; nothing filtered is ever published."""
CHUNK = 32_768
"""Rows counted at a time: keeps a cold count within a few megabytes."""


class Cube:
    """Counts of one survey in one :class:`Layout`. Not thread-safe: the follower guards it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._slots: dict[int, int] = {}
        self._cells = np.zeros(16, dtype=np.int64)
        self._counts = np.zeros((16, len(layout.counters)), dtype=np.int32)
        self._sums = np.zeros((16, len(layout.sums)), dtype=np.int64)
        self._coordinates: tuple[NDArray[np.intp], ...] | None = None

    # Counting

    def add(self, version: str, row: bytes) -> None:
        """Counts one packed response of this version. Raises SurveysError ``row.unreadable``."""
        self._step(version, row, 1)

    def remove(self, version: str, row: bytes) -> None:
        """Takes one packed response back. Raises ValueError if none like it was counted."""
        cell = self.layout.readers[version].cell(row)
        if cell not in self._slots or not self._counts[self._slots[cell], 0]:
            raise ValueError("nobody is counted there")
        self._step(version, row, -1)

    def _step(self, version: str, row: bytes, by: int) -> None:
        reader = self.layout.readers[version]
        if len(row) != reader.columns.width:
            reader.columns.matrix([row])
        counters = list(reader.counters(row))
        slot = self._slot(reader.cell(row))
        line = self._counts[slot]
        for counter in counters:
            line[counter] += by
        for place, value in reader.numbers(row):
            self._sums[slot, place] += by * value

    def add_rows(self, version: str, packed: Sequence[bytes]) -> None:
        """Counts many packed responses of one version."""
        reader = self.layout.readers[version]
        for start in range(0, len(packed), CHUNK):
            rows = reader.columns.matrix(packed[start : start + CHUNK])
            cells, group = np.unique(reader.cells(rows), return_inverse=True)
            counts, sums = reader.tally(rows, group, len(cells))
            self._take(cells, counts, sums)

    def absorb(self, other: Cube) -> None:
        """Adds a cube of the same layout, for instance one of a frozen part of the responses."""
        if other.layout is not self.layout:
            raise ValueError("cubes of different layouts")
        n = len(other._slots)
        self._take(other._cells[:n], other._counts[:n], other._sums[:n])

    def _take(self, cells: NDArray[np.int64], counts: NDArray[np.integer], sums: NDArray[np.int64]) -> None:
        slots = [self._slot(cell) for cell in cells.tolist()]
        self._counts[slots] += counts.astype(np.int32, copy=False)
        self._sums[slots] += sums

    def _slot(self, cell: int) -> int:
        slot = self._slots.get(cell)
        if slot is None:
            slot = len(self._slots)
            if slot == len(self._cells):
                grown = slot * 2
                self._cells = _grown(self._cells, grown)
                self._counts = _grown(self._counts, grown)
                self._sums = _grown(self._sums, grown)
            self._slots[cell] = slot
            self._cells[slot] = cell
            self._coordinates = None
        return slot

    # Asking

    @property
    def responses(self) -> int:
        return int(self._counts[: len(self._slots), 0].sum(dtype=np.int64))

    def totals(self, where: Where | None = None) -> NDArray[np.int64]:
        """Every counter, summed over the cells of the filter. KeyError for an unknown axis or category."""
        n = len(self._slots)
        inside = self._inside(where)
        counts = self._counts[:n] if inside is None else self._counts[:n][inside]
        found: NDArray[np.int64] = counts.sum(axis=0, dtype=np.int64)
        return found

    def across(self, axis: str, counters: Sequence[int], where: Where | None = None) -> NDArray[np.int64]:
        """Some counters by category: ``categories`` (not given last) by ``len(counters)``."""
        number = self.layout.axis(axis)
        size = len(self.layout.axes[number].categories)
        category = self._axes()[number]
        counts = self._counts[: len(self._slots)]
        inside = self._inside(where)
        if inside is not None:
            category, counts = category[inside], counts[inside]
        found = np.empty((size, len(counters)), dtype=np.int64)
        for place, counter in enumerate(counters):
            found[:, place] = np.bincount(category, weights=counts[:, counter], minlength=size)
        return found

    def cells(self, counters: Sequence[int]) -> tuple[tuple[NDArray[np.intp], ...], NDArray[np.int64]]:
        """Cells somebody fell in: the category of each on each axis, and counts, cells by ``counters``."""
        n = len(self._slots)
        return self._axes(), self._counts[:n][:, list(counters)].astype(np.int64)

    @property
    def cell_numbers(self) -> NDArray[np.int64]:
        """The number of every cell of :meth:`cells`, as :meth:`Reader.cells` gives it."""
        return self._cells[: len(self._slots)]

    def overlap(self, first: str, second: str, counter: int) -> NDArray[np.int64]:
        """One counter by two axes: how many people two groups share."""
        a, b = self.layout.axis(first), self.layout.axis(second)
        rows, columns = len(self.layout.axes[a].categories), len(self.layout.axes[b].categories)
        axes = self._axes()
        weights = self._counts[: len(self._slots), counter]
        seen = np.bincount(axes[a] * columns + axes[b], weights=weights, minlength=rows * columns)
        return seen.astype(np.int64).reshape(rows, columns)

    def sum_of(self, question: str, series: int = 0, where: Where | None = None) -> int:
        """The sum of the numbers given to a number question. For officers; never published."""
        inside = self._inside(where)
        sums = self._sums[: len(self._slots), self.layout.sums[question, series]]
        return int(sums.sum() if inside is None else sums[inside].sum())

    def count(self, counter: Counter, where: Where | None = None) -> int:
        """One counter; 0 for one nobody could add to."""
        place = self.layout.counters.get(counter)
        if place is None:
            return 0
        inside = self._inside(where)
        line = self._counts[: len(self._slots), place]
        return int((line if inside is None else line[inside]).sum(dtype=np.int64))

    def same_as(self, other: Cube) -> bool:
        """Whether both hold the same counts: a rebuilt cube must equal the one that followed the changes."""
        return self._filled() == other._filled()

    @property
    def bytes(self) -> int:
        return self._cells.nbytes + self._counts.nbytes + self._sums.nbytes

    def _filled(self) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
        return {
            cell: (tuple(self._counts[slot].tolist()), tuple(self._sums[slot].tolist()))
            for cell, slot in self._slots.items()
            if self._counts[slot].any()
        }

    def _axes(self) -> tuple[NDArray[np.intp], ...]:
        if self._coordinates is None:
            cells = self._cells[: len(self._slots)]
            self._coordinates = np.unravel_index(cells, self.layout.shape) if self.layout.shape else ()
        return self._coordinates

    def _inside(self, where: Where | None) -> NDArray[np.bool_] | None:
        if not where:
            return None
        inside = np.ones(len(self._slots), dtype=bool)
        for key, category in where.items():
            number = self.layout.axis(key)
            categories = self.layout.axes[number].categories
            if category not in categories:
                raise KeyError(category)
            inside &= self._axes()[number] == categories.index(category)
        return inside


def _grown(array: NDArray[Scalar], length: int) -> NDArray[Scalar]:
    grown = np.zeros((length, *array.shape[1:]), dtype=array.dtype)
    grown[: len(array)] = array
    return grown


def count(layout: Layout, batches: Iterable[tuple[str, Sequence[bytes]]]) -> Cube:
    """A cube counted from nothing. ``batches``: a version id and packed rows of that version."""
    cube = Cube(layout)
    for version, packed in batches:
        cube.add_rows(version, packed)
    return cube
