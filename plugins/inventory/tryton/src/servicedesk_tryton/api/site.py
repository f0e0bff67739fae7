"""What is the same for every question to an installation: company, currency, modules, places of the stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_core.errors import PermissionDeniedError
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.wire import Row, key, part, text
from servicedesk_tryton.settings import TrytonSettings

ORDER_POINT, LOT, SUPPLIER = "stock.order_point", "stock.lot", "purchase.product_supplier"
PURCHASE, INVOICE = "purchase.purchase", "account.invoice"
_OPTIONAL: Final = (ORDER_POINT, LOT, SUPPLIER, PURCHASE, INVOICE)
_PLACES: Final = ("storage", "warehouse", "view")


@dataclass(frozen=True, slots=True)
class Company:
    """The company whose stock it is.

    Attributes:
        id: Its id.
        name: Its name.
        currency: Code of its currency; costs are in it.
        context: What every call says: company, language, and that what is archived is wanted too.
        models: Those of modules that not every installation has.
    """

    id: int
    name: str
    currency: str | None
    context: Mapping[str, Any]
    models: frozenset[str]


class Site:
    """One company in one database; looked up once while the connection is open.

    Args:
        api: The interface.
        settings: Of the connection.
    """

    def __init__(self, api: Api, settings: TrytonSettings) -> None:
        self._api = api
        self._settings = settings
        self._company: Company | None = None

    async def company(self) -> Company:
        """Return the company.

        Raises:
            PermissionDeniedError: The user has none, or not this one.
            ConnectorError: The server could not be asked.
        """
        if self._company is None:
            self._company = await self._ask()
        return self._company

    async def places(self) -> dict[int, str]:
        """Return the places of stock by id, in that order: storage below a warehouse, but not where taken parts are.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self.company()
        fields = ("name", "type", "parent")
        rows = await self._api.rows("stock.location", [["type", "in", list(_PLACES)]], fields, company.context)
        by_id = {ref: row for row in rows if (ref := key(row.get("id"))) is not None}
        within = {ref: _above(ref, by_id) for ref, row in by_id.items() if row.get("type") == "storage"}
        shown = {
            ref: path
            for ref, path in within.items()
            if any(by_id[one].get("type") == "warehouse" for one in path) and self._settings.taken_to not in path
        }
        names = {ref: text(by_id[ref].get("name")) or str(ref) for ref in shown}
        called = list(names.values())
        # A name that two places share is told with all that it lies in.
        return {
            ref: name if called.count(name) == 1 else "/".join(str(by_id[one].get("name")) for one in shown[ref])
            for ref, name in names.items()
        }

    async def _ask(self) -> Company:
        own = await self._api.read("res.user.get_preferences", True)  # noqa: FBT003  # only what calls need
        said = own if isinstance(own, Mapping) else {}
        ref = self._settings.company or key(said.get("company"))
        if ref is None:
            raise PermissionDeniedError(
                "The user of the connection belongs to no company.", hint="Give it one in Tryton, or set company."
            )
        context: dict[str, Any] = {"company": ref, "companies": [ref], "active_test": False}
        if language := self._settings.language or text(said.get("language")):
            context["language"] = language
        names = ("rec_name", "currency.code")
        companies = await self._api.rows("company.company", [["id", "=", ref]], names, context)
        if not companies:
            raise PermissionDeniedError(
                f"The user of the connection does not see company {ref}.",
                hint="Check company, and the user's companies.",
            )
        models = await self._api.rows("ir.model", [["name", "in", list(_OPTIONAL)]], ("name",), context)
        return Company(
            id=ref,
            name=text(companies[0].get("rec_name")) or str(ref),
            currency=text(part(companies[0], "currency").get("code")),
            context=context,
            models=frozenset(str(row.get("name")) for row in models),
        )


def _above(ref: int, by_id: Mapping[int, Row]) -> tuple[int, ...]:
    """Return a place with all that it lies in, the outermost first."""
    path: list[int] = []
    at: int | None = ref
    while at is not None and at in by_id and at not in path:
        path.append(at)
        at = key(by_id[at].get("parent"))
    return tuple(reversed(path))
