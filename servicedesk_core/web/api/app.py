"""The application: which address answers what."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces import Page, Query
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.faces.feature import Feature
from servicedesk_core.features.report import lend
from servicedesk_core.web.api.entrance import Allowance, AskedDesk, Entrance
from servicedesk_core.web.api.offered import ROOT, queries_of
from servicedesk_core.web.api.openapi import description
from servicedesk_core.web.api.problems import RefusedError, refused
from servicedesk_core.web.taken import Programs

_log = logging.getLogger("servicedesk.api")

Answer = Callable[[Request, AskedDesk], Awaitable[Response]]

_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache", "Vary": "Authorization"}


def application(desk: AskedDesk, features: tuple[Feature, ...], settings: ApiSection) -> Starlette:
    """Return what answers programs.

    Args:
        desk: The open desk.
        features: Whose queries are offered.
        settings: Who is answered, and how often.
    """
    lend(desk.store)
    entrance = Entrance(desk, Allowance(settings.per_minute), settings.proxy)
    queries, programs = queries_of(features), Programs()

    @cache
    def told() -> bytes:
        return json_bytes(description(queries))  # takes a second, and few ask for it

    async def openapi(request: Request, _: AskedDesk) -> Response:
        return _unless_known(request, await asyncio.to_thread(told))

    async def index(request: Request, _: AskedDesk) -> Response:
        items = [{"name": one.name, "about": one.about, "href": where} for where, one in queries.items()]
        return _unless_known(
            request, json_bytes(document_of("api", 1, {"items": items, "openapi": f"{ROOT}/openapi.json"}))
        )

    answers: dict[str, Answer] = {ROOT: index, f"{ROOT}/openapi.json": openapi}
    answers |= {where: _answering(query, programs) for where, query in queries.items()}
    routes = [Route(where, _guarded(entrance, answer), methods=["GET"]) for where, answer in answers.items()]
    app = Starlette(routes=routes, exception_handlers={404: _nowhere, 405: _no_way})
    app.router.redirect_slashes = False  # it would lead wherever the Host field says
    return app


def _answering(query: Query[..., Any], programs: Programs) -> Answer:
    async def answer(request: Request, desk: AskedDesk) -> Response:
        pairs = request.query_params.multi_items()
        places, named = asked(query, pairs, ZoneInfo(desk.timezone))
        found = await desk.call(query, *places, **named)
        await programs.keep(desk, query, pairs, found)
        following = found.next if isinstance(found, Page) else None
        return _unless_known(
            request, json_bytes(document_of(query.name, query.version, found)), _link(request, following)
        )

    return answer


def _guarded(entrance: Entrance, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        try:
            return await answer(
                request, await entrance.enter(request.headers, request.client.host if request.client else "")
            )
        except RefusedError as error:
            return error.response
        except ServiceDeskError as error:
            return refused(error).response
        except Exception as error:  # noqa: BLE001  # a library's text may hold record data: nobody else is to log it
            return _broken(error)

    return answered


def _unless_known(request: Request, body: bytes, link: dict[str, str] | None = None) -> Response:
    """Return a document, or only that whoever asks has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_SAFE, "ETag": tag, **(link or {})}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _link(request: Request, following: str | None) -> dict[str, str]:
    """Return where a list goes on (RFC 8288)."""
    if not following:
        return {}
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
    return {"Link": f'<{request.url.path}?{urlencode([*pairs, ("after", following)])}>; rel="next"'}


async def _nowhere(request: Request, _: Exception) -> Response:
    hint = f"{ROOT} lists what is answered."
    return RefusedError(HTTPStatus.NOT_FOUND, "no_such_address", f"Nothing is at {request.url.path}.", hint).response


async def _no_way(request: Request, _: Exception) -> Response:
    detail = f"{request.method} is not answered: the API only reads."
    status, allow = HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"}
    return RefusedError(status, "only_reads", detail, "Send GET.", allow).response


def _broken(error: Exception) -> Response:
    _log.error("a request of the API could not be answered: this should not have happened (%s)", type(error).__name__)
    detail = f"This should not have happened ({type(error).__name__})."
    return RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail).response
