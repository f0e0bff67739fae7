"""The catalogue: a search, and price and availability."""

import re
from typing import Any

from servicedesk_core.sandboxing import Request, Response, json_response
from servicedesk_ingram.sandbox.answers import failed, invalid
from servicedesk_ingram.sandbox.products import LOCATIONS, Product, Products

_MOST_PRICED = 50
_LARGEST_PAGE = 100
_NUMBERS = ("ingramPartNumber", "vendorPartNumber", "customerPartNumber", "upc")
_DRIFTED = {"serviceFees": [{"amount": "decimal", "currencyCode": "string"}], "bundlePartIndicator": "boolean"}


class Catalogue:
    """What can be looked up.

    Args:
        products: All products.
        finds_any_spelling: Whether the search finds a number that is spelt in another way.
        is_drifting: Whether answers have the other types of the definition's own examples.
    """

    def __init__(self, products: Products, *, finds_any_spelling: bool, is_drifting: bool) -> None:
        self.products = products
        self._finds_any_spelling = finds_any_spelling
        self._is_drifting = is_drifting

    def search(self, request: Request) -> Response:
        """Answer a search: all words must be in what describes a product."""
        size, page = request.param("pageSize") or "25", request.param("pageNumber") or "1"
        if not (size.isdecimal() and page.isdecimal() and 0 < int(size) <= _LARGEST_PAGE and int(page)):
            return invalid(("pageSize", "Invalid"), value=size)
        keywords = [value for name, value in request.params if name == "keyword"]
        found = [one for one in self.products.all() if all(self._is_found(one, word) for word in keywords)]
        if not found:
            return failed(404, "Validation error", "No Records Found")
        first = (int(page) - 1) * int(size)
        rows = [_listed(one) for one in found[first : first + int(size)]]
        place = f"/resellers/v6/catalog?pageSize={size}&pageNumber="
        return json_response(
            {
                "recordsFound": len(found),
                "pageSize": int(size),
                "pageNumber": int(page),
                "catalog": rows,
                "nextPage": f"{place}{int(page) + 1}" if len(found) > first + int(size) else "",
                "previousPage": f"{place}{int(page) - 1}" if int(page) > 1 else "",
            }
        )

    def _is_found(self, product: Product, keyword: str) -> bool:
        numbers = (product.number, product.vendor_number, product.upc)
        text = " ".join((product.description, product.vendor, *numbers)).casefold()
        if all(word in text for word in keyword.casefold().split()):
            return True
        return self._finds_any_spelling and any(_plain(keyword) in _plain(one) for one in numbers)

    def prices(self, request: Request) -> Response:
        """Answer with price and availability, product by product; 207 when it refuses some."""
        for flag in ("includeAvailability", "includePricing"):
            if request.param(flag) not in {"true", "false"}:
                return invalid((flag, "Required"))
        body = request.json()
        asked = body.get("products") if isinstance(body, dict) else None
        if not isinstance(asked, list) or not 0 < len(asked) <= _MOST_PRICED:
            return invalid(("products", f"Between 1 and {_MOST_PRICED}"))
        lines = [self._line(place, one) for place, one in enumerate(asked, 1)]
        refused = any("productStatusCode" in line for line in lines)
        return json_response(lines, 207 if refused else 200)

    def _line(self, place: int, asked: dict[str, str]) -> dict[str, Any]:
        name = next((one for one in _NUMBERS if asked.get(one)), "ingramPartNumber")
        number = asked.get(name, "")
        product = self._named(name, number)
        if product is None or not product.is_sold:
            told = f"Product not found for {name[0].upper()}{name[1:]}:  {number}"
            return {"index": place, "productStatusCode": "E", "productStatusMessage": told, name: number}
        line = _priced(place, product)
        return _drifted(line) if self._is_drifting else line

    def _named(self, name: str, number: str) -> Product | None:
        if name == "ingramPartNumber":
            return self.products.get(number)
        shown = {"vendorPartNumber": "vendor_number", "upc": "upc"}.get(name)
        if shown is None or not number:
            return None
        return next((one for one in self.products.all() if getattr(one, shown).upper() == number.upper()), None)


def _listed(product: Product) -> dict[str, Any]:
    return {
        "description": product.description,
        "category": "made up",
        "subCategory": "",
        "productType": "",
        "ingramPartNumber": product.number,
        "vendorPartNumber": product.vendor_number,
        "upcCode": product.upc,
        "vendorName": product.vendor.upper(),
        "endUserRequired": "false",
        "hasDiscounts": "",
        "type": "IM::Physical",
        "discontinued": str(product.is_discontinued).lower(),
        "newProduct": "false",
        "directShip": "false",
        "hasWarranty": "false",
        "extraDescription": "",
        "replacementSku": product.replacement,
        "authorizedToPurchase": "true",
        "links": [{"topic": "catalog", "href": f"/catalog/{product.number}", "type": "GET"}],
    }


def _priced(place: int, product: Product) -> dict[str, Any]:
    line: dict[str, Any] = {
        "index": place,
        "ingramPartNumber": product.number,
        "vendorPartNumber": product.vendor_number,
        "upc": product.upc,
        "vendorName": product.vendor.upper(),
        "description": product.description,
        "uom": "EA",
        "acceptBackOrder": product.back_orders,
        "productAuthorized": product.is_authorised,
        "returnableProduct": True,
        "availability": {
            "available": product.available > 0,
            "totalAvailability": product.available,
            "availabilityByWarehouse": [_house(product, house) for house in {**product.stock, **product.arriving}],
        },
    }
    if product.price is not None:
        line["pricing"] = {
            "currencyCode": "USD",
            "retailPrice": product.retail,
            "mapPrice": product.lowest,
            "customerPrice": product.price,
        }
    return line


def _house(product: Product, house: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "warehouseId": house, "quantityAvailable": product.stock.get(house, 0), "quantityBackordered": 70,
    }  # fmt: skip
    if house in LOCATIONS:  # for some it names no place
        told["location"] = LOCATIONS[house]
    if house in product.arriving:
        count, day = product.arriving[house]
        told["backOrderInfo"] = [{"quantity": count, "etaDate": day.isoformat()}]
    return told


def _drifted(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line as the definition's own examples have it, against its own schema."""
    stock = dict(line["availability"])
    stock["totalAvailability"] = str(stock["totalAvailability"])
    stock["availabilityByWarehouse"] = [
        {**one, "warehouseId": int(one["warehouseId"]), "quantityAvailable": str(one["quantityAvailable"])}
        for one in stock["availabilityByWarehouse"]
    ]
    stock["pricing"] = line.get("pricing")
    plain = {name: value for name, value in line.items() if name != "pricing"}
    return {**plain, "availability": stock, "productAuthorized": str(line["productAuthorized"]), **_DRIFTED}


def _plain(number: str) -> str:
    return re.sub(r"[\W_]+", "", number).upper()
