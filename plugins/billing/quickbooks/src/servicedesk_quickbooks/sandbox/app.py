"""The stand-in: who asks, how often, for what."""

from collections import deque
from datetime import timedelta
from typing import Any

import orjson

from servicedesk_core.sandboxing import Refusal, Request, Response, StandIn
from servicedesk_quickbooks.sandbox.answers import answer, fault, unauthorized
from servicedesk_quickbooks.sandbox.books import Books
from servicedesk_quickbooks.sandbox.changes import changed
from servicedesk_quickbooks.sandbox.log_in import PATHS, LogIn
from servicedesk_quickbooks.sandbox.options import SandboxOptions
from servicedesk_quickbooks.sandbox.queries import read
from servicedesk_quickbooks.sandbox.records import BY_PATH, Records
from servicedesk_quickbooks.sandbox.seed import RATES, fill

_LONGEST_REQUEST_ID = 50
_MOST_OF_A_BATCH = 30


class Sandbox(StandIn):
    """A stand-in of QuickBooks Online; the instance is the ASGI application.

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
        """Return the settings of a connection to it."""
        return {
            "client_id": self.options.client_id,
            "client_secret": self.options.client_secret,
            "realm_id": self.options.realm_id,
            "redirect_uri": "http://127.0.0.1:8765/callback",
            "verifier_token": self.options.verifier_token,
            "url": url,
            "authorize_url": f"{url}{PATHS['authorization_endpoint']}",
            "token_url": f"{url}{PATHS['token_endpoint']}",
        }

    def seed(self) -> None:
        """Begin with what is kept, or with a small company."""
        self.most_a_page = None
        self._asked: deque[Any] = deque()
        self.log_in = LogIn(self.shelf, self.clock_now, self.options)
        self.records = Records(self.shelf, self.clock_now)
        self.books = Books(self.records, self.shelf, self.options)
        if not self.records.all("CompanyInfo"):
            fill(self.records, self.options)

    def clock_now(self) -> Any:
        """Return the vendor's present instant, also after the clock was set anew."""
        return self.clock.now()

    def name_of(self, request: Request) -> str:
        """Return the operation that a call belongs to."""
        words = ("{id}" if part.isdigit() else part for part in request.segments)
        return " ".join(filter(None, [f"{request.method} /{'/'.join(words)}", request.param("operation")]))

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        if (of_log_in := self.log_in.answer(request)) is not None:
            return of_log_in
        if request.segments[:2] != ("v3", "company") or len(request.segments) < 4:  # noqa: PLR2004 - realm and operation
            return Response(404, b"<h1>Not Found</h1>", "text/html; charset=utf-8")
        self.log_in.check(request)
        if request.segments[2] != self.options.realm_id:
            raise unauthorized("3100", "ApplicationAuthorizationFailed", 403)
        self._throttle()
        played = self._company(request, request.segments[3:])
        if "json" not in request.headers.get("accept", "").lower():
            return Response(played.status, b'<?xml version="1.0"?><IntuitResponse/>', "application/xml")
        played.headers["intuit_tid"] = f"1-{len(self._asked):08x}"
        return played

    def _throttle(self) -> None:
        now = self.clock.now()
        while self._asked and self._asked[0] <= now - timedelta(seconds=60):
            self._asked.popleft()
        if len(self._asked) >= self.options.requests_per_minute or self._calls_open > self.options.at_once:
            raise fault("3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429", status=429)
        self._asked.append(now)

    def _company(self, request: Request, rest: tuple[str, ...]) -> Response:
        match rest:
            case ("query" | "cdc" | "batch" as act,):
                return answer(self._asked_of_all(request, act))
            case ("exchangerate",) if request.method == "GET":
                return answer(self._rate(request.param("sourcecurrencycode") or "", request.param("asofdate") or ""))
            case ("preferences",) | ("companyinfo", _):
                entity = BY_PATH[rest[0]]
                return answer({entity: self.records.known(entity, "1"), "time": self.records.stamp()})
            case (name,) if name in BY_PATH and request.method == "POST":
                return answer(self._act(request, BY_PATH[name]))
            case ("invoice" | "estimate" | "salesreceipt" as name, ref, "send") if request.method == "POST":
                return answer(self._mail(BY_PATH[name], ref, request.param("sendTo")))
            case (name, ref) if name in BY_PATH and request.method == "GET":
                row = self.records.known(BY_PATH[name], ref)
                return answer({BY_PATH[name]: row, "time": self.records.stamp()})
        raise fault("500", f"Unsupported Operation : {request.method} {request.path}")

    def _asked_of_all(self, request: Request, act: str) -> dict[str, Any]:
        if act == "batch":
            return self._batch(_json(request))
        if act == "query":
            posted = request.body.decode("utf-8", "replace") if request.method == "POST" else None
            return self._query(posted or request.param("query") or "")
        told = request.param("entities") or "", request.param("changedSince") or ""
        return changed(self.records, *told, self.clock.now())

    def _act(self, request: Request, entity: str) -> dict[str, Any]:
        request_id = request.param("requestid")
        if request_id is not None and len(request_id) > _LONGEST_REQUEST_ID:
            raise fault("2050", f"requestid: Max:{_LONGEST_REQUEST_ID} supplied length {len(request_id)}")
        operation = request.param("operation") or ""
        if operation == "update" and request.param("include") == "void":
            operation = "void"
        return self.books.act(entity, _json(request), operation=operation, request_id=request_id)

    def _rate(self, code: str, day: str) -> dict[str, Any]:
        if code not in RATES:
            raise fault("610", f"Object Not Found : {code}")
        rate = {"SourceCurrencyCode": code, "TargetCurrencyCode": self.options.currency, "Rate": RATES[code]}
        return {"ExchangeRate": {**rate, "AsOfDate": day or self.records.today()}, "time": self.records.stamp()}

    def _mail(self, entity: str, ref: str, to: str | None) -> dict[str, Any]:
        """Keep that a document was mailed; nothing is."""
        row = self.records.known(entity, ref)
        address = {"BillEmail": {"Address": to}} if to else {}
        if not address and not row.get("BillEmail"):
            raise fault("2020", "Required parameter BillEmail is missing in the request", element="BillEmail")
        return {entity: self.records.change(entity, {**row, **address, "EmailStatus": "EmailSent"})}

    def _query(self, text: str) -> dict[str, Any]:
        query = read(text)
        rows = query.rows(self.records.all(query.entity))
        if query.counts:
            return {"QueryResponse": {"totalCount": len(rows)}, "time": self.records.stamp()}
        most = min(query.most, self.most_a_page or query.most)
        cut = rows[query.start - 1 :][:most]
        found = {query.entity: cut, "startPosition": query.start, "maxResults": len(cut)} if cut else {}
        return {"QueryResponse": found, "time": self.records.stamp()}

    def _batch(self, body: Any) -> dict[str, Any]:
        items = body.get("BatchItemRequest") if isinstance(body, dict) else None
        if not isinstance(items, list) or len(items) > _MOST_OF_A_BATCH:
            raise fault("2010", f"BatchItemRequest: {_MOST_OF_A_BATCH} at most")
        return {"BatchItemResponse": [self._of_batch(item) for item in items], "time": self.records.stamp()}

    def _of_batch(self, item: dict[str, Any]) -> dict[str, Any]:
        told = {"bId": item.get("bId")}
        try:
            if "Query" in item:
                return told | {"QueryResponse": self._query(item["Query"])["QueryResponse"]}
            entity = next(name for name in BY_PATH.values() if name in item)
            operation = str(item.get("operation", "")).replace("create", "").replace("update", "")
            made = self.books.act(entity, item[entity], operation=operation)
            return told | {entity: made[entity]}
        except Refusal as refusal:
            return told | {"Fault": orjson.loads(refusal.response.body)["Fault"]}


def _json(request: Request) -> Any:
    try:
        return request.json()
    except ValueError:
        raise fault("500", "Unsupported Operation : the body is no JSON") from None
