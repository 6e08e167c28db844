"""Who may do what: one row for every address. An endpoint that is not in the table cannot be reached."""

from __future__ import annotations

from enum import StrEnum

from flask import Flask, abort, request


class Permission(StrEnum):
    PUBLIC = "public"
    """Anybody, from any cache: no session, no cookie."""
    RESPOND = "respond"
    """Anybody who answers: a cookie for their own draft only, never cached."""
    PROBE = "probe"
    """Machines that ask whether the portal works."""


def _rows(permission: Permission, blueprint: str, names: str) -> dict[str, Permission]:
    return {f"{blueprint}.{name}": permission for name in names.split()}


PERMISSIONS: dict[str, Permission] = {
    "static": Permission.PUBLIC,
    **_rows(Permission.PROBE, "health", "alive ready metrics"),
    **_rows(
        Permission.PUBLIC,
        "public",
        "home have_your_say round priorities priority areas area partners about results survey_results "
        "table_csv table_json figure_json dictionary done help accessibility privacy privacy_young cookies "
        "languages contact colours",
    ),
    **_rows(
        Permission.RESPOND,
        "respond",
        "start page offer check send confirmation stop hand_over save resume receipt withdrawal leave left "
        "what_exit_hides form stay away",
    ),
}


def permission_of(endpoint: str | None) -> Permission | None:
    return PERMISSIONS.get(endpoint or "")


def guard() -> None:
    """Before every request: no row in the table, no page."""
    if request.endpoint is not None and permission_of(request.endpoint) is None:
        abort(404)


def init_app(app: Flask) -> None:
    app.before_request(guard)
