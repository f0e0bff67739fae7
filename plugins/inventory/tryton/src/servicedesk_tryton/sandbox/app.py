"""The stand-in: who asks, which method is called, and what it answers."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from servicedesk_core.sandboxing import Request, Response, StandIn
from servicedesk_core.sandboxing.faults import Fault, Script
from servicedesk_tryton.sandbox.books.forms import Forms
from servicedesk_tryton.sandbox.books.invoicing import Invoicing
from servicedesk_tryton.sandbox.books.models import INVOICE, LINE
from servicedesk_tryton.sandbox.books.parties import create_parties
from servicedesk_tryton.sandbox.books.seed import open_books
from servicedesk_tryton.sandbox.models import MODELS, Models
from servicedesk_tryton.sandbox.options import SandboxOptions
from servicedesk_tryton.sandbox.purchasing import PURCHASE, RECEIPT, Purchasing
from servicedesk_tryton.sandbox.records import Records
from servicedesk_tryton.sandbox.searching import Searching, timestamp
from servicedesk_tryton.sandbox.seed import CLIENTS, COMPANY, fill
from servicedesk_tryton.sandbox.shipping import SHIPMENT, Shipping, today
from servicedesk_tryton.sandbox.wire import ServerError, answer, page, user_error

USER: Final = 2
_SERIES: Final = "8.2"
_GROUPS: Final = "Within groups: Stock, Purchase"
_ACTS: Final = {
    INVOICE: ("validate_invoice", "post", "cancel", "draft"),
    SHIPMENT: ("wait", "assign_try", "do", "cancel"), PURCHASE: ("quote", "confirm", "cancel"),
    RECEIPT: ("receive", "do", "cancel"),
}  # fmt: skip


class _ByMethod(Script):
    """Faults by the method that is called: all calls have one address."""

    def pick(self, request: Request) -> Fault | None:
        return super().pick(replace(request, path=_call(request).get("method") or request.path))


class Sandbox(StandIn):
    """A stand-in of a Tryton server with one database; the instance is the ASGI application.

    A fault's ``path`` is searched in the method that is called, such as ``model.stock.shipment.internal.do``.

    Args:
        options: Credentials and habits.

    Attributes:
        most_a_search: Most records of an answer to a search with a limit; ``None`` = as many as are asked for.
        denied: Models that the user may not read or write.
        asks: By the method, the kind of warning that it asks first.
    """

    most_a_search: int | None = None

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.script = _ByMethod(self.kinds)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        own = self.options
        known = {"url": url, "database": own.database, "user": own.username, "password": own.password}
        return {**known, "taken_to": str(CLIENTS)}

    def seed(self) -> None:
        """Begin with what is kept, or with a small store room."""
        self.most_a_search = None
        self.denied: set[str] = set()
        self.asks: dict[str, str] = {}
        self.records = Records(self.shelf, self.clock.now)
        self.models = Models(self.records, bare=self.options.bare)
        self.searching = Searching(self.models)
        self.shipping = Shipping(self.models, lambda: today(self.clock.now()))
        self.purchasing = Purchasing(self.models, lambda: today(self.clock.now()))
        self.invoicing = Invoicing(self.models, lambda: self.clock.now().date())
        self.forms = Forms(self.models, self.invoicing)
        if not self.records.all("product.product"):
            fill(self.records, self.shipping, bare=self.options.bare)
            open_books(self.records, self.invoicing)

    def name_of(self, request: Request) -> str:
        """Return the method that is called."""
        return str(_call(request).get("method") or f"{request.method} {request.path}")

    def end_sessions(self) -> None:
        """End all sessions, as the server does with those that nobody uses."""
        for row in self.records.all("session"):
            self.records.drop("session", row["id"])

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        call = _call(request)
        if request.segments not in {("rpc",), (self.options.database, "rpc")}:
            return page(404, "Not Found", "The requested URL was not found on the server.")
        if request.method != "POST":
            return page(405, "Method Not Allowed", "The method is not allowed for the requested URL.")
        try:
            return self._answered(request, call)
        except ServerError as error:
            return answer(request, call, {"error": error.told})

    def _answered(self, request: Request, call: Mapping[str, Any]) -> Response:
        method, params = str(call.get("method") or ""), call.get("params") or []
        if request.segments == ("rpc",):
            return answer(request, call, {"result": _SERIES if method == "common.server.version" else []})
        return self._login(request, call, params) if method == "common.db.login" else self._called(request, call)

    def _called(self, request: Request, call: Mapping[str, Any]) -> Response:
        method, params = str(call.get("method") or ""), call.get("params") or []
        if not self._is_known(request.headers.get("authorization", "")):
            return Response(401, b"", "text/plain; charset=utf-8", {"WWW-Authenticate": 'Basic realm="Tryton"'})
        if not method.startswith("model."):
            return page(403, "Forbidden")
        if not params or not isinstance(params[-1], Mapping):
            return page(422, "Unprocessable Entity", "Missing context argument")
        model, _, name = method.removeprefix("model.").rpartition(".")
        does = self._method(model, name)
        if does is None:
            return page(403, "Forbidden", "You don't have the permission to access the requested resource.")
        return answer(request, call, {"result": does(params[:-1], params[-1])})

    def _login(self, request: Request, call: Mapping[str, Any], params: Sequence[Any]) -> Response:
        user, given = (*params, None, None)[:2]
        if user == self.options.username and isinstance(given, Mapping) and "password" not in given:
            raise ServerError("LoginException", ["password", f"Password for {user}", "password"])
        if (user, (given or {}).get("password")) != (self.options.username, self.options.password):
            return page(401, "Unauthorized")
        session = secrets.token_hex(32)
        self.records.add("session", token=session)
        return answer(request, call, {"result": [USER, session, None]})

    def _is_known(self, authorization: str) -> bool:
        scheme, _, value = authorization.partition(" ")
        try:
            user, ref, session = base64.b64decode(value, validate=True).decode().split(":")
        except (binascii.Error, ValueError):
            return False
        known = scheme.lower() == "session" and (user, ref) == (self.options.username, str(USER))
        return known and bool(self.records.all("session", token=session))

    def _method(self, model: str, name: str) -> Callable[[Sequence[Any], Mapping[str, Any]], Any] | None:
        """Return what a method does; ``None`` when it cannot be called."""
        special = {
            ("res.user", "get_preferences"): self._preferences, ("res.user.warning", "skip"): self._skip,
            (SHIPMENT, "create"): lambda params, _: self.shipping.create(params[0]),
            (PURCHASE, "create"): lambda params, _: self.purchasing.create_purchases(params),
            (PURCHASE, "on_change_party"): lambda params, _: self.purchasing.of_party(params),
            ("purchase.line", "on_change_product"): lambda params, _: self.purchasing.of_product(params),
            (RECEIPT, "create"): lambda params, _: self.purchasing.create_receipts(params),
            (RECEIPT, "write"): lambda params, _: self.purchasing.write_receipt(params),
            ("stock.lot", "create"): lambda params, _: self.purchasing.create_lots(params),
            (INVOICE, "on_change_type"): lambda params, _: self.forms.of_party(params[0]),
            (LINE, "on_change_product"): lambda params, _: self.forms.of_product(params[0]),
            (LINE, "on_change_account"): lambda params, _: self.forms.of_account(params[0]),
            (INVOICE, "create"): lambda params, _: self.invoicing.create(params[0]),
            (INVOICE, "write"): self._write_invoice, (INVOICE, "delete"): self._delete_invoices,
            ("party.party", "create"): self._create_parties,
        }  # fmt: skip
        if (model, name) not in special:
            self.models.model(model)
        if model in self.denied:
            title = MODELS[model].title
            raise user_error(f'You are not allowed to access "{title}".', _GROUPS)
        if name in _ACTS.get(model, ()):
            return lambda params, context: self._act(model, name, params, context)
        usual = {"search": self._search, "search_count": self._count, "search_read": self._read_all, "read": self._read}
        if name in usual and model != "product.cost_price":
            return lambda params, context: usual[name](model, params, context)
        return special.get((model, name))

    def _preferences(self, _: Sequence[Any], __: Mapping[str, Any]) -> dict[str, Any]:
        name = self.records.one("party.party", id=1)["name"]
        own = {"company": COMPANY, "companies": [COMPANY], "company.rec_name": name, "employees": []}
        return {**own, "language": "en", "language_direction": "ltr", "administrator": 0, "groups": []}

    def _rows(self, model: str, params: Sequence[Any], context: Mapping[str, Any]) -> list[Any]:
        domain, offset, limit, order = (*params, None, None, None)[:4]
        if self.most_a_search is not None and limit is not None:
            limit = min(limit, self.most_a_search)
        return self.searching.find(model, (domain, offset, limit, order), context)

    def _search(self, model: str, params: Sequence[Any], context: Mapping[str, Any]) -> list[int]:
        return [row["id"] for row in self._rows(model, params, context)]

    def _count(self, model: str, params: Sequence[Any], context: Mapping[str, Any]) -> int:
        return len(self.searching.find(model, params[:1], context))

    def _read_all(self, model: str, params: Sequence[Any], context: Mapping[str, Any]) -> list[Any]:
        fields = params[4]
        return [self.searching.read(model, row, fields, context) for row in self._rows(model, params[:4], context)]

    def _read(self, model: str, params: Sequence[Any], context: Mapping[str, Any]) -> list[Any]:
        return [self.searching.read(model, row, params[1], context) for row in self.searching.named(model, params[0])]

    def _act(self, model: str, act: str, params: Sequence[Any], context: Mapping[str, Any]) -> None:
        for row in self._current(model, params[0], context):
            if (kind := self.asks.get(f"{model}.{act}")) is not None:
                self._ask(kind, f"{model},{row['id']}")
            if model == SHIPMENT:
                self.shipping.act(act, row)
            elif model == INVOICE:
                self.invoicing.act(act, row, self._ask)
            else:
                self.purchasing.act(model, act, row)

    def _current(self, model: str, refs: Any, context: Mapping[str, Any]) -> list[Any]:
        """Return records that are still of the version that the caller has seen."""
        known, rows = context.get("_timestamp") or {}, self.searching.named(model, refs)
        if any(known.get(f"{model},{row['id']}", timestamp(row)) != timestamp(row) for row in rows):
            raise ServerError("ConcurrencyException", "Records were modified in the meanwhile")
        return rows

    def _write_invoice(self, params: Sequence[Any], context: Mapping[str, Any]) -> None:
        for row in self._current(INVOICE, params[0], context):
            self.invoicing.write(row, params[1])

    def _delete_invoices(self, params: Sequence[Any], context: Mapping[str, Any]) -> None:
        for row in self._current(INVOICE, params[0], context):
            self.invoicing.delete(row)

    def _create_parties(self, params: Sequence[Any], _: Mapping[str, Any]) -> list[int]:
        refs = create_parties(self.records, params[0])
        self.invoicing.done += len(refs)
        return refs

    def _ask(self, kind: str, record: str) -> None:
        """Ask first, unless the question was answered; an answer counts once."""
        about = hashlib.md5(record.encode(), usedforsecurity=False).hexdigest()
        answered = self.records.all("res.user.warning", name=f"{about}.{kind}")
        if not answered:
            raise ServerError("UserWarning", [f"{about}.{kind}", f"Is {record} meant?", ""])
        for one in answered:
            if not one["always"]:
                self.records.drop("res.user.warning", one["id"])

    def _skip(self, params: Sequence[Any], _: Mapping[str, Any]) -> None:
        self.records.add("res.user.warning", name=params[0], always=bool(params[1:2] and params[1]))


def _call(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
