"""Self-Dispatch v3: each operation with what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from pydantic import SecretStr

from servicedesk_core.errors import AuthenticationError, UnsupportedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient
from servicedesk_dell.api import soap
from servicedesk_dell.api.profile import ACTION, dispatch_path, dispatch_profile
from servicedesk_dell.api.soap import Fields
from servicedesk_dell.meaning.days import instant
from servicedesk_dell.settings import DellSettings

_NO_INSTANT = "an instant without a time zone was to be sent"


@dataclass(frozen=True, slots=True)
class Technician:
    """What TechDirect says about the login.

    Attributes:
        password_ends_at: When its password stops working, if that can be read.
        is_inactive: Whether the account is switched off.
        is_locked: Whether it is locked.
        relationships: Branch, customer and track that it may claim for; empty when only the user was asked for.
    """

    password_ends_at: datetime | None
    is_inactive: bool
    is_locked: bool
    relationships: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part that can be claimed. ``type_code`` is its group, ``number`` the commodity code that claims name."""

    number: str
    type_code: str | None
    description: str | None
    is_serialized: bool | None


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to a new or repeated claim. ``notes`` are the vendor's words, reasons of a refusal among them."""

    result: str | None
    code: str | None
    dispatch_id: str | None
    status: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How one claim stands; ``fields`` is all that the vendor sent."""

    result: str | None
    code: str | None
    status: str | None
    dps_number: str | None
    denied_reason: str | None
    waybill: str | None
    notes: tuple[str, ...]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class BulkRow:
    """How a claim stands, in a list: no service tag, no reference of ours, no reason of a denial."""

    code: str
    dps_number: str | None
    status: str | None


class DispatchApi:
    """Self-Dispatch as one technician.

    Args:
        ctx: What the connector was given.
    """

    def __init__(self, ctx: ConnectorContext[DellSettings]) -> None:
        self._ctx = ctx
        self._client: HttpClient | None = None
        self._refused: AuthenticationError | None = None

    async def check_user(self) -> Technician:
        """Return how the technician's account stands."""
        return _technician(await self._call("CheckUser", "CheckUserRequest", (), "LoginResult"))

    async def check_login(self) -> Technician:
        """Return the same, and for whom the technician may claim."""
        return _technician(await self._call("CheckLogin", "CheckLoginRequest", (), "LoginResult"))

    async def parts_by_tag(self, tag: str) -> list[Part] | None:
        """Return the service parts of one device; ``None`` when the vendor answers without a list."""
        # The vendor's own slip: the element inside has the operation's name, without "Request".
        fields = (("ServiceTag", tag),)
        found = await self._call("GetPartsbyServiceTag", "GetPartsbyServiceTag", fields, "PartsbyTagResult")
        return _parts(found)

    async def parts_by_model(self, device_class: str) -> list[Part]:
        """Return the service parts of a class of devices, such as ``Desktops``."""
        fields = (("ModelCode", device_class),)
        found = await self._call("GetPartsbyModel", "GetPartsbyModelRequest", fields, "PartsbyModelResult")
        return _parts(found) or []

    async def create(self, dispatch: Fields) -> Created:
        """Make a claim. Never sent twice by itself."""
        return _created(
            await self._call(
                "CreateDispatch", "CreateDispatchRequest", (("Dispatch", dispatch),), "DispatchCreateResult"
            )
        )

    async def resubmit(self, dispatch: Fields) -> Created:
        """Send a denied claim again. Never sent twice by itself."""
        return _created(
            await self._call(
                "ResubmitDispatch", "ResubmitDispatchRequest", (("Dispatch", dispatch),), "DispatchCreateResult"
            )
        )

    async def status(self, code: str) -> Status:
        """Return how one claim stands."""
        fields = (("DispatchCode", code),)
        found = await self._call("GetDispatchStatus", "GetDispatchStatusRequest", fields, "DispatchStatusResult")
        return Status(
            result=soap.text(found, "Result"),
            code=soap.text(found, "DispatchCode"),
            status=soap.text(found, "Status"),
            dps_number=soap.text(found, "DPSNumber"),
            denied_reason=soap.text(found, "OrderDeniedReason"),
            waybill=soap.text(found, "Waybill"),
            notes=_notes(found),
            fields={soap.local(child): child.text.strip() for child in found if child.text and child.text.strip()},
        )

    async def bulk(self, created_from: datetime) -> list[BulkRow]:
        """Return all claims of the account that were made since an instant."""
        if created_from.tzinfo is None:
            raise ValueError(_NO_INSTANT)
        fields: Fields = (
            ("CreatedFromDate", created_from.isoformat(timespec="seconds")),
            ("InStatuses", ""),
            ("Scope", "All"),
            ("AdditinalFields", ""),  # the vendor spells it so
        )
        found = await self._call(
            "BulkDispatchesInquiry", "BulkDispatchesInquiryRequest", fields, "BulkDispatchesInquiryResult"
        )
        rows: dict[str, BulkRow] = {}
        for element in soap.descendants(found, "DispatchInquiryResult"):  # the list bears the name of its rows
            if code := soap.text(element, "Code"):
                rows[code] = BulkRow(code, soap.text(element, "DellDispatchNumber"), soap.text(element, "Status"))
        return list(rows.values())

    def refuse(self, error: AuthenticationError) -> None:
        """Send nothing more as this technician: repeated failures lock the login."""
        self._refused = error

    def forget_refusal(self) -> None:
        """Allow one deliberate new try."""
        self._refused = None
        if self._client is not None:
            self._client.reset_authentication()

    async def _call(self, operation: str, wrapper: str, fields: Fields, result: str) -> Element:
        if self._refused is not None:
            raise AuthenticationError(self._refused.message, hint=self._refused.hint, detail="not sent")
        settings = self._ctx.settings
        client = self._http()
        login: Fields = (
            ("Login", settings.technician_login or ""),
            ("Password", _plain(settings.technician_password)),
            *fields,
        )
        answer = await client.post(
            dispatch_path(self._ctx.environment),
            content=soap.envelope(operation, wrapper, login),
            headers={"SOAPAction": f"{ACTION}{operation}", "Content-Type": "text/xml", "Accept": "text/xml"},
            endpoint="dispatch",
        )
        return soap.parse(answer, result)

    def _http(self) -> HttpClient:
        if self._client is None:
            if not self._ctx.settings.can_claim:
                raise UnsupportedError(
                    "This connection has no key for Dell's Self-Dispatch API.",
                    hint="Add dispatch_client_id, dispatch_client_secret and the technician.",
                )
            self._client = self._ctx.http(dispatch_profile(self._ctx))
        return self._client


