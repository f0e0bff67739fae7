"""RMAs and cases of the stand-in, and how they go on with time."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

_SHIPS_AFTER = timedelta(days=2)
_DUE_AFTER = timedelta(days=10)
_BACK_AFTER = timedelta(days=12)


@dataclass
class Order:
    """One RMA.

    Attributes:
        number: Its number.
        case: Number of the case that it was opened from.
        serial: Serial number of what is replaced.
        ordered_on: Day of the order.
        word: Status word of the test's own; ``None`` lets time decide.
        today: The vendor's day.
    """

    number: str
    case: str
    serial: str
    ordered_on: date
    today: date
    word: str | None = None

    def record(self) -> dict[str, Any]:
        """Return the RMA as Cisco shows it: numbers as texts, "" for what is not there."""
        age = self.today - self.ordered_on
        shipped, back = age >= _SHIPS_AFTER, age >= _BACK_AFTER
        return {
            "rmaNo": int(self.number),
            "status": self.word or ("Closed" if back else "Booked" if shipped else "Open"),
            "orderDate": self.ordered_on.isoformat(),
            "caseId": self.case,
            "contractId": "200000001",
            "serviceLevel": "8X5XNBD",
            "customerRefInfo": {"customerPONumber": "", "customerRefNumber": "", "customerProvidedSN": self.serial},
            "replacementParts": {
                "trackingInfo": {
                    "trackingNumber": f"1Z{self.number}" if shipped else "",
                    "courierList": "UPS" if shipped else "",
                    "shipDate": (self.ordered_on + _SHIPS_AFTER).isoformat() if shipped else "",
                },
                "partsLineDetails": [
                    {
                        "partsLineRef": "2",
                        "partsLineStatus": "Closed" if shipped else "Open",
                        "shippedPartNo": "C9410R=",
                        "partsQtyAuth": "1",
                        "partsqtyShipped": "1" if shipped else "",
                        "partsShipDate": (self.ordered_on + _SHIPS_AFTER).isoformat() if shipped else "",
                        "partsDispatchStatus": "DISPATCHED" if shipped else "",
                        "shippedSerialID": "FXS0000NEW1" if shipped else "",
                    }
                ],
            },
            "returnLines": {
                "returnParts": [
                    {
                        "returnLineRef": "1",
                        "returnLineStatus": "Closed" if back else "Open",
                        "returnQtyAuth": "1",
                        "returnToCiscoBy": (self.ordered_on + _DUE_AFTER).isoformat(),
                        "reqturnQtyReceived": "1" if back else "",
                        "returnDateReceived": (self.ordered_on + _BACK_AFTER).isoformat() if back else "",
                        "receivedSerialNumber": self.serial if back else "",
                    }
                ]
            },
            "laborDetails": {"fieldEngineerName": "", "laborLines": [{"laborStatus": ""}]},
            "notes": {},
        }


@dataclass
class Orders:
    """All RMAs and cases."""

    orders: dict[str, Order] = field(default_factory=dict)
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)

    def open(self, serial: str, today: date, *, with_rma: bool = True) -> dict[str, str]:
        """Open a case as a person would in Cisco's web tools, with an RMA unless it is not decided yet.

        Args:
            serial: Of the broken device.
            today: The vendor's day.
            with_rma: Whether Cisco replaces it at once.

        Returns:
            Numbers of the case and of the RMA.
        """
        case = str(690_000_001 + len(self.cases))
        rma = str(800_000_001 + len(self.orders)) if with_rma else ""
        self.cases[case] = {
            "case_id": case,
            "title": "Example case",
            "severity": "3",
            "status_flag": "O",
            "status": "Cisco Pending",
            "creation_date": f"{today.isoformat()}T08:00:00.000Z",
            "updated_date": f"{today.isoformat()}T08:00:00.000Z",
            "serial_number": serial,
            "contract_id": "200000001",
            "rmas": [rma] if rma else [],
            "bugs": [],
        }
        if rma:
            self.orders[rma] = Order(rma, case, serial, today, today)
        return {"case": case, "rma": rma}

    def say(self, number: str, word: str) -> bool:
        """Give an RMA or a case any status word; return whether there is one."""
        if number in self.cases:
            self.cases[number]["status"] = word
        elif number in self.orders:
            self.orders[number].word = word
        else:
            return False
        return True

    def live(self, today: date) -> dict[str, int]:
        """Let time pass."""
        for order in self.orders.values():
            order.today = today
        return {"rmas": len(self.orders), "cases": len(self.cases)}
