"""Files of ours: content-hashed addresses that browsers keep for ever, text sent compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory

from portal.config import site_root
from portal.rendering import file_hash

YEAR_SECONDS = 365 * 24 * 3600
TEXT = frozenset({".css", ".js", ".mjs", ".svg", ".json", ".txt", ".map"})
SMALLEST = 600
BROTLI = ".br"
"""Ends the name of a file that lies packed beside its own, made by :mod:`portal.vendoring`."""


def serve(filename: str) -> Response:
    """One file. An address with the content's hash never changes; without, it is asked for again."""
    response = send_from_directory(site_root() / "static", filename, conditional=False)
    version = request.args.get("v", "")
    response.cache_control.no_cache = None
    response.cache_control.public = True
    if version and version == file_hash(filename):
        response.cache_control.max_age = YEAR_SECONDS
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = 60
    if Path(filename).suffix in TEXT:
        response.headers["Vary"] = "Accept-Encoding"
        accepted = request.accept_encodings
        brief = site_root() / "static" / f"{filename}{BROTLI}"
        if accepted["br"] and brief.is_file():
            _send(response, brief.read_bytes(), "br")
        elif accepted["gzip"]:
            _send_packed(response, filename)
    response.set_etag(f"{file_hash(filename)}-{response.content_encoding or 'plain'}")
    response.make_conditional(request)
    return response


def _send_packed(response: Response, filename: str) -> None:
    """Each file is packed once per process and version."""
    kept: dict[tuple[str, str], bytes] = current_app.extensions["portal.packed"]
    name = (filename, file_hash(filename))
    if name not in kept:
        response.direct_passthrough = False
        raw = response.get_data()
        kept[name] = gzip.compress(raw, 9, mtime=0) if len(raw) >= SMALLEST else b""
    if kept[name]:
        _send(response, kept[name], "gzip")


def _send(response: Response, packed: bytes, how: str) -> None:
    response.direct_passthrough = False
    response.set_data(packed)
    response.content_encoding = how


def init_app(app: Flask) -> None:
    app.extensions["portal.packed"] = {}
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve)
