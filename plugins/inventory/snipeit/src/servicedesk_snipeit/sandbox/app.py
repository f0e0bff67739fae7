"""The interface: a token, lists, items, and what moves them."""

from typing import Any
from urllib.parse import parse_qsl

from servicedesk_core.sandboxing import Refusal, Request, Response, StandIn, json_response
from servicedesk_snipeit.sandbox import showing
from servicedesk_snipeit.sandbox.options import SandboxOptions
from servicedesk_snipeit.sandbox.shelf import TYPES, Refused, Row, Shelf

_BELOW = ("api", "v1")
_KEPT = ("stock", "whole")
_ROWS_WITHOUT_LIMIT = 50


class Sandbox(StandIn):
    """A stand-in of Snipe-IT; the instance is the ASGI application.

    Args:
        options: Token, limits and habits.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it, with what its interface does not tell."""
        return {"url": url, "token": self.options.token, "currency": "USD", "holder": "location:1"}

    def seed(self) -> None:
        """Begin with nothing handed out, or as an earlier run left it, and with the whole quota."""
        self.stock = Shelf(self.options.more, self.clock.now, self.shelf.get(*_KEPT))
        self.left = self.options.requests_allowed
        self.acts = 0

    def state(self) -> dict[str, Any]:
        """Return counters, and how often something was moved."""
        return super().state() | {"acts": self.acts}

    def name_of(self, request: Request) -> str:
        """Count by verb and what is called, without ids."""
        words = [one for one in request.segments[len(_BELOW) :] if not one.isdigit()]
        return f"{request.method} {'/'.join(words)}"

    def answer(self, request: Request) -> Response:
        """Return the installation's answer; nearly everything that is wrong comes with 200."""
        self._admit(request)
        path = request.segments[len(_BELOW) :]
        try:
            told = self._act(request, path) if request.method == "POST" else self._read(request, path)
        except Refused as refused:
            told = {"status": "error", "messages": refused.messages, "payload": None}
        return json_response(told)

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.options.token}":
            if not _wants_json(request):
                raise Refusal(Response(302, b"<html>", "text/html", {"location": f"{request.origin}/login"}))
            raise Refusal(json_response({"error": "Unauthorized."}, 401))
        if self.left is not None:
            if self.left <= 0:
                raise _refusal(request, 429, "Too many requests", Retry_After="1")
            self.left -= 1
        if request.segments[: len(_BELOW)] != _BELOW:
            raise _refusal(request, 404, "404 endpoint not found")

    def _act(self, request: Request, path: tuple[str, ...]) -> Row:
        payload: Row | None
        body = _body(request)
        match path:
            case (kind,) if kind in TYPES:
                payload = showing.made(self.stock, kind, self.stock.make(kind, body))
            case (kind, number, "checkout") if kind in TYPES and number.isdigit():
                payload = self.stock.check_out(kind, int(number), body)
            case (kind, number, "checkin") if kind in TYPES and kind != "consumables" and number.isdigit():
                payload = self.stock.check_in(kind, int(number), body)
            case _:
                raise _refusal(request, 404, "404 endpoint not found")
        self.acts += 1
        if self.options.state:
            self.shelf.put(*_KEPT, self.stock.kept())
        return {"status": "success", "messages": "Done.", "payload": payload}

    def _read(self, request: Request, path: tuple[str, ...]) -> Row:
        match path:
            case ("users", "me"):
                return showing.user(self.stock, 1)
            case ("reports", "activity"):
                return self._log(request)
            case (kind,) if kind in TYPES:
                return self._list(request, kind)
            case ("components", number, "assets") | ("accessories", number, "checkedout") if number.isdigit():
                rows = showing.held(self.stock, path[0], int(number))
                return self._cut(request, rows, _ROWS_WITHOUT_LIMIT)
            case ("models", number) if number.isdigit():
                return self._model(int(number))
            case _:
                return self._found(request, path)

    def _found(self, request: Request, path: tuple[str, ...]) -> Row:
        match path:
            case ("hardware", "bytag", tag):
                return self._shown("hardware", self._assets("name", tag)[0])
            case ("hardware", "byserial", serial):  # a list, because several may have it
                rows = [self._shown("hardware", one) for one in self._assets("serial", serial)]
                return self._cut(request, rows, self.options.max_results)
            case (kind, number) if kind in TYPES and number.isdigit():
                return self._shown(kind, self.stock.item(kind, int(number)))
            case _:
                raise _refusal(request, 404, "404 endpoint not found")

    def _model(self, number: int) -> Row:
        found = showing.model(self.stock, number)
        if found is None:
            raise Refused("AssetModel not found")
        return found

    def _shown(self, kind: str, item: Row) -> Row:
        return showing.shown(self.stock, kind, self.options.decimal, item)

    def _list(self, request: Request, kind: str) -> Row:
        rows = [self._shown(kind, one) for one in self.stock.items[kind].values() if not one.get("deleted")]
        if kind == "hardware" and request.param("status") == "RTD":
            ready = (one["id"] for one in self.stock.items[kind].values() if _is_ready(one))
            wanted = set(ready)
            rows = [row for row in rows if row["id"] in wanted]
        if term := (request.param("search") or "").casefold():
            rows = [row for row in rows if any(term in text for text in showing.texts(row))]
        rows.sort(key=lambda row: row["id"], reverse=request.param("order") != "asc")
        return self._cut(request, rows, self.options.max_results)

    def _assets(self, field: str, value: str) -> list[Row]:
        found = [one for one in self.stock.items["hardware"].values() if one[field].casefold() == value.casefold()]
        if not found:
            raise Refused("Asset does not exist.")
        return found

    def _log(self, request: Request) -> Row:
        kind = next((kind for kind, name in TYPES.items() if name == request.param("item_type")), None)
        number = request.param("item_id")
        rows = [
            showing.entry(self.stock, one)
            for one in self.stock.log
            if one["kind"] == kind and str(one["item"]) == number
        ]
        rows.sort(key=lambda row: row["id"], reverse=request.param("order") != "asc")
        return self._cut(request, rows, self.options.max_results)

    def _cut(self, request: Request, rows: list[Row], usual: int) -> Row:
        asked = request.param("limit")
        limit = min(int(asked) if asked and asked.isdigit() else usual, self.options.max_results)
        skipped = request.param("offset") or ""
        offset = min(int(skipped) if skipped.isdigit() else 0, len(rows))
        return {"total": len(rows), "rows": rows[offset : offset + limit]}


def _body(request: Request) -> Row:
    """Return what was sent, as JSON or as a form; what cannot be read is nothing, and no error."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode()))
    try:
        body = request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _refusal(request: Request, status: int, message: str, **headers: str) -> Refusal:
    """Return an error of the framework: a page for whoever does not ask for JSON."""
    if not _wants_json(request):
        return Refusal(Response(status, b"<html>", "text/html", {}))
    return Refusal(json_response({"status": "error", "messages": message, "payload": None}, status, **headers))


def _is_ready(item: Row) -> bool:
    return item["meta"] == "deployable" and item["target"] is None
