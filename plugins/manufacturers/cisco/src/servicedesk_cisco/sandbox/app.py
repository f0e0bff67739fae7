"""The stand-in: tokens, the gateway's habits, and the interfaces behind it."""

import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson

from servicedesk_cisco.sandbox import eox, fleet
from servicedesk_cisco.sandbox.options import SandboxOptions
from servicedesk_cisco.sandbox.orders import Orders
from servicedesk_core.sandboxing import (
    ClientCredentials,
    Fault,
    Refusal,
    Request,
    Response,
    StandIn,
    json_response,
)

MOST_SERIALS = 75
MOST_CASES = 30
MOST_USERS = 10
_EOX = ("supporttools", "eox", "rest", "5")


class Sandbox(StandIn):
    """A stand-in of Cisco's Support APIs; the instance is the ASGI application.

    Args:
        options: Credentials, limits and fleet.
    """

    kinds = frozenset({"missing", "doubled", "added"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now)
        self._places: dict[tuple[str, ...], Callable[[Request, list[str]], Response]] = {
            ("sn2info", "v2", "coverage", "summary", "serial_numbers"): self._summary,
            ("sn2info", "v2", "coverage", "summary", "instance_numbers"): self._instances,
            ("sn2info", "v2", "coverage", "status", "serial_numbers"): self._status,
            ("sn2info", "v2", "coverage", "owner_status", "serial_numbers"): self._status,
            ("sn2info", "v2", "identifiers", "orderable", "serial_numbers"): self._orderable,
            ("return", "v1.0", "returns", "rma_numbers"): self._rma,
            ("return", "v1.0", "returns", "users", "user_ids"): self._rmas_of_user,
            ("case", "v3", "cases", "case_ids"): self._cases,
            ("case", "v3", "cases", "details", "case_id"): self._case,
            ("case", "v3", "cases", "contracts", "contract_ids"): self._cases_of,
            ("case", "v3", "cases", "users", "user_ids"): self._cases_of,
        }
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {
            "url": url,
            "client_id": self.options.client_id,
            "client_secret": self.options.client_secret,
            "token_url": f"{url}/oauth2/default/v1/token",
        }

    def seed(self) -> None:
        """Begin without tokens and orders, and with the whole quota."""
        self.tokens = ClientCredentials(
            self.options.client_id, self.options.client_secret, self.options.token_lifetime_s
        )
        self.orders = Orders()
        self.left = self.options.requests_allowed

    def today(self) -> date:
        """Return the vendor's day."""
        return self.clock.now().date()

    def live(self) -> dict[str, int]:
        """Let parts be sent, come back, and RMAs be closed."""
        return self.orders.live(self.today())

    def routes(self) -> dict[str, Callable[[Any], Any]]:
        """Return what else it can be told."""
        return {
            "POST cases": lambda body: self.orders.open(body["serial"], self.today()),
            "POST say": lambda body: {"done": self.orders.say(str(body["number"]), str(body["word"]))},
        }

    def name_of(self, request: Request) -> str:
        """Return the interface that a call belongs to."""
        return f"{request.method} {request.segments[0] if request.segments else ''}"

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        if request.segments[-2:] == ("v1", "token"):
            return self._token(request)
        self._pass_gateway(request)
        if request.segments[: len(_EOX)] == _EOX:
            return self._eox(request)
        values = request.segments[-1].split(",") if request.segments else []
        place = self._places.get(request.segments[:-1])
        if place is None:
            return json_response({"error": "service not found"}, 596)
        return place(request, values)

    def spoil(self, fault: Fault, response: Response) -> Response:
        """Change the rows of a summary."""
        body = orjson.loads(response.body)
        rows = body.get("serial_numbers", [])
        if fault.kind == "missing":
            rows = rows[1:]
        elif fault.kind == "doubled":
            rows = [*rows, *rows]
        else:
            rows = [*rows, *({**row, "sr_no": "FOC0000NEW9"} for row in rows[:1])]
        return json_response({**body, "serial_numbers": rows})

    def _token(self, request: Request) -> Response:
        if not self.tokens.accepts(request):
            body = {"errorCode": "invalid_client", "errorSummary": "Invalid value for 'client_id' parameter."}
            return json_response({**body, "errorLink": "invalid_client", "errorId": "oae", "errorCauses": []}, 401)
        token = self.tokens.issue(self.clock.now())
        lifetime = int(self.options.token_lifetime_s)
        return json_response(
            {"token_type": "Bearer", "expires_in": lifetime, "access_token": token, "scope": "customscope"}
        )

    def _pass_gateway(self, request: Request) -> None:
        if not self.tokens.is_good(request, self.clock.now()):
            raise Refusal(json_response({"error": "invalid token"}, 401))
        if self.left is not None:
            if self.left <= 0:
                raise Refusal(json_response({}, 403, X_Mashery_Error_Code="ERR_403_DEVELOPER_OVER_QPS"))
            self.left -= 1
        if " " in request.path:
            raise Refusal(json_response({"error": "service not found"}, 596))

    def _rows(self, serials: Sequence[str]) -> list[dict[str, Any]]:
        today = self.today()
        rows: list[dict[str, Any]] = []
        for serial in serials:
            rows += fleet.known(serial, today, any_serial=self.options.any_serial) or [fleet.unknown(serial)]
        random.Random(self.options.seed).shuffle(rows)  # noqa: S311  # Cisco keeps no order; this is no secret
        return rows

    def _summary(self, request: Request, serials: list[str]) -> Response:
        _at_most(serials, MOST_SERIALS)
        return self._paged(request, self._rows(serials), "serial_numbers", "Serial Numbers")

    def _instances(self, request: Request, numbers: list[str]) -> Response:
        _at_most(numbers, MOST_SERIALS)
        rows = []
        for number in numbers:
            known = self._rows([fleet.INSTANCES[number]]) if number in fleet.INSTANCES else []
            unknown = {"instance_number": number, **fleet.error("NO_RECORDS_FOUND", "No records found.")}
            rows += [fleet.by_instance(number, row) for row in known] or [unknown]
        return self._paged(request, rows, "instance_numbers", "Instance Numbers")

    def _paged(self, request: Request, rows: list[dict[str, Any]], name: str, what: str) -> Response:
        size = self.options.page_records
        page, last = int(request.param("page_index") or 1), max(1, -(-len(rows) // size))
        shown = [{**row, "id": str(n + 1)} for n, row in enumerate(rows[(page - 1) * size : page * size])]
        return json_response(
            {
                "pagination_response_record": {
                    "page_index": page,
                    "last_index": last,
                    "page_records": len(shown),
                    "total_records": len(rows),
                    "self_link": f"https://api.cisco.com{request.path}?page_index={page}",
                    "title": f"Get Coverage Summary by {what} - SN2INFO API",
                },
                name: shown,
            }
        )

    def _status(self, request: Request, serials: list[str]) -> Response:
        _at_most(serials, MOST_SERIALS)
        owner = {"sr_no_owner": "YES"} if "owner_status" in request.segments else {}
        return json_response(
            {
                "serial_numbers": [
                    {
                        "sr_no": row["sr_no"],
                        "is_covered": row.get("is_covered", "NO"),
                        "coverage_end_date": row.get("covered_product_line_end_date", ""),
                        **owner,
                    }
                    for row in self._rows(serials)
                ]
            }
        )

    def _orderable(self, _: Request, serials: list[str]) -> Response:
        _at_most(serials, MOST_SERIALS)
        found = {serial: fleet.known(serial, self.today(), any_serial=self.options.any_serial) for serial in serials}
        return json_response(
            {
                "serial_numbers": [
                    {"sr_no": serial, "orderable_pid_list": fleet.pids_of(rows)}
                    if rows and "ErrorResponse" not in rows[0]
                    else fleet.unknown(serial)
                    for serial, rows in found.items()
                ]
            }
        )

    def _rma(self, _: Request, numbers: list[str]) -> Response:
        order = self.orders.orders.get(numbers[0]) if len(numbers) == 1 else None
        if order is None:
            return json_response({"APIError": {"Error": [{**_no_order(), "inputIdentifier": numbers[0]}]}})
        paging = {"pageIndex": "1", "lastIndex": "1", "totalRecords": "1", "pageRecords": "1"}
        return json_response({"APIPagination": paging, "returns": {"RmaRecord": [order.record()]}})

    def _rmas_of_user(self, _request: Request, _users: list[str]) -> Response:
        return json_response({"OrderList": {"APIError": {"Error": [_no_order()]}}})

    def _cases(self, _: Request, numbers: list[str]) -> Response:
        _at_most(numbers, MOST_CASES)
        found = [self.orders.cases[number] for number in numbers if number in self.orders.cases]
        if not found:
            raise _no_case()
        return json_response({"cases": found, "count": len(found)})

    def _case(self, _: Request, numbers: list[str]) -> Response:
        found = self.orders.cases.get(numbers[0]) if len(numbers) == 1 else None
        if found is None:
            raise _no_case()
        # The details leave out what only lists have.
        return json_response({name: value for name, value in found.items() if name != "status_flag"} | {"notes": []})

    def _cases_of(self, request: Request, owners: list[str]) -> Response:
        """Cases of contracts, or of users; nobody is named in a case here, so no user has any."""
        by_contract = "contracts" in request.segments
        _at_most(owners, MOST_SERIALS if by_contract else MOST_USERS)
        first, last = (request.param(f"date_created_{end}") for end in ("from", "to"))
        flag = request.param("status_flag")
        found = [
            case
            for case in self.orders.cases.values()
            if by_contract
            and case["contract_id"] in owners
            and (flag is None or case["status_flag"] == flag)
            and (first or "") <= case["creation_date"][:10] <= (last or "9")[:10]
        ]
        if not found:
            raise _no_case()
        return json_response({"cases": found, "count": len(found)})

    def _eox(self, request: Request) -> Response:
        body = eox.answer(request, request.segments[len(_EOX) :], self.today(), any_serial=self.options.any_serial)
        return json_response({"error": "service not found"}, 596) if body is None else json_response(body)


def _at_most(values: Sequence[str], most: int) -> None:
    if len(values) > most:
        raise Refusal(json_response(fleet.error("EXCEEDED_INPUTS", f"At most {most} inputs."), 400))


def _no_case() -> Refusal:
    code = {"errorCode": "CASE_NOTFOUND", "errorDescription": "Case not found."}
    return Refusal(json_response({"APIError": {"Error": [code]}}, 403))


def _no_order() -> dict[str, str]:
    words = "No order found for the given request."
    return {"errorCode": "SVO_NO_RECORDS", "errorDescription": words, "suggestedAction": words}
