"""The stand-in: who asks, which record it is about, what is done with it."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from servicedesk_core.sandboxing import Request, Response, StandIn
from servicedesk_inventree.sandbox.barcodes import link, scan
from servicedesk_inventree.sandbox.errors import answer, invalid, not_found, refuse
from servicedesk_inventree.sandbox.fields import cleaned
from servicedesk_inventree.sandbox.lists import listed
from servicedesk_inventree.sandbox.options import SandboxOptions
from servicedesk_inventree.sandbox.orders import Orders
from servicedesk_inventree.sandbox.records import Records, Row
from servicedesk_inventree.sandbox.seed import fill
from servicedesk_inventree.sandbox.shapes import USER, Shapes
from servicedesk_inventree.sandbox.stock import StockRoom

PLACES: Final = {
    ("part",): "part", ("part", "category"): "category", ("company",): "company",
    ("company", "part"): "supplier_part", ("company", "part", "manufacturer"): "manufacturer_part",
    ("company", "price-break"): "price_break", ("stock",): "stock", ("stock", "location"): "location",
    ("stock", "track"): "track", ("order", "po"): "order", ("order", "po-line"): "order_line",
}  # fmt: skip
"""Kind of record by address."""

_STOCK_ACTS = frozenset({"add", "remove", "count", "transfer", "assign", "return"})
_ORDER_ACTS = frozenset({"issue", "receive", "complete", "cancel"})
_AUDIT_SINCE = 566
_INSTANCE = "8f4f6f0e-2f1f-4f0c-9d52-2b1f3f7c0a11"


class Sandbox(StandIn):
    """A stand-in of an InvenTree server; the instance is the ASGI application.

    Args:
        options: Credentials and habits.

    Attributes:
        most_a_page: Most records of a page, whatever is asked for; ``None`` = as many as are asked for.
    """

    most_a_page: int | None = None

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it, with the company to which pieces go."""
        customer = next(iter(self.records.all("company", is_customer=True)), None)
        return {"url": url, "token": self.options.token} | ({"customer": str(customer["pk"])} if customer else {})

    def seed(self) -> None:
        """Begin with what is kept, or with a small shop."""
        self.most_a_page = None
        self.records = Records(self.shelf)
        self.room = StockRoom(self.records, self.stamp)
        self.orders = Orders(
            self.records,
            self.room,
            lambda: self.stamp()[:10],
            reference=self.options.reference,
            auto_complete=self.options.auto_complete,
        )
        self.shapes = Shapes(self.records, self.orders)
        if not self.records.all("part"):
            fill(self.records, self.room)

    def stamp(self) -> str:
        """Return the present as the server writes it: to the minute, without a zone."""
        return self.clock.now().strftime("%Y-%m-%d %H:%M")

    def name_of(self, request: Request) -> str:
        """Return the operation that a call belongs to."""
        words = ("{id}" if part.isdigit() else part for part in request.segments)
        return f"{request.method} /{'/'.join(words)}"

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        match request.segments:
            case ("api",):
                return self._about()
            case ("api", *rest):
                self._check_user(request)
                return self._known(request, tuple(rest))
        return Response(404, b"<h1>Not Found</h1>", "text/html; charset=utf-8")

    def _known(self, request: Request, rest: tuple[str, ...]) -> Response:
        match rest:
            case ("user", *more):
                return self._user(request, tuple(more))
            case ("barcode", *more):
                return self._barcode(request, tuple(more))
            case ("stock", act) if act in _STOCK_ACTS:
                self._expect(request, "POST")
                return answer(self.room.act(act, _body(request)), 201)
            case ("order", "po", key, act) if act in _ORDER_ACTS and key.isdigit():
                self._expect(request, "POST")
                done = self.orders.act(act, int(key), _body(request))
                return answer([self.shapes.show("stock", item) for item in done] if act == "receive" else done, 201)
        return self._record(request, rest)

    def _about(self) -> Response:
        now = self.clock.now()
        return answer(
            {
                "server": "InvenTree", "id": _INSTANCE, "version": "1.3.0 dev", "instance": "Example stock",
                "apiVersion": self.options.api_version, "worker_running": True, "plugins_enabled": True,
                "system_time": datetime.isoformat(now),
            }
        )  # fmt: skip

    def _check_user(self, request: Request) -> None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            raise refuse({"detail": "Authentication credentials were not provided."}, 401)
        if scheme == "Token" and (value == self.options.token or self.records.all("token", token=value)):
            return
        if scheme.lower() == "basic" and _basic(value) == (self.options.username, self.options.password):
            return
        raise refuse({"detail": "Invalid token." if scheme == "Token" else "Invalid username/password."}, 401)

    def _user(self, request: Request, rest: tuple[str, ...]) -> Response:
        if rest == ("me",):
            return answer({**USER, "is_staff": False, "is_superuser": False})
        if rest in {("token",), ("me", "token")}:
            token = self._token(request.param("name") or "")
            return answer({"token": token["token"], "name": token["name"], "expiry": token["expiry"]})
        if rest == ("tokens",) and request.method == "POST":
            return answer(_shown_token(self._token(str(_body(request).get("name") or ""))), 201)
        raise not_found()

    def _token(self, name: str) -> Row:
        known = self.records.all("token", name=name)
        if known:
            return known[0]
        key = f"inv-{secrets.token_hex(20)}"
        expiry = (self.clock.now() + timedelta(days=365)).date().isoformat()
        return self.records.add("token", {"token": key, "name": name, "expiry": expiry, "created": self.stamp()})

    def _barcode(self, request: Request, rest: tuple[str, ...]) -> Response:
        self._expect(request, "POST")
        if rest == ("link",):
            return answer(link(self.records, _body(request)))
        return answer(scan(self.records, _body(request)))

    def _record(self, request: Request, rest: tuple[str, ...]) -> Response:
        key = int(rest[-1]) if rest[-1].isdigit() else None
        kind = PLACES.get(rest if key is None else rest[:-1])
        if kind is None or (kind == "track" and self.options.api_version >= _AUDIT_SINCE):
            raise refuse({"detail": "API endpoint not found", "url": request.path}, 404)
        if key is None:
            return self._all(request, kind)
        row = self.records.get(kind, key)
        if row is None:
            raise not_found(kind)
        return self._one(request, kind, row)

    def _all(self, request: Request, kind: str) -> Response:
        if request.method == "GET":
            rows, words_of = self.records.all(kind), lambda row: self._words(kind, row)
            return listed(kind, rows, self.shapes, request, words_of, most=self.most_a_page)
        self._expect(request, *(() if kind == "track" else ("POST",)))
        row = cleaned(self.records, kind, _body(request))
        if kind == "stock":
            return answer([self.shapes.show(kind, self.room.create(row))], 201)
        if kind == "order":
            made = self.orders.create(row)
        elif kind == "order_line":
            made = self.orders.add_line(row)
        else:
            made = self.records.add(kind, row | ({"created": self.stamp()} if kind == "part" else {}))
        return answer(self.shapes.show(kind, made), 201)

    def _one(self, request: Request, kind: str, row: Row) -> Response:
        details = frozenset(name for name, value in request.params if name.endswith("_detail") and value == "true")
        if kind == "stock" and request.param("part_detail") != "false":  # here it comes unasked
            details |= {"part_detail"}
        if request.method == "DELETE" and kind == "stock":
            self.room.drop(row)
            return Response(204)
        if request.method != "GET":
            self._expect(request, *(() if kind == "track" else ("PATCH", "PUT")))
            row.update(cleaned(self.records, kind, _body(request), partial=request.method == "PATCH"))
            if kind == "stock":
                row["updated"] = self.stamp()
            self.records.save(kind, row)
        return answer(self.shapes.show(kind, row, details))

    def _words(self, kind: str, row: Row) -> str:
        """Return what of related records a search of this kind looks into."""
        if kind == "part":
            made = (one["MPN"] for one in self.records.all("manufacturer_part", part=row["pk"]))
            return "\n".join((*made, *(one["SKU"] for one in self.records.all("supplier_part", part=row["pk"]))))
        part = self.records.known("part", row["part"])
        return "\n".join((part["name"], part["IPN"], part["description"]))

    def _expect(self, request: Request, *methods: str) -> None:
        if request.method not in methods:
            raise refuse({"detail": f'Method "{request.method}" not allowed.'}, 405)


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json()
    except ValueError:
        raise refuse({"detail": "JSON parse error"}) from None
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise invalid(whole=f"Invalid data. Expected a dictionary, but got {type(body).__name__}.")
    return body


def _basic(encoded: str) -> tuple[str, str] | None:
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _shown_token(row: Row) -> Row:
    shown = {name: row[name] for name in ("token", "name", "expiry", "created")}
    state = {"active": True, "revoked": False, "in_use": True, "last_seen": None}
    return {"id": row["pk"], **shown, **state, "user": USER["pk"], "user_detail": USER}
