"""A typed client of ``servicedesk api``: pages through lists, waits when it is told to, and re-reads only what changed.

Copy it and add the fields that you need; ``/api/v1/openapi.json`` tells all of them.
"""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel

Row = TypeVar("Row", bound=BaseModel)

MOST_WAITS = 5


class Ticket(BaseModel):
    """A ticket as ``tickets.list`` shows it; fields that this program does not know are passed over."""

    number: str | None
    title: str | None
    company: str | None
    status: str | None
    created_at: AwareDatetime | None


class Problem(Exception):  # noqa: N818  # RFC 9457 calls it so
    """The desk refused; ``code`` stays when the text changes."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(" ".join(filter(None, (told.get("detail"), told.get("hint")))))
        self.code: str = told.get("code", "unknown")
        self.status: int = told.get("status", 0)


class DeskApi:
    """The documents of a desk; it keeps the last answer of each question.

    Args:
        url: Where ``servicedesk api`` listens, such as ``http://127.0.0.1:9188``.
        token: What ``servicedesk tokens new`` printed.
        sleep: Waits so many seconds, when the desk says that this program asks too often.
    """

    def __init__(self, url: str, token: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self._known: dict[str, tuple[str, Any]] = {}
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def tickets(self, **asked: str | int) -> Iterator[Ticket]:
        """Yield tickets: ``tickets(company="Example Client", created_since="7d")``."""
        return self.rows("tickets/list", Ticket, **asked)

    def rows(self, query: str, row: type[Row], **asked: str | int) -> Iterator[Row]:
        """Yield all rows of a list, page by page.

        Args:
            query: Its name with slashes, such as ``claims/list``.
            row: What to make of each.
            asked: Its parameters.

        Raises:
            Problem: The desk refused.
        """
        following: str | None = str(httpx.URL(f"/api/v1/{query}", params=asked))
        while following:
            document, following = self._get(following)
            yield from (row.model_validate(one) for one in document["data"]["items"])

    def _get(self, path: str) -> tuple[Any, str | None]:
        for _ in range(MOST_WAITS):
            tag, document = self._known.get(path, ("", None))
            answer = self._client.get(path, headers={"If-None-Match": tag} if tag else {})
            following = answer.links.get("next", {}).get("url")
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return document, following
            if answer.is_success:
                self._known[path] = answer.headers["ETag"], answer.json()
                return self._known[path][1], following
            if answer.status_code not in {429, 503}:
                break
            self._sleep(float(answer.headers.get("Retry-After", "1")))
        if answer.headers.get("Content-Type") != "application/problem+json":  # of a proxy on the way
            raise Problem({"status": answer.status_code, "detail": f"The answer was {answer.status_code}."})
        raise Problem(answer.json())


if __name__ == "__main__":
    import os
    import sys

    with DeskApi(os.environ["SERVICEDESK_API"], os.environ["SERVICEDESK_TOKEN"]) as api:
        for ticket in api.tickets(limit=100):
            sys.stdout.write(f"{ticket.number}\t{ticket.title}\n")