def _plain(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _technician(found: Element) -> Technician:
    relationships = tuple(
        (soap.text(one, "BranchName") or "", soap.text(one, "CustomerName") or "", soap.text(one, "Track") or "")
        for one in soap.descendants(found, "RelationshipInfo")
    )
    return Technician(
        password_ends_at=instant(soap.text(found, "PasswordExpirationDate")),
        is_inactive=bool(soap.flag(found, "Inactive")),
        is_locked=bool(soap.flag(found, "Locked")),
        relationships=relationships,
    )


def _parts(found: Element) -> list[Part] | None:
    if next(soap.descendants(found, "Parts"), None) is None:
        return None
    return [
        Part(
            number=number,
            type_code=soap.text(one, "PartTypeCode"),
            description=soap.text(one, "PartDescription"),
            is_serialized=soap.flag(one, "Serializable"),
        )
        for one in soap.descendants(found, "PartInformation")
        if (number := soap.text(one, "PartNumber"))
    ]


def _created(found: Element) -> Created:
    return Created(
        result=soap.text(found, "Result"),
        code=soap.text(found, "DispatchCode"),
        dispatch_id=soap.text(found, "DispatchID"),
        status=soap.text(found, "Status"),
        notes=_notes(found),
    )


def _notes(found: Element) -> tuple[str, ...]:
    holders = [child for child in found if soap.local(child) == "Notes"]
    texts: Sequence[str] = [(note.text or "").strip() for holder in holders for note in (holder, *holder)]
    return tuple(text for text in texts if text)
