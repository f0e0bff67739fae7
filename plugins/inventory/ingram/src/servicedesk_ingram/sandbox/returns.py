"""Returns of the stand-in, and how they go on with time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Shelf

_PRICE = 213.75
_FEE = 10.5
_DECIDED_AFTER = timedelta(days=1)
_CREDITED_AFTER = timedelta(days=8)
REASON = "(DF) Defective Items"
_WAREHOUSE = "Example Returns (ref RMA#)\n1 Example Drive\nJonestown, PA 17038\n"


@dataclass
class Return:
    """One return.

    Attributes:
        number: Its number.
        item: What was sent.
        created_at: When.
        word: Status word of the test's own; ``None`` lets time decide.
        details: What the vendor says about the line.
    """

    number: str
    item: dict[str, Any]
    created_at: datetime
    word: str | None = None
    details: str | None = None

    def status(self, now: datetime) -> str:
        """Return the status word; another spelling in lists is a habit of the vendor."""
        return self.word or ("Approved" if now - self.created_at >= _DECIDED_AFTER else "Open")

    def listed(self, now: datetime) -> dict[str, Any]:
        """Return it as a search shows it."""
        credited = self.status(now) == "Approved" and now - self.created_at >= _CREDITED_AFTER
        return {
            "returnClaimId": f"12-{self.number[-4:]}-34" if self.status(now) == "Approved" else "",
            "caseRequestNumber": self.number,
            "createdOn": self.created_at.isoformat(),
            "type": "Claim",
            "returnReason": REASON,
            "referenceNumber": self.item.get("referenceNumber", ""),
            "estimatedTotalValue": self.total(),
            # Shown while nobody has decided, as in the definition's own example.
            "credit": self.total() if credited or self.status(now) == "Open" else None,
            "modifiedOn": (self.created_at + (_CREDITED_AFTER if credited else timedelta())).isoformat(),
            "status": self.status(now).upper(),
            "links": self.links(),
        }

    def shown(self, now: datetime) -> dict[str, Any]:
        """Return it with its lines and amounts."""
        word = self.status(now)
        approved = word in {"Approved", "Partially Approved"}
        return {
            "typeOfDetails": "Claim",
            "rmaClaimId": f"12-{self.number[-4:]}-34" if approved else "",
            "caseRequestNumber": self.number,
            "createdOn": self.created_at.isoformat(),
            "returnReason": REASON,
            "referenceNumber": self.item.get("referenceNumber", ""),
            "status": word,
            "returnWarehouseAddress": _WAREHOUSE if approved else "",
            "products": [
                {
                    "ingramLineNumber": 7,
                    "description": "made up",
                    "ingramPartNumber": self.item.get("ingramPartNumber", ""),
                    "vendorPartNumber": self.item.get("vendorPartNumber", ""),
                    "upc": "",
                    "customerOrderNumber": self.item.get("customerOrderNumber", ""),
                    "invoiceDate": self.item["invoiceDate"],
                    "invoiceNumber": self.item["invoiceNumber"],
                    "quantity": self.item["quantity"],
                    "unitPrice": _PRICE,
                    "extendedPrice": self.total(),
                    "status": word,
                    "returnBranch": "40" if approved else "",
                    "shipFromBranch": "10",
                    "requestDetails": self.details,
                    "additionalDetails": None,
                }
            ],
            "subTotal": self.total(),
            "tax": 0,
            "additionalFees": _FEE,
            "estimatedTotal": self.total() - _FEE,
        }

    def links(self) -> list[dict[str, str]]:
        """Return where its details are."""
        return [{"topic": "returnsClaimsDetails", "href": f"/resellers/v6/returns/{self.number}", "type": "get"}]

    def total(self) -> float:
        """Return what the goods cost."""
        return float(_PRICE * int(self.item["quantity"]))


class Returns:
    """All returns.

    Args:
        shelf: Keeps them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.by_number = {kept["number"]: _from_json(kept) for kept in shelf.all("returns")}

    def open(self, item: dict[str, Any], now: datetime) -> Return:
        """Open one."""
        number = f"CAS-{len(self.by_number) + 8946:05d}-G1W3J3-1"
        self.by_number[number] = Return(number, item, now)
        self._shelf.put("returns", number, self.by_number[number])
        return self.by_number[number]

    def say(self, number: str, word: str, details: str | None = None) -> bool:
        """Give a return any status word; return whether there is one."""
        found = self.by_number.get(number)
        if found is None:
            return False
        found.word, found.details = word, details
        self._shelf.put("returns", number, found)
        return True


def _from_json(kept: dict[str, Any]) -> Return:
    return Return(**kept | {"created_at": datetime.fromisoformat(kept["created_at"])})
