"""The stand-in: log-in, connected organisations, limits, and the books behind them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import orjson

from servicedesk_core.sandboxing import Fault, Refusal, Request, Response, StandIn, json_response
from servicedesk_core.sandboxing.asgi import JSON
from servicedesk_xero.sandbox.books import KEYS, Books, Invalid
from servicedesk_xero.sandbox.catalogue import Catalogue
from servicedesk_xero.sandbox.documents import SORTS, Documents, places_of
from servicedesk_xero.sandbox.identity import Identity
from servicedesk_xero.sandbox.options import SandboxOptions
from servicedesk_xero.sandbox.seed import id_of, sow
from servicedesk_xero.sandbox.settling import Settling
from servicedesk_xero.sandbox.wire.answers import Row, envelope, invalid, malformed, not_found, shown, unauthorized
from servicedesk_xero.sandbox.wire.limits import Limits
from servicedesk_xero.sandbox.wire.lists import listed
from servicedesk_xero.sandbox.wire.markup import body_of, in_xml

_NAMES: Final = ("Example Services", "Example Holdings", "Example Trust")
_LONGEST_KEY: Final = 128
_ALIASES: Final = {"Organisations": "Organisation"}
_WRITTEN: Final = frozenset({"Contacts", "CreditNotes", "Invoices", "Items", "Payments"})


@dataclass(slots=True)
class Tenant:
    """One organisation: its books and who keeps them."""

    books: Books
    catalogue: Catalogue
    documents: Documents
    settling: Settling
    limits: Limits


class Sandbox(StandIn):
    """A stand-in of Xero; the instance is the ASGI application.

    Args:
        options: Credentials and habits.

    Attributes:
        kinds: ``tax_off``: the next new document has another tax; ``more`` says by how much (``by``).
        most_a_page: How many records a page has at most, whatever is asked for.
    """

    kinds = frozenset({"tax_off"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it: a custom one, which needs no person in a browser."""
        return {
            "url": url,
            "app": "custom",
            "login_url": f"{url}/identity/connect/authorize",
            "token_url": f"{url}/connect/token",
            "client_id": self.options.client_id,
            "client_secret": self.options.client_secret,
            "webhook_key": self.options.webhook_key,
        }

    def seed(self) -> None:
        """Begin with the books of a small provider, or with those that are kept."""
        names = [f"{name}" for name in _NAMES[: max(1, self.options.organisations)]]
        self.tenants: dict[str, Tenant] = {}
        for name in names:
            books = Books(self.shelf, id_of("Tenant", name), self.clock.now)
            catalogue = Catalogue(books)
            documents = Documents(books, catalogue)
            limits = Limits(self.options)
            tenant = Tenant(books, catalogue, documents, Settling(books, documents), limits)
            self.tenants[id_of("Tenant", name)] = tenant
            if not books.all("Organisation"):
                sow(books, name, self.clock.now(), self.options.more_invoices)
        self.identity = Identity(self.shelf, self.options, [(id_of("Tenant", name), name) for name in names])
        self.most_a_page: int | None = None

    @property
    def first(self) -> Tenant:
        """The first organisation, which is that of a custom connection."""
        return next(iter(self.tenants.values()))

    def live(self) -> dict[str, int]:
        """Count what there is; nothing happens by itself."""
        return {kind: len(self.first.books.all(kind)) for kind in ("Invoices", "CreditNotes", "Payments")}

    def routes(self) -> dict[str, Callable[[Any], Any]]:
        """Return what else it can be told."""
        return {
            "POST lock": lambda body: self._set("PeriodLockDate", body["date"]),
            "POST merge": lambda body: shown(self.first.catalogue.merge(body["from"], body["into"])),
            "POST archive": lambda body: shown(self.first.catalogue.archive(body["contact"])),
            "POST pay": lambda body: shown(self.first.settling.paid(body)),
            "POST revoke": lambda _: {"revoked": self.identity.revoke_all()},
        }

    def name_of(self, request: Request) -> str:
        """Return the operation that a call belongs to: verb, part and what hangs below one record."""
        parts = [part for part in request.segments if part not in {"api.xro", "2.0", "connect"}]
        return f"{request.method} {parts[0] if parts else ''}{''.join(f'/{part}' for part in parts[2:])}"

    def intervene(self, fault: Fault, request: Request) -> Response | None:
        """Let the tax engine be off."""
        del request
        for tenant in self.tenants.values():
            tenant.documents.tax_is_off_by = Decimal(str(fault.more.get("by", "0.01")))
        return None

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        now = self.clock.now()
        match request.method, *(part.lower() for part in request.segments):
            case "GET", "identity", "connect", "authorize":
                return self.identity.authorize(request)
            case "POST", "connect", "token":
                return self.identity.token(request, now)
            case "POST", "connect", "revocation":
                return self.identity.revoke(request)
            case "GET", "connections":
                self.identity.checked(request, now)
                return json_response(self.identity.connections(now))
            case "DELETE", "connections", ref:
                self.identity.checked(request, now)
                return self.identity.disconnect(ref, now)
            case _, "api.xro", "2.0", _, *_:
                return self._accounting(request)
            case _:
                raise not_found()

    def _accounting(self, request: Request) -> Response:
        now = self.clock.now()
        token = self.identity.checked(request, now)
        tenant = self._tenant(request, token)
        refused = tenant.limits.refused(now, self._calls_open)
        if refused is not None:
            return refused
        part, *below = request.segments[2:]
        part = _ALIASES.get(part, part)
        self.identity.scoped(token, part, request.method)
        try:
            if part not in KEYS:
                raise not_found()
            response = self._kept(tenant, part, below, request)
        except Refusal as refusal:
            response = refusal.response
        if response.content_type == JSON and "json" not in request.headers.get("accept", ""):
            response = in_xml(response, orjson.loads(response.body))
        response.headers = {**response.headers, **tenant.limits.told(now)}
        return response

    def _tenant(self, request: Request, token: Row) -> Tenant:
        told = request.headers.get("xero-tenant-id")
        if token["custom"] and told is None:
            return self.first
        reached = {one["tenantId"] for one in self.identity.connections(self.clock.now())}
        if told is None or told not in reached or (token["custom"] and self.tenants[told] is not self.first):
            raise unauthorized("AuthenticationUnsuccessful", 403)
        return self.tenants[told]

    def _kept(self, tenant: Tenant, part: str, below: list[str], request: Request) -> Response:
        """Answer a call of the books; a key that was used before gets the answer of then."""
        key = request.headers.get("idempotency-key")
        if request.method == "GET" or key is None:
            return self._of_books(tenant, part, below, request)
        if len(key) > _LONGEST_KEY:
            raise malformed("ValidationException", "The Idempotency-Key must not be longer than 128 characters")
        asked = hashlib.sha256(f"{request.method} {request.path}".encode() + request.body).hexdigest()
        kept = self.shelf.get("idempotency", key)
        if kept is not None:
            if kept["asked"] != asked:
                raise malformed("ValidationException", "The Idempotency-Key was used with another request")
            return Response(kept["status"], str(kept["body"]).encode())
        response = self._of_books(tenant, part, below, request)
        if response.status < 400:  # noqa: PLR2004  # a success
            told = {"asked": asked, "status": response.status, "body": response.body.decode()}
            self.shelf.put("idempotency", key, told)
        return response

    def _of_books(self, tenant: Tenant, part: str, below: list[str], request: Request) -> Response:
        now = self.clock.now()
        match request.method, *below:
            case ("GET",):
                return listed(tenant.books, part, request, now, self.most_a_page)
            case "GET", ref:
                row = tenant.books.get(part, ref) or (tenant.books.find(part, "Code", ref) if part == "Items" else None)
                if row is None:
                    raise not_found()
                return envelope(now, part, [row])
            case "PUT", ref, "Allocations" if part == "CreditNotes":
                return self._each(tenant, "Allocations", request, lambda one: tenant.settling.allocated(ref, one))
            case "POST", ref if part == "Payments":
                return self._each(tenant, part, request, lambda one: tenant.settling.taken_back(ref, one))
            case (("PUT" | "POST"), *refs) if part in _WRITTEN and len(refs) <= 1:
                named = refs[0] if refs else None
                return self._each(tenant, part, request, self._writer(tenant, part, named, request))
            case _:
                raise not_found()

    def _writer(self, tenant: Tenant, part: str, ref: str | None, request: Request) -> Callable[[Row], Row]:
        only_new = request.method == "PUT"
        places = places_of(request.param("unitdp"))
        if part == "Payments":
            return tenant.settling.paid

        def save(sent: Row) -> Row:
            if part in SORTS:
                row = tenant.documents.saved(SORTS[part], sent, ref, only_new=only_new, places=places)
            elif part == "Contacts":
                row = tenant.catalogue.contact(sent, ref, only_new=only_new)
            else:
                row = tenant.catalogue.item(sent, ref, only_new=only_new)
            return tenant.books.put(part, row)

        return save

    def _each(self, tenant: Tenant, part: str, request: Request, save: Callable[[Row], Row]) -> Response:
        """Save each record of an envelope; what is wrong with one is said beside it, or refuses the call."""
        body = body_of(request, part)
        given = body.get(part) if isinstance(body, dict) and part in body else [body]
        if not isinstance(given, list) or not all(isinstance(one, dict) and one for one in given):
            raise malformed("PostDataInvalidException", f"No {part} were found in the body", 17)
        told: list[Row] = []
        for one in given:
            try:
                row = save(one)
            except Invalid as wrong:
                errors = [{"Message": message} for message in wrong.messages]
                told.append({**one, "HasErrors": True, "StatusAttributeString": "ERROR", "ValidationErrors": errors})
            else:
                tenant.books.changes += 1
                told.append({**row, "StatusAttributeString": "OK"})
        wrong_ones = [one for one in told if one["StatusAttributeString"] == "ERROR"]
        if wrong_ones and (request.param("summarizeErrors") or "").lower() != "false":
            return invalid(wrong_ones)
        return envelope(self.clock.now(), part, told)

    def _set(self, name: str, value: str) -> dict[str, str]:
        self.first.books.put("Organisation", {**self.first.books.organisation(), name: value})
        return {name: value}
