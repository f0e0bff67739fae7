"""The stand-in: tokens by GET, required fields of every call, and the parts of the interface behind them."""

from collections.abc import Callable
from typing import Any

from servicedesk_core.sandboxing import Refusal, Request, Response, StandIn, json_response
from servicedesk_core.sandboxing.tokens import ClientCredentials
from servicedesk_ingram.sandbox import ordering, placing, returning
from servicedesk_ingram.sandbox.answers import invalid
from servicedesk_ingram.sandbox.catalogue import Catalogue
from servicedesk_ingram.sandbox.options import SandboxOptions
from servicedesk_ingram.sandbox.orders import Orders
from servicedesk_ingram.sandbox.products import Products
from servicedesk_ingram.sandbox.returns import Returns

_LONGEST_NUMBER = 32
_LARGEST_PAGE = 100
_NAMED = frozenset({"catalog", "create", "orders", "priceandavailability", "search", "token"})
_HEADERS = {"im-customernumber": "IM-CustomerNumber", "im-countrycode": "IM-CountryCode"}


class Sandbox(StandIn):
    """A stand-in of the Reseller API: catalogue, orders and returns; the instance is the ASGI application.

    Args:
        options: Credentials and habits.

    Attributes:
        most_orders_a_page: How many orders a page of a search has at most, whatever is asked for.
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
        """Begin without tokens, and with what is kept."""
        self.tokens = ClientCredentials(
            self.options.client_id, self.options.client_secret, self.options.token_lifetime_s
        )
        self.returns = Returns(self.shelf)
        self.orders = Orders(self.shelf)
        self.products = Products(self.shelf)
        if not self.products.all():
            self.products.seed(self.clock.now(), self.options.more_products)
        self.catalogue = Catalogue(
            self.products, finds_any_spelling=self.options.finds_any_spelling, is_drifting=self.options.drifts
        )
        self.correlations: set[str] = set()
        self.most_orders_a_page = _LARGEST_PAGE

    def live(self) -> dict[str, int]:
        """Count what goes on with time: returns are approved after a day, orders are shipped."""
        return {"orders": len(self.orders.all()), "returns": len(self.returns.by_number)}

    def routes(self) -> dict[str, Callable[[Any], Any]]:
        """Return what else it can be told."""
        return {
            "POST order": lambda body: {"done": self.orders.say(body["number"], body["status"])},
            "POST say": lambda body: {"done": self.returns.say(body["number"], body["status"], body.get("details"))},
        }

    def name_of(self, request: Request) -> str:
        """Return the operation that a call belongs to."""
        last = request.segments[-1] if request.segments else ""
        of = "orders " if "orders" in request.segments and last != "orders" else ""
        return f"{request.method} {of}{last if last in _NAMED else 'details'}"

    def spoil(self, fault: Any, response: Response) -> Response:
        """Accept a return or an order, and do not say its number."""
        del fault, response
        return json_response({"returnsClaims": [], "orders": []})

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        if request.segments[-1:] == ("token",):
            return self._token(request)
        self._check_call(request)
        parts = {"catalog": self._of_catalogue, "orders": self._of_orders, "returns": self._of_returns}
        answered = next((part for name, part in parts.items() if name in request.segments[2:3]), None)
        return (answered or _unknown)(request)

    def _of_catalogue(self, request: Request) -> Response:
        match request.method, *request.segments[3:]:
            case ("GET",):
                return self.catalogue.search(request)
            case "POST", "priceandavailability":
                return self.catalogue.prices(request)
            case _:
                return _unknown(request)

    def _of_orders(self, request: Request) -> Response:
        match request.method, *request.segments[1:]:
            case "POST", "v6", "orders":
                return self._place(request.json())
            case "GET", "v6", "orders", "search":
                return ordering.search(self.orders, request, self.clock.now(), self.most_orders_a_page)
            case "GET", "v6.1", "orders", number:
                return ordering.details(self.orders, number, self.clock.now())
            case "DELETE", "v6", "orders", number:
                return ordering.cancel(self.orders, number)
            case _:
                return _unknown(request)

    def _of_returns(self, request: Request) -> Response:
        now = self.clock.now()
        match request.method, *request.segments[3:]:
            case "POST", "create":
                as_list = self.options.shipped_as_list
                return returning.create(self.returns, request.json(), now, shipped_as_list=as_list)
            case "GET", "search":
                return returning.find(self.returns, dict(request.params), now)
            case "GET", number:
                return returning.details(self.returns, number, now)
            case _:
                return _unknown(request)

    def _place(self, body: Any) -> Response:
        habits = {"splits": self.options.splits_orders, "holds": self.options.holds_orders}
        return placing.place(self.orders, self.products, body, self.clock.now(), **habits)

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
            raise Refusal(invalid(*((name, f"Invalid {name[3:]}") for name, _ in wrong)))
        number = request.headers.get("im-correlationid", "")
        if not number or len(number) > _LONGEST_NUMBER or number in self.correlations:
            raise Refusal(invalid(("IM-CorrelationID", "Invalid CorrelationID"), value=number))
        self.correlations.add(number)


def _unknown(request: Request) -> Response:
    return json_response({"fault": {"faultstring": f"Unable to identify proxy for url: {request.path}"}}, 404)
