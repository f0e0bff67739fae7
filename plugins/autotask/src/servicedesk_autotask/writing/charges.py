"""Charges of a ticket: what type they have, and by which material cost code they are billed."""

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.api.query import where
from servicedesk_autotask.meaning.money import CHARGE
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.kinds import REFERENCE_FIELDS
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.wire import Body, to_wire
from servicedesk_autotask.writing.words import Words

OPERATIONAL = 1
"""The vendor's own type for what is used up, whatever the tenant calls it."""
MATERIAL = 4
"""The vendor's own use of a billing code: material. A charge takes no other."""


async def new_charge(api: Api, write_id: str, values: Values, words: Words, settings: AutotaskSettings) -> Body:
    """Return the fields of a new charge.

    Args:
        api: The vendor; asked for the material cost code where neither a code nor a product is named.
        write_id: Id of the write; it stands in the charge's internal purchase order number, which no client reads.
        values: Typed domain values.
        words: The tenant's lists.
        settings: The connection's settings.

    Raises:
        RejectedError: The tenant has no such type or code, or several codes and none was chosen.
    """
    body = plain_charge(values, words, settings)
    if body.get("billingCodeID") is None and body.get("productID") is None:
        body["billingCodeID"] = await _material_code(api, settings)
    return {**body, REFERENCE_FIELDS[CHARGE.entity]: write_id}


def plain_charge(values: Values, words: Words, settings: AutotaskSettings) -> Body:
    """Return the fields of a new charge as far as nobody needs be asked.

    Raises:
        RejectedError: The tenant has no such type, or a value that the vendor does not take.
    """
    if not values["quantity"]:
        raise refused("a charge of nothing.", "quantity")
    word = values.get("kind") or settings.charge_type
    body = to_wire(CHARGE, {**values, "kind": word} if word else {**values}, words)
    if word is None:
        body["chargeType"] = words.checked(CHARGE.entity, "chargeType", OPERATIONAL, "kind")
    return body


async def _material_code(api: Api, settings: AutotaskSettings) -> int:
    conditions = [where("useType", "eq", MATERIAL), where("isActive", "eq", value=True)]
    if settings.charge_code is not None:
        conditions.append(where("name", "eq", settings.charge_code))
    page = await api.query("BillingCodes", conditions, fields=["id", "name"], reserved=True)
    found = {row["id"]: str(row.get("name")) for row in page.rows if isinstance(row.get("id"), int)}
    if len(found) == 1:
        (code,) = found
        return int(code)
    if found:
        names = ", ".join(sorted(found.values()))
        hint = f"Choose one with charge_code in the connection's configuration, or name its id: {names}."
        raise refused(f"Autotask has {len(found)} material cost codes.", "billing_code_ref", hint=hint)
    named = f' "{settings.charge_code}"' if settings.charge_code else ""
    raise refused(
        f"Autotask has no active material cost code{named}, or hides it from the API user.",
        "billing_code_ref",
        hint="Look at Admin > Finance, Accounting & Invoicing > Billing Codes, and at charge_code in the connection.",
    )
