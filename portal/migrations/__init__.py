"""Alembic migrations: run before the workers start, never by them."""

from __future__ import annotations

import importlib
import pkgutil

import portal.accounts
import portal.partnership
import surveys


def load_models() -> None:
    """Imports every module that may declare a table, so that none is forgotten."""
    for package in (surveys, portal.accounts, portal.partnership):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
