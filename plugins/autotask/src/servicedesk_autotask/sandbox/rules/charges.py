"""Charges of a ticket: their code, what they add up to, and when they can be changed no more."""

from typing import Any

from servicedesk_autotask.sandbox.desk import Act

MATERIAL = 4
PENDING = 6


def complete(act: Act) -> None:
    """Stamps, the amounts that the vendor counts itself, and what the code says where nothing was sent."""
    row = act.row
    if act.before is None:
        row["createDate"], row["creatorResourceID"] = act.at, act.author
        row["isBilled"], row["status"] = False, PENDING
    row["statusLastModifiedDate"], row["statusLastModifiedBy"] = act.at, act.author
    code = _code(act)
    for name in ("unitCost", "unitPrice"):
        if row[name] is None:
            row[name] = code[name] if code else 0.0
    row["extendedCost"] = round((row["unitQuantity"] or 0) * row["unitCost"], 4)
    row["billableAmount"] = round((row["unitQuantity"] or 0) * row["unitPrice"], 4)
    exchange = _exchange(act)
    row["internalCurrencyUnitPrice"] = round(row["unitPrice"] * exchange, 4)
    row["internalCurrencyBillableAmount"] = round(row["billableAmount"] * exchange, 4)


def check(act: Act, sent: dict[str, Any]) -> list[str]:  # noqa: ARG001  every check takes the body
    """What was approved and posted stays as it is, and a charge takes no code but a material one."""
    if act.before is not None and act.before["isBilled"]:
        return ["TicketCharges can only be updated when isBilled is false."]
    code = _code(act)
    if code is not None and not (code["isActive"] and code["useType"] == MATERIAL):
        return ["billingCodeID must reference a Material Cost Code type allocation code."]
    return []


def _code(act: Act) -> dict[str, Any] | None:
    number = act.row["billingCodeID"]
    return None if number is None else act.desk.store.get("BillingCodes", number)


def _exchange(act: Act) -> float:
    ticket = act.desk.store.get("Tickets", act.row["ticketID"]) if act.row["ticketID"] is not None else None
    company = ticket and act.desk.store.get("Companies", ticket["companyID"])
    currency = company and act.desk.store.get("Currencies", company["currencyID"])
    return float(currency["exchangeRate"]) if currency else 1.0
