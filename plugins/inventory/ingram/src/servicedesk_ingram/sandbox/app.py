"""The stand-in: tokens by GET, required fields of every call, and returns."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from servicedesk_core.sandboxing import Refusal, Request, Response, StandIn, json_response
from servicedesk_core.sandboxing.tokens import ClientCredentials
from servicedesk_ingram.sandbox.claims import REASON, Returns
from servicedesk_ingram.sandbox.options import SandboxOptions
from servicedesk_ingram.sandbox.search import RefusedSearchError, search

_ROOT = ("resellers", "v6", "returns")
_NEEDED = ("invoiceNumber", "invoiceDate", "quantity", "primaryReason", "secondaryReason", "numberOfBoxes")
_NEEDED_FROM = ("companyName", "contact", "addressLine1", "city", "state", "postalCode", "countryCode", "email")
_LONGEST_NUMBER = 32
_HEADERS = {"im-customernumber": "IM-CustomerNumber", "im-countrycode": "IM-CountryCode"}


class Sandbox(StandIn):
    """A stand-in of the Reseller API's returns; the instance is the ASGI application.

    Args:
        options: Credentials and habits.
    """

    kinds = frozenset({"no_number"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {
            "url": url,
            "client_id": self.options.client_id,
            "client_secret": self.options.client_secret,
            "customer_number": self.options.customer_number,
            "country_code": self.options.country_code,
        }

    def seed(self) -> None:
        """Begin without tokens, and with the returns that are kept."""
        self.tokens = ClientCredentials(
            self.options.client_id, self.options.client_secret, self.options.token_lifetime_s
        )
        self.returns = Returns(self.shelf)
        self.correlations: set[str] = set()

    def live(self) -> dict[str, int]:
        """Count the returns: they are approved after a day and credited after eight."""
        return {"returns": len(self.returns.by_number)}

    def routes(self) -> dict[str, Callable[[Any], Any]]:
        """Return what else it can be told."""
        return {
            "POST say": lambda body: {"done": self.returns.say(body["number"], body["status"], body.get("details"))},
        }

    def name_of(self, request: Request) -> str:
        """Return the operation that a call belongs to."""
        last = request.segments[-1] if request.segments else ""
        return f"{request.method} {last if last in {'create', 'search', 'token'} else 'details'}"

    def spoil(self, fault: Any, response: Response) -> Response:
        """Accept a return and do not say its number."""
        del fault, response
        return json_response({"returnsClaims": []})

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        if request.segments[-1:] == ("token",):
            return self._token(request)
        self._check_call(request)
        place = request.segments[:-1], request.method
        last = request.segments[-1] if request.segments else ""
        if place == (_ROOT, "POST") and last == "create":
            return self._create(request.json())
        if place == (_ROOT, "GET") and last == "search":
            return self._search(dict(request.params))
        if place == (_ROOT, "GET"):
            return self._details(last)
        raise Refusal(json_response({"errors": []}, 404))

    def _token(self, request: Request) -> Response:
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.options.client_id,
            "client_secret": self.options.client_secret,
        }
        if request.method != "GET" or dict(request.params) != wanted:
            return json_response({"ErrorCode": "invalid_request", "Error": "invalid credentials"}, 401)
        token = self.tokens.issue(self.clock.now())
        lifetime = str(int(self.options.token_lifetime_s))
        return json_response({"access_token": token, "token_type": "Bearer", "expires_in": lifetime})

    def _check_call(self, request: Request) -> None:
        if not self.tokens.is_good(request, self.clock.now()):
            raise Refusal(json_response({"fault": {"faultstring": "Invalid Access Token"}}, 401))
        right = {"im-customernumber": self.options.customer_number, "im-countrycode": self.options.country_code}
        wrong = [(_HEADERS[name], value) for name, value in right.items() if request.headers.get(name) != value]
        if wrong:
            fields = [{"field": name, "message": f"Invalid {name[3:]}", "value": ""} for name, _ in wrong]
            raise Refusal(_invalid(fields))
        number = request.headers.get("im-correlationid", "")
        if not number or len(number) > _LONGEST_NUMBER or number in self.correlations:
            raise Refusal(
                _invalid([{"field": "IM-CorrelationID", "message": "Invalid CorrelationID", "value": number}])
            )
        self.correlations.add(number)

    def _create(self, body: Any) -> Response:
        items = body.get("list") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            return _invalid([{"field": "list", "message": "Missing", "value": ""}])
        if problems := [problem for item in items for problem in self._problems(item)]:
            return _invalid(problems)
        opened = [self.returns.open(item, self.clock.now()) for item in items]
        return json_response({"returnsClaims": [self._created(one) for one in opened]})

    def _created(self, one: Any) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "rmaClaimId": "",
            "caseRequestNumber": one.number,
            "referenceNumber": one.item.get("referenceNumber", ""),
            "createdOn": now.date().isoformat(),
            "type": "CLAIM",
            "returnReason": REASON,
            "ingramPartNumber": one.item.get("ingramPartNumber", ""),
            "vendorPartNumber": one.item.get("vendorPartNumber", ""),
            "quantity": one.item["quantity"],
            "notes": one.item.get("notes", ""),
            "estimatedTotalValue": one.total(),
            "credit": None,
            "status": one.status(now),
            "links": one.links(),
        }

    def _problems(self, item: dict[str, Any]) -> list[dict[str, str]]:
        missing = [name for name in _NEEDED if item.get(name) in (None, "")]
        if not item.get("ingramPartNumber") and not item.get("vendorPartNumber"):
            missing.append("ingramPartNumber")
        sender = item.get("shipFromInfo")
        as_list = isinstance(sender, list)
        if as_list is not self.options.shipped_as_list:
            missing.append("shipFromInfo")
        else:
            place = (sender[0] if sender else {}) if as_list else (sender or {})
            missing += [f"shipFromInfo.{name}" for name in _NEEDED_FROM if not place.get(name)]
        return [{"field": name, "message": "Required", "value": ""} for name in missing]

    def _search(self, wanted: dict[str, str]) -> Response:
        try:
            rows, page, size = search(reversed(self.returns.by_number.values()), wanted, self.clock.now())
        except RefusedSearchError as error:
            return _invalid([{"field": str(error), "message": "Invalid", "value": wanted[str(error)]}])

        def place(number: int) -> str:
            return f"/resellers/v6/returns/search?{urlencode({**wanted, 'page': str(number)})}"

        return json_response(
            {
                "recordsFound": len(rows),
                "pageSize": size,
                "pageNumber": page,
                "returnsClaims": rows[(page - 1) * size : page * size],
                "nextPage": place(page + 1) if len(rows) > page * size else None,
                "previousPage": place(page - 1) if page > 1 else None,
            }
        )

    def _details(self, number: str) -> Response:
        found = self.returns.by_number.get(number)
        if found is None:
            return json_response({"errors": [{"traceid": "1", "type": "/errors/not-found", "fields": []}]}, 404)
        return json_response(found.shown(self.clock.now()))


def _invalid(fields: list[dict[str, str]]) -> Response:
    error = {"traceid": "1", "type": "/errors/validation-failed", "fields": fields}
    return json_response({"errors": [error]}, 400)
