"""Lines, invoices, blocks and time entries of the seeded desk agree."""

from collections import Counter


def rows(shared, entity):
    return {row["id"]: row for row in shared.sandbox.store.select(entity)}


def test_each_line_was_posted_for_something_that_is_there(shared):
    lines = rows(shared, "BillingItems").values()
    entries, charges, tickets = (rows(shared, name) for name in ("TimeEntries", "TicketCharges", "Tickets"))
    periods = rows(shared, "ContractServiceUnits")
    assert {line["billingItemType"] for line in lines} == {1, 4, 11}
    for line in lines:
        entry, charge = entries.get(line["timeEntryID"]), charges.get(line["ticketChargeID"])
        if entry is not None:
            assert line["quantity"] == entry["hoursWorked"]
            assert line["companyID"] == tickets[entry["ticketID"]]["companyID"]
        elif charge is not None:
            assert line["extendedPrice"] == charge["billableAmount"]
            assert charge["isBilled"] == bool(line["invoiceID"])
        else:
            assert line["extendedPrice"] == periods[line["contractServicePeriodID"]]["price"]
    posted = Counter(line["timeEntryID"] for line in lines if line["timeEntryID"])
    assert 0 < len(posted) < len(entries)
    assert set(posted.values()) == {1}


def test_an_invoice_comes_to_the_sum_of_its_lines(shared):
    total, tax = Counter(), Counter()
    for line in rows(shared, "BillingItems").values():
        total[line["invoiceID"]] += round(line["totalAmount"] * 100)
        tax[line["invoiceID"]] += round(line["taxDollars"] * 100)
    assert total.pop(0) == tax.pop(0) == 0, "before the invoice there is no total"
    invoices = rows(shared, "Invoices")
    assert total == {number: round(invoice["invoiceTotal"] * 100) for number, invoice in invoices.items()}
    assert tax == {number: round(invoice["totalTaxValue"] * 100) for number, invoice in invoices.items()}


def test_a_block_has_lost_the_hours_that_were_posted_on_it(shared):
    used = Counter()
    for line in rows(shared, "BillingItems").values():
        used[line["contractBlockID"]] += line["quantity"]
    blocks = rows(shared, "ContractBlocks")
    assert any(block["hoursApproved"] for block in blocks.values())
    for number, block in blocks.items():
        assert block["hoursApproved"] == used[number] <= block["hours"]


def test_approval_and_posting_are_two_things(shared):
    posted = {line["timeEntryID"] for line in rows(shared, "BillingItems").values()}
    approved = {entry["id"] for entry in rows(shared, "TimeEntries").values() if entry["billingApprovalDateTime"]}
    assert approved < posted


def test_a_client_that_pays_in_another_currency_is_converted(shared):
    companies = rows(shared, "Companies")
    foreign = [
        line for line in rows(shared, "BillingItems").values() if companies[line["companyID"]]["currencyID"] == 2
    ]
    assert foreign
    assert all(line["internalCurrencyExtendedPrice"] == round(line["extendedPrice"] * 0.73, 4) for line in foreign)
