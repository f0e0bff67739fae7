"""Signed links of pages, on the public listener."""

from http import HTTPStatus
from typing import Final

from servicedesk_core.desk.serving.public.exchange import Answer, Request
from servicedesk_core.features.paging import PATH, Found, LinkedDesk, followed

_STATUS: Final = {
    Found.SHOWN: HTTPStatus.OK,
    Found.NOTHING: HTTPStatus.NOT_FOUND,
    Found.ENDED: HTTPStatus.GONE,
}


class Acknowledging:
    """Shows a page to whoever follows a link, and takes it on when they send the form.

    Args:
        desk: The open desk.
    """

    def __init__(self, desk: LinkedDesk) -> None:
        self._desk = desk

    async def expects(self, path: str) -> bool:
        """Whether a body is read: that of the form is empty."""
        return path.startswith(PATH)

    async def answer(self, request: Request) -> Answer:
        """Answer a link."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD, POST"})
        shown = await followed(self._desk, request.path.removeprefix(PATH), acts=request.method == "POST")
        body = b"" if request.method == "HEAD" else shown.html.encode()
        headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "X-Frame-Options": "DENY"}
        return Answer(_STATUS[shown.found], body, "text/html; charset=utf-8", headers)
