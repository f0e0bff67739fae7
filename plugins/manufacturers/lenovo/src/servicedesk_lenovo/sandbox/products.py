"""What the vendor says of a product: of a machine type, of a model, or of a single machine with its cover."""

from typing import Any

from servicedesk_lenovo.sandbox.fleet import PRODUCTS, Fleet

_GROUP = "LAPTOPS-AND-NETBOOKS/EXAMPLE-SERIES"
_TYPE_SIGNS = 4
_COVER = ("InWarranty", "Purchased", "Shipped", "Warranty", "Contract")


def products_of(name: str, fleet: Fleet, *, with_cover: bool) -> list[dict[str, Any]]:
    """Return the products that a name may mean.

    Args:
        name: A serial number with or without a machine type behind a dot, a model, a machine type, or the whole place
            of one of these below its series.
        fleet: All machines.
        with_cover: Whether the cover of a machine is shown.
    """
    wanted = name.rpartition("/")[2].strip().upper()
    if machines := fleet.find(wanted):
        cover = _COVER if with_cover else ()
        return [
            _product("Serial", one["Product"], one["Serial"]) | {key: one[key] for key in cover if key in one}
            for one in machines
        ]
    if wanted in PRODUCTS:
        return [_product("Model", wanted)]
    is_type = any(one[:_TYPE_SIGNS] == wanted for one in PRODUCTS)
    return [_product("MachineType", wanted)] if is_type else []


def _product(kind: str, model: str, *serial: str) -> dict[str, Any]:
    machine_type = model[:_TYPE_SIGNS]
    place = tuple(dict.fromkeys((f"EXAMPLE-TYPE-{machine_type}", machine_type, model, *serial)))
    return {
        "ID": "/".join((_GROUP, *place)),
        "Type": f"Product.{kind}",
        "Brand": "TPG",
        "Name": f"Example (type {machine_type}) Laptop - {kind} {place[-1]}",
        "Image": "https://download.lenovo.com/images/example.jpg",
        "Description": place[-1],
        "Specification": "",
        "Released": "2000-01-01T00:00:00Z",
        "OperatingSystems": ["Windows 11 (64-bit)"],
    }
