"""What became of work, goods and services: lines that were posted, and the invoices that bill them by the month."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from servicedesk_autotask.sandbox.seed.agreements import EXCLUSIONS, first_of, last_months
from servicedesk_autotask.sandbox.seed.base import FIRST_TECHNICIAN, row
from servicedesk_autotask.sandbox.seed.moments import DAY, HOUR, day_stamp, epoch, stamp
from servicedesk_autotask.sandbox.store import Store

Row = dict[str, Any]
_RECURRING = 7
_APPROVAL = 7 * DAY
_HOUR_COST, _TAX = 42.0, 0.08
_BATCH = 500
_FIRST_MONTH, _MONTHS = 2000 * 12, 1000
_SUMS = """
SELECT json_extract(body, '$.invoiceID') AS invoice, companyID,
    SUM(CAST(round(json_extract(body, '$.totalAmount') * 100) AS INTEGER)),
    SUM(CAST(round(json_extract(body, '$.taxDollars') * 100) AS INTEGER))
FROM BillingItems WHERE invoice > 0 GROUP BY invoice, companyID
"""


class Ledger:
    """Posts what is old enough, and invoices what was posted for a month that is over.

    Args:
        store: The desk, with clients and contracts.
        now: Epoch second of its present.
    """

    def __init__(self, store: Store, now: int) -> None:
        self._store, self._now = store, now
        self._this_month = last_months(now)[-1][0]
        self._exchange = {row["id"]: row["exchangeRate"] for row in store.select("Currencies")}
        self._currency = dict(
            store.db.execute("SELECT id, json_extract(body, '$.currencyID') FROM Companies").fetchall()
        )
        self._role_rate = {row["id"]: row["hourlyRate"] for row in store.select("Roles")}
        self._contracts: dict[int, tuple[int, int]] = {
            number: (company, kind)
            for number, company, kind in store.db.execute(
                "SELECT id, companyID, json_extract(body, '$.contractType') FROM Contracts"
            )
        }
        self._blocks = {row["contractID"]: row for row in store.select("ContractBlocks")}
        self._prices = {
            (row["contractID"], row["roleID"]): row["contractHourlyRate"] for row in store.select("ContractRates")
        }
        self._costs = {
            (row["contractID"], row["roleID"], row["resourceID"]): row["rate"]
            for row in store.select("ContractRoleCosts")
        }
        self._left_out = self._exclusions()
        self._item = 950

    def labour(self, entry: Row, ticket: Row) -> Iterator[Row]:
        """Post a time entry, and note its approval; not every desk uses that, so some have none."""
        worked = epoch(entry["dateWorked"])
        posted = self._posted(worked)
        if posted is None:
            return
        if entry["id"] % 4:
            entry["billingApprovalDateTime"] = stamp(posted)
            entry["billingApprovalResourceID"], entry["billingApprovalLevelMostRecent"] = FIRST_TECHNICIAN, 1
        hours, contract, role = entry["hoursWorked"], entry["contractID"], entry["roleID"]
        block = self._blocks.get(contract)
        rate = self._rate(contract, role, entry["billingCodeID"])
        cost = self._costs.get((contract, role, entry["resourceID"]), _HOUR_COST)
        if block is not None:
            block["hoursApproved"] += hours
        yield self._line(
            ticket["companyID"], worked, posted, billed=not entry["isNonBillable"] and block is None,
            billingItemType=1, subType=1, itemName=entry["summaryNotes"], quantity=hours, rate=rate,
            extendedPrice=round(hours * rate, 4), ourCost=round(hours * cost, 4), ticketID=ticket["id"],
            timeEntryID=entry["id"], contractID=contract, contractBlockID=block["id"] if block else None,
            roleID=role, billingCodeID=entry["billingCodeID"], nonBillable=int(entry["isNonBillable"]),
        )  # fmt: skip

    def charge(self, charge: Row, ticket: Row) -> Iterator[Row]:
        """Post a ticket's charge."""
        exchange = self._rate_of(ticket["companyID"])
        charge["internalCurrencyUnitPrice"] = round(charge["unitPrice"] * exchange, 4)
        charge["internalCurrencyBillableAmount"] = round(charge["billableAmount"] * exchange, 4)
        bought = epoch(charge["datePurchased"])
        posted = self._posted(bought)
        if posted is None:
            return
        charge["isBilled"] = bought < self._this_month
        yield self._line(
            ticket["companyID"], bought, posted, billed=True, billingItemType=4, subType=2, itemName=charge["name"],
            quantity=charge["unitQuantity"], rate=charge["unitPrice"], extendedPrice=charge["billableAmount"],
            ourCost=charge["extendedCost"], ticketID=ticket["id"], ticketChargeID=charge["id"],
            billingCodeID=charge["billingCodeID"], nonBillable=0,
        )  # fmt: skip

    def close(self) -> None:
        """Post the services, and store invoices and what was used of the blocks."""
        last = 0
        while periods := self._store.select(
            "ContractServiceUnits", '"id" > ?', (last,), tail=f"ORDER BY id LIMIT {_BATCH}"
        ):
            last = periods[-1]["id"]
            self._store.put("BillingItems", [line for period in periods for line in self._service(period)])
            self._store.put("ContractServiceUnits", periods)
        sums = self._store.db.execute(_SUMS)
        while some := sums.fetchmany(_BATCH):
            self._store.put("Invoices", [self._invoice(*one) for one in some])
        self._store.put("ContractBlocks", self._blocks.values())

    def _service(self, period: Row) -> Iterator[Row]:
        company, _ = self._contracts[period["contractID"]]
        period["internalCurrencyPrice"] = round(period["price"] * self._rate_of(company), 4)
        if period["approveAndPostDate"] is not None:
            yield self._line(
                company, epoch(period["startDate"]), epoch(period["approveAndPostDate"]), billed=True,
                billingItemType=11, subType=3, itemName="Managed service", quantity=float(period["units"]),
                rate=round(period["price"] / period["units"], 4), extendedPrice=period["price"],
                ourCost=period["cost"], contractID=period["contractID"],
                contractServiceID=period["contractServiceID"], contractServicePeriodID=period["id"],
                serviceID=period["serviceID"], billingCodeID=122, nonBillable=0,
            )  # fmt: skip

    def _posted(self, moment: int) -> int | None:
        """Return when something is posted, if it is by now: a week later, at the latest when its month is over."""
        posted = moment + _APPROVAL
        return posted if posted < self._now else self._now - HOUR if moment < self._this_month else None

    def _line(self, company: int, moment: int, posted: int, *, billed: bool, **values: Any) -> Row:
        self._item += 1
        exchange = self._rate_of(company)
        invoiced = billed and moment < self._this_month
        # Before it is invoiced, a line has the invoice, the tax and the total 0.
        tax = round(values["extendedPrice"] * _TAX, 2) if invoiced else 0.0
        total = round(values["extendedPrice"] + tax, 2) if invoiced else 0.0
        invoice = _invoice_of(company, moment) if invoiced else 0
        return row(
            "BillingItems",
            id=self._item,
            companyID=company,
            invoiceID=invoice,
            itemDate=day_stamp(moment),
            postedDate=day_stamp(posted),
            postedOnTime=stamp(posted),
            itemApproverID=FIRST_TECHNICIAN,
            taxDollars=tax,
            totalAmount=total,
            internalCurrencyRate=round(values["rate"] * exchange, 4),
            internalCurrencyExtendedPrice=round(values["extendedPrice"] * exchange, 4),
            internalCurrencyTaxDollars=round(tax * exchange, 4),
            internalCurrencyTotalAmount=round(total * exchange, 4),
            **values,
        )

    def _invoice(self, number: int, company: int, total: int, tax: int) -> Row:
        month = _FIRST_MONTH + number % _MONTHS
        first, after = first_of(month), first_of(month + 1)
        made = min(after + DAY + 9 * HOUR, self._now - HOUR)
        return row(
            "Invoices",
            id=number,
            companyID=company,
            invoiceNumber=f"INV-{number}",
            invoiceDateTime=day_stamp(made),
            createDateTime=stamp(made),
            creatorResourceID=FIRST_TECHNICIAN,
            dueDate=day_stamp(made + 30 * DAY),
            paidDate=day_stamp(made + 20 * DAY) if made + 20 * DAY < self._now else None,
            fromDate=day_stamp(first),
            toDate=day_stamp(after - DAY),
            paymentTerm=1,
            invoiceTotal=total / 100,
            totalTaxValue=tax / 100,
            isVoided=False,
        )

    def _rate_of(self, company: int) -> float:
        return float(self._exchange[self._currency[company]])

    def _rate(self, contract: int | None, role: int, code: int) -> float:
        if contract in self._blocks:
            return float(self._blocks[contract]["hourlyRate"])
        covered = contract is not None and self._contracts[contract][1] == _RECURRING
        if covered and not self._left_out.get(contract, frozenset()) & {("role", role), ("code", code)}:
            return 0.0
        priced = self._prices.get((contract, role))
        return float(self._role_rate[role] if priced is None else priced)

    def _exclusions(self) -> dict[int | None, frozenset[tuple[str, int]]]:
        store = self._store
        shared = frozenset(("role", one["excludedRoleID"]) for one in store.select("ContractExclusionSetExcludedRoles"))
        shared |= {("code", one["excludedWorkTypeID"]) for one in store.select("ContractExclusionSetExcludedWorkTypes")}
        sharing = store.db.execute(
            "SELECT id FROM Contracts WHERE json_extract(body, '$.contractExclusionSetID') = ?", (EXCLUSIONS,)
        )
        found: dict[int | None, frozenset[tuple[str, int]]] = dict.fromkeys((number for (number,) in sharing), shared)
        for entity, kind, field in (
            ("ContractExclusionRoles", "role", "roleID"),
            ("ContractExclusionBillingCodes", "code", "billingCodeID"),
        ):
            for one in store.select(entity):
                number = one["contractID"]
                found[number] = found.get(number, frozenset()) | {(kind, one[field])}
        return found


def _invoice_of(company: int, moment: int) -> int:
    """Return the invoice that bills a client's month; the number says both, so that none need be kept."""
    day = datetime.fromtimestamp(moment, UTC)
    return company * _MONTHS + day.year * 12 + day.month - 1 - _FIRST_MONTH
