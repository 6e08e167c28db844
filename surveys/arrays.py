"""NumPy under its usual short name (``from surveys import arrays as np``), loaded by the first count.

Every worker holds the office, and with it whoever counts; yet few workers ever count, because what residents
read was counted when its release was made. Threads may ask at once: Python's lock on imports stands between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        if name.startswith("_"):  # asked by whoever looks at a module, never by whoever counts
            raise AttributeError(name)
        import numpy

        globals()[name] = found = getattr(numpy, name)
        return found
