"""The vendor's interface: one ClientID, several interfaces below one version, errors that call themselves successes."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from servicedesk_core.sandboxing import Request, Response, VendorClock, json_response
from servicedesk_lenovo.sandbox.cases import Cases
from servicedesk_lenovo.sandbox.fleet import CODES, PARTS, PRODUCTS, Fleet, parts_of
from servicedesk_lenovo.sandbox.options import SandboxOptions
from servicedesk_lenovo.sandbox.products import products_of

_MACHINE_TYPE = 4
"""Characters of the shortest name of a product."""
_DENIED = {"Message": "Authorization has been denied for this request."}
_NOT_FOUND = {"Error": {"Code": 100, "Message": "Warranty data is not found"}}
_AMBIGUOUS = {"Error": {"Code": 101, "Message": "Multiple machines found. Please specify machine type."}}
_ROLE_OF = {
    "product": "content",
    "warranty": "warranty",
    "part": "part",
    "case": "case",
    "servicerequests": "support",
    "serviceorders": "support",
}


class Vendor:
    """Answers calls below `/v2.5`.

    Args:
        options: Credentials, limits and fleet.
        cases: The cases that there are.
        clock: The time.
    """

    def __init__(self, options: SandboxOptions, cases: Cases, clock: VendorClock) -> None:
        self.options = options
        self.clock = clock
        self.fleet = Fleet(options, self.clock.now())
        self.cases = cases
        self.left = options.requests_allowed
        self._order = random.Random(options.seed)  # noqa: S311  the order of lists protects nothing

    def handle(self, request: Request) -> Response:
        """Answer one call; letters of the path match in any case."""
        version, *rest = (segment.lower() for segment in request.segments) if request.segments else ("",)
        if version != "v2.5" or not rest or rest[0] not in _ROLE_OF:
            return json_response({"Message": "No HTTP resource was found that matches the request URI."}, 404)
        if request.headers.get("clientid") != self.options.client_id:
            return json_response(_DENIED, 401)
        if self.left is not None:
            if self.left <= 0:
                return json_response({"Message": "Request was throttled."}, self.options.throttle_status)
            self.left -= 1
        if _ROLE_OF[rest[0]] not in self.options.roles:
            return json_response(_DENIED, self.options.without_role)
        names = request.segments[2:]
        routes: dict[tuple[str, str], Callable[[Request, tuple[str, ...]], Response]] = {
            ("GET", "product"): self._product,
            ("POST", "product"): self._product,
            ("GET", "warranty"): self._warranty,
            ("POST", "warranty"): self._warranty,
            ("GET", "part"): self._part,
            ("GET", "case"): self._case,
            ("POST", "case"): self._open_case,
            ("GET", "servicerequests"): self._service_request,
            ("GET", "serviceorders"): self._service_orders,
        }
        answer = routes.get((request.method, rest[0]))
        if answer is None:
            return json_response({"Message": "The requested resource does not support this http method."}, 405)
        return answer(request, names)

    def _warranty(self, request: Request, names: tuple[str, ...]) -> Response:
        fields = request.form() if request.method == "POST" else _query(request)
        if fields is None:
            return json_response({"Message": "The request entity's media type is not supported."}, 415)
        codes = list(names) or _list(fields.get("id"))
        if codes:
            rows = [CODES[code] for code in codes if code in CODES]
            return json_response((rows[0] if rows else _NOT_FOUND) if len(codes) == 1 else self._shuffled(rows))
        return self._each(_list(fields.get("serial")), self.fleet.find)

    def _product(self, request: Request, names: tuple[str, ...]) -> Response:
        fields = request.form() if request.method == "POST" else _query(request)
        if fields is None:
            return json_response({"Message": "The request entity's media type is not supported."}, 415)
        asked = ["/".join(names)] if names else _list(fields.get("id")) or _list(fields.get("serial"))
        find = partial(products_of, fleet=self.fleet, with_cover="warranty" in self.options.roles)
        return self._each(asked, find)

    def _each(self, asked: list[str], find: Callable[[str], list[dict[str, Any]]]) -> Response:
        """One object for one name, a list for several; what stands for an unknown one in a list is an option."""
        if not asked or len(asked) > self.options.largest_batch:
            return json_response({"Message": "The request is invalid."}, 400)
        if len(asked) == 1:
            return json_response(_only(find(asked[0])))
        answers = [(name, _only(find(name))) for name in asked]
        way = self.options.unknown_in_batch
        if way == "whole" and any("Error" in row for _, row in answers):
            return json_response(next(row for _, row in answers if "Error" in row))
        if way == "omit":
            answers = [(name, row) for name, row in answers if "Error" not in row]
        if way == "row":
            answers = [(name, {"Serial": name} | row if "Error" in row else row) for name, row in answers]
        return json_response(self._shuffled([row for _, row in answers]))

    def _part(self, request: Request, names: tuple[str, ...]) -> Response:
        numbers = list(names) or _list(request.param("id"))
        if numbers:
            rows = [PARTS[number] for number in numbers if number in PARTS]
            return json_response((rows[0] if rows else _NOT_FOUND) if len(numbers) == 1 else self._shuffled(rows))
        product = request.param("product")
        if product is not None:  # what was built in is known of a machine only
            known = any(one.startswith(product.upper()) for one in PRODUCTS) and len(product) >= _MACHINE_TYPE
            rows = parts_of({"Product": product.upper()}) if known else []
            return json_response([row for row in rows if row["Level"] != "SERIAL"] or _NOT_FOUND)
        found = self.fleet.find(request.param("serial") or "")
        if len(found) != 1:
            return json_response(_AMBIGUOUS if found else _NOT_FOUND)
        return json_response(parts_of(found[0]))

    def _case(self, request: Request, names: tuple[str, ...]) -> Response:
        numbers = list(names) or _list(request.param("id"))
        if numbers:
            found = [case.record for number in numbers if (case := self.cases.get(number))]
            if len(numbers) == 1:
                return json_response(found[0] if found else {"Error": {"Code": 100, "Message": "Case is not found"}})
            return json_response(self._shuffled(found))
        machines = self.fleet.find(request.param("serial") or "")
        if len(machines) != 1:
            return json_response(_AMBIGUOUS if machines else [])
        since = _since(request.param("updated")) or self.clock.now() - timedelta(days=30)
        found = self.cases.search(
            machines[0]["Serial"],
            status=(request.param("status") or "Open"),
            kind=request.param("type"),
            since=since,
        )
        return json_response(self._shuffled(found))

    def _open_case(self, request: Request, _: tuple[str, ...]) -> Response:
        try:
            body = orjson.loads(request.body)
            serial, problem = body["Product"]["Serial"], body["Problem"]
            complete = bool(serial and problem and body["Customer"]["Email"])
        except (ValueError, TypeError, KeyError):
            complete = False
        if not complete or len(problem) > self.options.longest_problem:
            return json_response({"Message": "The request is invalid."}, 400)
        machine_type = body["Product"].get("Type")
        machines = self.fleet.find(f"{serial}.{machine_type}" if machine_type else serial)
        if len(machines) != 1:
            return json_response(_AMBIGUOUS if machines else _NOT_FOUND)
        self.cases.open(body, machines[0], self.clock.now(), polls=self.options.polls_until_visible)
        return Response(200)

    def _service_request(self, _: Request, names: tuple[str, ...]) -> Response:
        case = self.cases.get(names[0]) if len(names) == 2 else None  # noqa: PLR2004  an id and a serial number
        if case is None or case.record["Product"]["Serial"] != names[1].upper():
            return json_response(_NOT_FOUND)
        return json_response({"ID": case.record["ID"], "Status": case.record["Status"]})

    def _service_orders(self, _: Request, names: tuple[str, ...]) -> Response:
        serial = names[0].upper() if names else ""
        orders = [
            order for case in self.cases.cases if case.record["Product"]["Serial"] == serial for order in case.orders
        ]
        return json_response(orders)

    def _shuffled(self, rows: list[Any]) -> list[Any]:
        return self._order.sample(rows, len(rows))


def _only(found: list[dict[str, Any]]) -> dict[str, Any]:
    if len(found) == 1:
        return found[0]
    return _AMBIGUOUS if found else _NOT_FOUND


def _query(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.params}


def _list(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _since(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
