"""What the stand-in sells, as it keeps it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Shelf

LOCATIONS = {"10": "Mira Loma, CA", "40": "Carol Stream, IL", "80": "Jonestown, PA"}


@dataclass
class Product:
    """A product of the catalogue.

    Attributes:
        number: Ingram Micro's number.
        vendor_number: The maker's.
        vendor: The maker.
        description: What it is.
        upc: Its bar code.
        price: What it costs the account; ``None``: nobody says.
        retail: What the maker asks of anybody.
        lowest: Lowest price at which it may be advertised; 0: any.
        stock: How many lie in each warehouse.
        arriving: How many arrive on which day, by warehouse.
        back_orders: Whether more can be ordered than there is.
        is_authorised: Whether the account may buy it.
        is_sold: False: the catalogue still shows it, and prices are refused.
        is_discontinued: Whether it is made no more.
        replacement: Its successor.
    """

    number: str
    vendor_number: str
    vendor: str
    description: str
    upc: str = ""
    price: float | None = None
    retail: float | None = None
    lowest: float = 0
    stock: dict[str, int] = field(default_factory=dict)
    arriving: dict[str, tuple[int, date]] = field(default_factory=dict)
    back_orders: bool = True
    is_authorised: bool = True
    is_sold: bool = True
    is_discontinued: bool = False
    replacement: str = ""

    @property
    def available(self) -> int:
        """How many lie in all warehouses together."""
        return sum(self.stock.values())


class Products:
    """All products.

    Args:
        shelf: Keeps them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def all(self) -> list[Product]:
        """Return every product, by number."""
        return [_from_json(kept) for kept in self._shelf.all("products")]

    def get(self, number: str) -> Product | None:
        """Return one by Ingram Micro's number."""
        kept = self._shelf.get("products", number.upper())
        return None if kept is None else _from_json(kept)

    def put(self, product: Product) -> None:
        """Keep one."""
        self._shelf.put("products", product.number, product)

    def seed(self, now: datetime, more: int) -> None:
        """Fill the empty catalogue.

        Args:
            now: The vendor's present.
            more: How many further products, all much alike.
        """
        soon, late = now.date() + timedelta(days=9), now.date() + timedelta(days=40)
        for product in (
            Product(
                "4SP114", "EX-990-1T", "Example Storage", " SSD 1TB NVME\u00a0 M.2 2280", "4006381333931", 74.34, 99.99,
                stock={"10": 30, "40": 120, "25": 5},
            ),
            Product(
                "2KD007", "WD19S-130W", "Example Docks", "DOCK 130W USB-C", "0884116186519", 189.1, 249.99, 219.99,
                arriving={"40": (40, late), "80": (12, soon)},
            ),
            Product("7RM016", "RAM-16-D4", "Example Memory", "16GB DDR4 3200 SODIMM", "0619659134587", 31.5, 45,
                    stock={"80": 2}, back_orders=False, is_discontinued=True, replacement="7RM032"),
            Product("7RM032", "RAM-32-D4", "Example Memory", "32GB DDR4 3200 SODIMM", "", 0.1 + 0.2, 89,
                    stock={"80": 64}),
            Product("9WA001", "CARE-3Y", "Example Docks", "3YR NBD CARE", is_authorised=False),
            Product("3ZZ404", "WD15-180W", "Example Docks", "DOCK 180W LEGACY", is_sold=False),
        ):  # fmt: skip
            self.put(product)
        for place in range(more):
            number = f"X{place:05}"
            self.put(
                Product(number, f"CAB-{place:05}", "Example Cables", f"CABLE {place}", "", 1 + place, stock={"10": 9})
            )


def _from_json(kept: dict[str, Any]) -> Product:
    arriving = {house: (count, date.fromisoformat(day)) for house, (count, day) in kept["arriving"].items()}
    return Product(**kept | {"arriving": arriving})
