"""Puts the application together: settings, checks that stop a wrong start, then each concern in turn."""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import gc
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.test import Client

from portal import (
    api,
    database,
    errors,
    files,
    health,
    i18n,
    letterbox,
    logs,
    lookback,
    office,
    permissions,
    preview,
    public,
    rendering,
    respond,
    schema,
    security,
)
from portal.config import Settings, SettingsError, site_root
from surveys import surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey

CONTROL = re.compile(r"<((?:input|textarea|select)\s[^>]*)>")
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')

CANARY_FAULTS = {
    "canary.missing": "The database has no proof of its keys yet: run portal db upgrade.",
    "sealing.key_missing": "PORTAL_ENCRYPTION_KEYS does not hold the key this database was sealed with.",
    "sealing.broken": "PORTAL_ENCRYPTION_KEYS holds a key with the right id but the wrong content.",
    "canary.secret": "PORTAL_SECRET_KEY is not the one this database was made with.",
}


def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.encryption_keys, settings.secret_key.encode())


def check_store(engine: Engine, keys: Keyring) -> str | None:
    """The newest migration, once the database stands at it and these keys open it. Raises SettingsError."""
    newest = schema.newest()
    try:
        stands = schema.stands_at(engine)
    except SQLAlchemyError as problem:
        raise SettingsError(f"The database does not answer ({type(problem).__name__}).") from problem
    if stands != newest:
        raise SettingsError("The database is not at this version of the portal: run portal db upgrade.")
    try:
        with Session(engine) as session:
            keys.check_canary(session)
    except SurveysError as problem:
        raise SettingsError(CANARY_FAULTS[problem.code]) from problem
    return newest


class Portal(Flask):
    """Every view here is a plain function."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def assemble(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.load()
    logs.configure(settings.log_level)
    i18n.check_compiled()
    engine = database.make_engine(settings)
    keys = keyring(settings)
    newest = check_store(engine, keys)

    root = site_root()
    app = Portal("portal", template_folder=str(root / "templates"), static_folder=None)
    app.testing = settings.testing
    app.extensions["portal.settings"] = settings
    app.extensions["portal.keys"] = keys
    app.extensions["portal.newest"] = newest
    app.extensions["portal.clock"] = lambda: dt.datetime.now(dt.UTC)
    logs.init_app(app)
    permissions.init_app(app)
    i18n.init_app(app)
    database.init_app(app, engine, settings)
    rendering.init_app(app)
    lookback.init_app(app)
    security.init_app(app, settings)
    errors.init_app(app)
    files.init_app(app)
    health.init_app(app, settings)
    app.register_blueprint(public.bp)
    app.register_blueprint(respond.bp)
    app.register_blueprint(letterbox.bp)
    app.register_blueprint(office.bp)
    api.init_app(app, settings)
    app.register_blueprint(preview.bp)
    return app


def rehearse(app: Flask, client: Client, slug: str) -> None:
    """Sends the one-page form of a survey as a resident would, all filled in, and keeps nothing of it."""
    form = f"/surveys/{slug}/form"
    page = client.get(form)
    if page.status_code != 200:
        return
    filled: dict[str, str] = {}
    for control in CONTROL.findall(page.get_data(as_text=True)):
        given = dict(ATTRIBUTE.findall(control))
        if "name" in given:  # the first answer of each question, and a word where one can write
            word = "-" if control.startswith("textarea") else ""
            filled.setdefault(given["name"], given.get("value", word))
    store: database.Database = app.extensions["portal.database"]
    app.extensions["portal.database"] = database.Rehearsal(store.engine, store.data_dir)
    try:
        client.post(form, data=filled)
    finally:
        app.extensions["portal.database"] = store
    client.get(f"/surveys/{slug}/sent")


def before_fork(app: Flask) -> None:
    """Readies an application for workers that share its memory; each then calls ``database.after_fork``.

    The pages most people come for are opened once and sending is rehearsed, so that what they build is built
    before the fork: templates (all on the way to a receipt), compiled statements, words. The collector is
    kept off all of it, because its marks would copy every page of memory into every worker; what was only
    needed to start goes back to the system. No connection is left for a worker to inherit.
    """
    store: database.Database = app.extensions["portal.database"]
    now = app.extensions["portal.clock"]()
    with store.reading() as session:
        known = session.scalars(select(Survey).where(Survey.opens_at.is_not(None)))
        slugs = [survey.slug for survey in known if surveys.state(survey, now) == "open"]
    client = Client(app)  # Flask's own would bring the debugger along
    for path in ("/", *(f"/surveys/{slug}/start" for slug in slugs)):
        client.get(path)
    for slug in slugs:
        rehearse(app, client, slug)
    for template in app.jinja_env.list_templates(filter_func=lambda name: name.startswith("respond/")):
        app.jinja_env.get_template(template)
    store.engine.dispose()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):  # GNU's C library only
        ctypes.CDLL(None).malloc_trim(0)
