"""Background jobs: sweeps without arguments that find their own work, may run twice, and may be late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

TICK_FILE = "jobs.tick"

Sweep = Callable[[Session, dt.datetime], int]


@dataclass(frozen=True)
class Job:
    """A sweep: returns how many rows it settled; called again while it settles a full batch."""

    name: str
    sweep: Sweep
    nightly: bool = False


def last_tick_age(data_dir: Path, now: float) -> float | None:
    """Seconds since the jobs last ran here; None when they never did."""
    try:
        return now - (data_dir / TICK_FILE).stat().st_mtime
    except FileNotFoundError:
        return None
