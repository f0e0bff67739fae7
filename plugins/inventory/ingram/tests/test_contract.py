"""Every request of every test here is held against the vendor's definition; these show that it is, and by what."""

import httpx
import pytest

from servicedesk_core.domain.parts import PartQuery

PRICES = "/resellers/v6/catalog/priceandavailability"


async def test_what_the_connector_sends_keeps_the_definition(held, stand, ingram, claim, follow):
    await ingram.find_parts(PartQuery(part_number="EX-990-1T", quantity=2))
    await ingram.find_parts(PartQuery(words="dock"))
    ref = (await ingram.submit_claim(claim)).ref
    await ingram.find_claim(claim, stand.sandbox.clock.now())
    await follow(ingram, ref)
    calls = {name for name in stand.sandbox.requests if not name.endswith("token")}
    assert calls == {"GET catalog", "POST priceandavailability", "POST create", "GET search", "GET details"}
    assert stand.sandbox.broken == []


@pytest.mark.parametrize(
    ("method", "path", "body", "number"),
    [
        ("POST", f"{PRICES}?includeAvailability=true", {"products": [{"ingramPartNumber": "4SP114"}]}, "0" * 32),
        (
            "POST",
            f"{PRICES}?includeAvailability=true&includePricing=true",
            {"products": [{"quantityRequested": 2}]},
            "0" * 32,
        ),
        ("GET", "/resellers/v6/catalog?pageSize=many", None, "0" * 32),
        ("POST", "/resellers/v6/returns/create", {"list": [{"quantity": "one"}]}, "0" * 32),
        ("GET", "/resellers/v6/catalog?keyword=ssd", None, "0" * 36),
    ],
    ids=["without-a-flag", "quantity-as-a-number", "no-number", "quantity-in-words", "long-correlation"],
)
def test_the_definition_would_refuse_what_is_wrong(  # noqa: PLR0917  # fixtures
    held, stand, method, path, body, number
):
    token = stand.sandbox.tokens.issue(stand.sandbox.clock.now())
    who = {"IM-CustomerNumber": "20-222222", "IM-CountryCode": "US", "IM-CorrelationID": number}
    httpx.request(method, f"{stand.url}{path}", json=body, headers={"Authorization": f"Bearer {token}", **who})
    assert len(stand.sandbox.broken) == 1
    stand.sandbox.broken.clear()
