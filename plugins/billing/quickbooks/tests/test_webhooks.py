"""What Intuit's calls hint at, in both shapes; what is not ours or not theirs is not believed."""

import json

import pytest

from servicedesk_core.hooks import Delivery, HintKind, Verdict
from servicedesk_quickbooks.webhooks import events, verdict

KEY, REALM = "demo-verifier-token", "9130"
EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "intuit.demo",
    "type": "qbo.invoice.updated.v1",
    "time": "2026-01-05T09:00:00Z",
    "intuitentityid": "1001",
    "intuitaccountid": REALM,
    "data": {},
}
SIGNED = "ll2sKJozDeRdT23D0xDjbnxtMgu/3qpBoozZuAgrK8M="


def delivery(body, signature=None):
    raw = json.dumps(body, separators=(",", ":")).encode()
    headers = {"content-type": "application/json"} | ({"intuit-signature": signature} if signature else {})
    return Delivery("POST", headers, (), raw)


def told(body):
    return [(one.kind, one.stream, one.ref) for one in events(delivery(body), REALM)]


def test_the_vendors_own_example_is_genuine_and_nothing_else_is():
    genuine = delivery([EVENT], SIGNED)
    assert verdict(genuine, KEY) is Verdict.GENUINE
    assert verdict(genuine, "another") is Verdict.WRONG_SIGNATURE
    assert verdict(delivery([EVENT]), KEY) is Verdict.UNSIGNED
    assert verdict(delivery([{**EVENT, "id": "e-2"}], SIGNED), KEY) is Verdict.WRONG_SIGNATURE


async def test_without_a_verifier_token_nothing_is_believed(stand):
    async with stand.connector(verifier_token=None) as books:
        assert books.verify_webhook(delivery([EVENT], SIGNED), "", None) is Verdict.UNSIGNED


def test_several_companies_in_one_call_are_told_apart():
    mixed = [EVENT, {**EVENT, "id": "e-2", "intuitaccountid": "9131", "intuitentityid": "7"}]
    assert told(mixed) == [(HintKind.CHANGED, "sales_invoices", "1001")]
    (event,) = events(delivery(mixed), REALM)
    assert (event.event_id, event.at.isoformat()) == ("e-1", "2026-01-05T09:00:00+00:00")


def test_the_older_shape_is_understood_and_a_merge_names_both():
    entities = [
        {"name": "Invoice", "id": "5", "operation": "Create", "lastUpdated": "2026-01-05T09:00:00.000Z"},
        {"name": "Customer", "id": "1", "operation": "Merge", "deletedId": "2", "lastUpdated": "2026-01-05T09:00:00Z"},
        {"name": "CreditMemo", "id": "6", "operation": "Void", "lastUpdated": "2026-01-05T09:00:00Z"},
        {"name": "Payment", "id": "8", "operation": "Delete", "lastUpdated": "2026-01-05T09:00:00Z"},
        {"name": "Estimate", "id": "9", "operation": "Update", "lastUpdated": "2026-01-05T09:00:00Z"},
    ]
    foreign = {"realmId": "9131", "dataChangeEvent": {"entities": entities}}
    ours = {"realmId": REALM, "dataChangeEvent": {"entities": entities}}
    assert told({"eventNotifications": [foreign, ours]}) == [
        (HintKind.ADDED, "sales_invoices", "5"),
        (HintKind.CHANGED, "customers", "1"),
        (HintKind.CHANGED, "customers", "2"),
        (HintKind.CHANGED, "credit_notes", "6"),
        (HintKind.DELETED, "payments", "8"),
    ]


def test_events_out_of_order_or_again_are_hints_as_they_came():
    later = {**EVENT, "id": "e-0", "type": "qbo.invoice.created.v1", "time": "2026-01-05T08:59:00Z"}
    assert [kind for kind, _, _ in told([EVENT, later])] == [HintKind.CHANGED, HintKind.ADDED]
    assert events(delivery([EVENT]), REALM) == events(delivery([EVENT]), REALM)  # by its id core knows it again


@pytest.mark.parametrize("body", [{}, {"eventNotifications": 1}, "text", 7])
def test_another_shape_is_said_not_to_be_understood(body):
    with pytest.raises(ValueError, match="neither"):
        events(delivery(body), REALM)
