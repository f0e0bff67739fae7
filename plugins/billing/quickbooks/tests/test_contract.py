"""The tests of the connector hold each request against the contract: here, that it says no when it should."""

import pytest

from servicedesk_core.sandboxing import Request


def test_the_contract_refuses_what_the_interface_does(contract):
    if contract is None:
        pytest.skip("the contract is not at hand")

    def asked(body):
        return Request("POST", "/v3/company/9130/invoice", {"content-type": "application/json"}, (), body, "")

    line = b'"Line":[{"Amount":250.00,"DetailType":"SalesItemLineDetail"}]'
    contract(asked(b'{"CustomerRef":{"value":"58"},' + line + b"}"))
    for wrong in (
        b'{"CustomerRef":{"value":"58"}}',
        b'{"CustomerReff":{"value":"58"},' + line + b"}",
        b'{"CustomerRef":{"value":"58"},' + line.replace(b"250.00", b'"250.00"') + b"}",
    ):
        with pytest.raises(Exception, match="Request body"):
            contract(asked(wrong))


async def test_what_the_connector_asks_reaches_the_contract(contract, held_to_contract, books):
    if contract is None:
        pytest.skip("the contract is not at hand")
    await books.vendor_identity()
    assert held_to_contract == [f"/v3/company/{books.ctx.settings.realm_id}/query"]
