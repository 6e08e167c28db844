"""The office: what officers see once they have signed in, one view module a noun.

Importing a view module adds its addresses, so every module of this package is imported here.
"""

from __future__ import annotations

import importlib
import pkgutil

from portal.office.blueprint import bp as bp

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
