"""Signed links of clients, on the public listener."""

from http import HTTPStatus
from typing import Final

from servicedesk_core.desk.serving.public.exchange import Answer, Request
from servicedesk_core.features.messages import PATH, Found, TellingDesk, follow

_STATUS: Final = {
    Found.SHOWN: HTTPStatus.OK,
    Found.NOTHING: HTTPStatus.NOT_FOUND,
    Found.ENDED: HTTPStatus.GONE,
    Found.WRONG: HTTPStatus.BAD_REQUEST,
}


class Posting:
    """Shows clients what they may read of their tickets, and takes in how it went.

    Args:
        desk: The open desk.
    """

    def __init__(self, desk: TellingDesk) -> None:
        self._desk = desk

    async def expects(self, path: str) -> bool:
        """Whether a body is read: that of a form is small."""
        return path.startswith(PATH)

    async def answer(self, request: Request) -> Answer:
        """Answer a link."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD, POST"})
        form = (request.body or b"") if request.method == "POST" else None
        shown = await follow(self._desk, request.path.removeprefix(PATH), form=form)
        body = b"" if request.method == "HEAD" else shown.html.encode()
        headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "X-Frame-Options": "DENY"}
        return Answer(_STATUS[shown.found], body, "text/html; charset=utf-8", headers)
