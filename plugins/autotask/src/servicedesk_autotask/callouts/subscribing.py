"""Having the vendor call: one webhook for each entity, its fields one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_core.errors import PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import Subscription, WebhookCapability, WebhookEndpoint

RIGHT: Final = (
    "Security level, API: 'Can create webhooks' on, with a maximum count of at least 5; both are off by default"
)


@dataclass(frozen=True, slots=True)
class Callouts:
    """The callouts of one entity.

    Attributes:
        entity: The entity, by its singular name in addresses.
        fields: Fields whose change calls, by their labels; what is not there at the tenant is left out.
    """

    entity: str
    fields: tuple[str, ...]

    @property
    def webhooks(self) -> str:
        """Where they are registered."""
        return f"{self.entity}Webhooks"

    @property
    def described(self) -> str:
        """Whose metadata says which fields can call."""
        return f"{self.entity}WebhookFields"


BY_STREAM: Final = {
    "tickets": Callouts(
        "Ticket",
        (
            "title", "description", "status", "priority", "queueID", "assignedResourceID", "companyID", "contactID",
            "dueDateTime", "ticketCategory", "ticketType", "issueType", "subIssueType", "contractID", "resolution",
        ),
    ),
    "notes": Callouts("TicketNote", ("title", "description", "noteType", "publish")),
    "companies": Callouts("Company", ("companyName", "companyType", "isActive", "ownerResourceID")),
    "contacts": Callouts("Contact", ("firstName", "lastName", "emailAddress", "isActive", "companyID")),
    "assets": Callouts(
        "ConfigurationItem",
        ("serialNumber", "productID", "isActive", "companyID", "contactID", "referenceTitle", "warrantyExpirationDate"),
    ),
}  # fmt: skip
"""What the vendor can call about; of everything else it cannot."""

CAPABILITY: Final = WebhookCapability(
    streams=tuple(BY_STREAM),
    right=RIGHT,
    vendor_entities=tuple(one.webhooks for one in BY_STREAM.values()),
)

_NAME: Final = "servicedesk"


class Subscriber:
    """Registers callouts.

    Args:
        api: The vendor.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def register(self, stream: str, endpoint: WebhookEndpoint) -> Subscription:
        """Create the webhook of a stream and say which fields call; see ``register_webhook``."""
        callouts = BY_STREAM[stream]
        number = await self._write(
            "POST",
            callouts.webhooks,
            callouts.webhooks,
            {
                "name": f"{_NAME} {stream}",
                "webhookUrl": endpoint.url,
                "deactivationUrl": endpoint.url,
                "isSubscribedToCreateEvents": True,
                "isSubscribedToUpdateEvents": True,
                "isSubscribedToDeleteEvents": True,
                "sendThresholdExceededNotification": False,
                **_active(endpoint),
            },
        )
        await self._subscribe_fields(callouts, number)
        return await self._shown(stream, number)

    async def listed(self, streams: tuple[str, ...], endpoint: WebhookEndpoint) -> tuple[Subscription, ...]:
        """Return the webhooks that call an endpoint; one at a time, because the vendor bears few calls at once."""
        found: list[Subscription] = []
        for stream in streams:
            # Ours are picked out here: whether the vendor lets one filter by address is not known.
            page = await self._api.query(BY_STREAM[stream].webhooks, [where("id", "exist")])
            found += [_subscription(stream, row) for row in page.rows if row.get("webhookUrl") == endpoint.url]
        return tuple(found)

    async def renew(self, subscription: Subscription, endpoint: WebhookEndpoint) -> Subscription:
        """Complete a webhook that was left half-made, and switch it on."""
        callouts, number = BY_STREAM[subscription.stream], int(subscription.ref)
        await self._subscribe_fields(callouts, number)
        await self._write("PATCH", callouts.webhooks, callouts.webhooks, {"id": number, **_active(endpoint)})
        return await self._shown(subscription.stream, number)

    async def remove(self, subscription: Subscription) -> bool:
        """Delete a webhook; return whether it was there."""
        webhooks = BY_STREAM[subscription.stream].webhooks
        try:
            await self._write("DELETE", f"{webhooks}/{subscription.ref}", webhooks, None)
        except PermissionDeniedError:  # the vendor says the same of one that is gone
            if await self._api.item(webhooks, int(subscription.ref)) is None:
                return False
            raise
        return True

    async def _subscribe_fields(self, callouts: Callouts, number: int) -> None:
        wanted = {name.lower() for name in callouts.fields}
        ids = {value for label, value in (await self._field_ids(callouts)).items() if label.lower() in wanted}
        page = await self._api.query(callouts.described, [where("webhookID", "eq", number)])
        for field_id in sorted(ids - {row.get("fieldID") for row in page.rows}):
            body = {"fieldID": field_id, "isSubscribedField": True, "isDisplayAlwaysField": False, "webhookID": number}
            await self._write("POST", f"{callouts.webhooks}/{number}/Fields", callouts.described, body)

    async def _field_ids(self, callouts: Callouts) -> dict[str, int]:
        described = await self._api.fields(callouts.described)
        field = next((one for one in described if str(one.get("name")).lower() == "fieldid"), {})
        values = field.get("picklistValues") or ()
        found = {
            str(one.get("label")): int(one["value"])
            for one in values
            if isinstance(one, Mapping) and str(one.get("value")).isdigit()
        }
        if not found:
            raise ProtocolError(f"Autotask names no field whose change {callouts.webhooks} could call about.")
        return found

    async def _shown(self, stream: str, number: int) -> Subscription:
        row = await self._api.item(BY_STREAM[stream].webhooks, number)
        if row is None:  # a fresh record may not be readable yet
            return Subscription(str(number), stream, is_active=True)
        return _subscription(stream, row)

    async def _write(self, method: str, path: str, endpoint: str, body: Mapping[str, Any] | None) -> int:
        # In nobody else's name: a webhook belongs to who made it, and ends when that one is switched off.
        return await self._api.write(method, path, endpoint, body, right=RIGHT, impersonates=False)


def _active(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"secretKey": endpoint.secret, "isActive": True}


def _subscription(stream: str, row: Row) -> Subscription:
    problem = ""
    if not row.get("isActive"):
        problem = "the vendor has switched it off, as it does after 25 failed calls"
    elif row.get("isReady") is False:
        problem = "no field is subscribed"
    return Subscription(str(row.get("id")), stream, is_active=not problem, problem=problem)
