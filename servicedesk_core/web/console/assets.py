"""The files that pages name: their addresses hold a digest, so that a browser may keep them for ever."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_TYPES: Final = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    packed: bytes
    kind: str


@cache
def _assets() -> dict[str, tuple[str, _Asset]]:
    """Return all files by name, each with its address."""
    found = {}
    for file in files(__package__).joinpath("static").iterdir():
        stem, _, kind = file.name.rpartition(".")
        if kind in _TYPES:
            body = file.read_bytes()
            address = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:_DIGITS]}.{kind}"
            found[file.name] = address, _Asset(body, gzip.compress(body, mtime=0), f"{_TYPES[kind]}; charset=utf-8")
    return found


def asset(name: str) -> str:
    """Return the address of a file."""
    return _assets()[name][0]


@cache
def _by_address() -> dict[str, _Asset]:
    return dict(_assets().values())


async def answer(request: Request) -> Response:
    """Answer with a file."""
    one = _by_address().get(request.url.path)
    if one is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(one.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=one.kind)
    return Response(one.body, headers=headers, media_type=one.kind)
