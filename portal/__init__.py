"""The partnership's site. Importing this package brings in no web framework: only :func:`create_app` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application for these settings (by default: those of the environment).

    Raises ``portal.config.SettingsError`` with one line per fault when it must not start.
    """
    from portal.application import assemble

    return assemble(settings)
