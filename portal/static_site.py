"""Pages as files: what anybody can read, followed from link to link and kept with working links.

``fetch`` answers an address of the site the way a browser would be answered; nothing here knows a server.
What is not kept is linked at its address on the living site.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from posixpath import normpath, relpath
from urllib.parse import parse_qsl, unquote, urlsplit

LINK = re.compile(r'(?P<name>\s(?:href|src|action|data-figure|data-plotly))="(?P<value>[^"]*)"')
EXIT = re.compile(r'(<form class="govuk-exit-this-page exit") method="post" action="[^"]*"')
CSS_URL = re.compile(r"url\((?P<quote>[\"']?)(?P<value>/[^)\"']+)(?P=quote)\)")
IMPORT = re.compile(r'(?:from|import)\s*\(?\s*"(?P<value>\.{1,2}/[^"]+)"')
NEVER = ("/office", "/surveys/", "/updates", "/privacy/complaint", "/preview", "/embed", "/receipt", "/exit")
"""What belongs to one person or to officers: never kept, whatever links to it."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes


Fetch = Callable[[str], Answer]


@dataclass
class Kept:
    """``files``: by name, from the top of the folder. ``pages``: the address of each page, by name."""

    files: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """Addresses that a page links to and that do not answer."""


def file_of(address: str, media_type: str) -> str:
    """The name it is kept under: ``/plan/2026?edition=1`` is ``plan/2026/index-edition-1.html``."""
    parts = urlsplit(address)
    steps = [_UNSAFE.sub("-", unquote(step)).strip(".") or "-" for step in parts.path.split("/") if step]
    if media_type != "text/html":
        return "/".join(steps)
    query = "".join(
        f"-{_UNSAFE.sub('-', name)}-{_UNSAFE.sub('-', value)}" for name, value in parse_qsl(parts.query)
    )
    return "/".join([*steps, f"index{query}.html"])


def collect(
    fetch: Fetch,
    seeds: Iterable[str],
    *,
    public_url: str,
    exit_url: str,
    wanted: Callable[[str], bool] = lambda address: True,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Kept:
    """Everything that can be reached from the seeds through addresses that are wanted."""
    found: dict[str, Answer] = {}
    kept = Kept()
    waiting = deque(dict.fromkeys(seeds))
    seen = set(waiting)
    while waiting:
        address = waiting.popleft()
        answer = fetch(address)
        if answer.status != 200:
            kept.broken.append(address)
            continue
        found[address] = answer
        for linked in _linked(address, answer):
            if linked not in seen and _may(linked, wanted):
                seen.add(linked)
                waiting.append(linked)
        progress(len(found), len(seen))
    names = {address: file_of(address, answer.media_type) for address, answer in found.items()}
    for address, answer in found.items():
        name = names[address]
        kept.files[name] = _rewritten(address, answer, names, public_url, exit_url)
        if answer.media_type == "text/html":
            kept.pages[name] = address
    return kept


def _may(address: str, wanted: Callable[[str], bool]) -> bool:
    path = urlsplit(address).path
    bare = re.sub(r"^/[a-z]{2,3}(?=/)", "", path)
    if any(bare.startswith(never) for never in NEVER):
        return False
    return path.startswith("/static/") or wanted(address)


def _address(base: str, value: str) -> str:
    """The address a link leads to on this site, without its fragment; "" for one that leads elsewhere."""
    parts = urlsplit(value)
    if parts.scheme or parts.netloc or not (parts.path or parts.query):
        return ""
    path = parts.path or urlsplit(base).path
    if not path.startswith("/"):
        folder = urlsplit(base).path.rpartition("/")[0]
        path = normpath(f"{folder}/{path}")
    query = "" if path.startswith("/static/") else parts.query
    return f"{path}?{query}" if query else path


def _linked(address: str, answer: Answer) -> list[str]:
    text = answer.body.decode("utf-8", "replace")
    values: list[str] = []
    if answer.media_type == "text/html":
        values = [unescape(one["value"]) for one in LINK.finditer(text) if "action" not in one["name"]]
    elif answer.media_type == "text/css":
        values = [one["value"] for one in CSS_URL.finditer(text)]
    elif answer.media_type in ("text/javascript", "application/javascript"):
        values = [one["value"] for one in IMPORT.finditer(text)]
    return [found for value in values if (found := _address(address, value))]


def _rewritten(address: str, answer: Answer, names: dict[str, str], public_url: str, exit_url: str) -> bytes:
    here = names[address].rpartition("/")[0]

    def place(value: str) -> str:
        found = _address(address, value)
        if not found:
            return value
        fragment = urlsplit(value).fragment
        target = relpath(names[found], here or ".") if found in names else public_url + found
        return f"{target}#{fragment}" if fragment else target

    if answer.media_type == "text/html":
        text = EXIT.sub(rf'\1 method="get" action="{escape(exit_url)}"', answer.body.decode())
        text = LINK.sub(lambda one: f'{one["name"]}="{escape(place(unescape(one["value"])))}"', text)
        return text.encode()
    if answer.media_type == "text/css":
        styled = CSS_URL.sub(lambda one: f"url({place(one['value'])})", answer.body.decode())
        return styled.encode()
    return answer.body
