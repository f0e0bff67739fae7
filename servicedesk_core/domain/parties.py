"""Who is involved: clients, their sites and people, and the MSP's own people."""

from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import OF_DESK, Amount, CustomFields, Entity, Instant


class Company(Entity):
    """A client of the MSP, a vendor, or the MSP itself (``is_own``)."""

    stream: ClassVar[str] = "companies"
    whose: ClassVar[str | None] = "external_id"

    name: str
    number: str | None = None
    kind: str | None = Field(default=None, description="The vendor's word: customer, prospect, vendor …")
    is_own: bool = False
    is_active: bool | None = None
    parent_ref: str | None = None
    owner_ref: str | None = Field(default=None, description="Technician who owns the account.")
    phone: str | None = None
    website: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None
    last_activity_at: Instant | None = None
    custom_fields: CustomFields = {}


class Site(Entity):
    """A place of a company where work is done and devices stand."""

    stream: ClassVar[str] = "sites"
    whose: ClassVar[str | None] = "company_ref"

    name: str
    company_ref: str | None = None
    is_active: bool | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    timezone: str | None = None
    modified_at: Instant | None = None


class Contact(Entity):
    """A person at a company."""

    stream: ClassVar[str] = "contacts"
    whose: ClassVar[str | None] = "company_ref"

    first_name: str | None = None
    last_name: str | None = None
    company_ref: str | None = None
    site_ref: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    title: str | None = None
    is_active: bool | None = None
    is_primary: bool | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None
    last_activity_at: Instant | None = None
    custom_fields: CustomFields = {}


class Technician(Entity):
    """Somebody of the MSP who can own or work on tickets."""

    stream: ClassVar[str] = "technicians"
    whose: ClassVar[str | None] = OF_DESK

    name: str
    email: str | None = None
    username: str | None = None
    title: str | None = None
    is_active: bool | None = None
    is_system: bool | None = Field(default=None, description="An account that no person stands behind.")
    role_refs: tuple[str, ...] = ()
    default_role_ref: str | None = None
    departments: tuple[str, ...] = ()
    queue_refs: tuple[str, ...] = ()
    skills: dict[str, int] = Field(default={}, description="Skill name to level 1-5.")
    certifications: tuple[str, ...] = ()
    team: str | None = None
    country: str | None = None
    location: str | None = None
    timezone: str | None = None


class Role(Entity):
    """The capacity in which a technician works, and what it bills at."""

    stream: ClassVar[str] = "roles"
    whose: ClassVar[str | None] = OF_DESK

    name: str
    description: str | None = None
    is_active: bool | None = None
    hourly_price: Amount | None = Field(
        default=None,
        description="What an hour is sold at where no contract says another price, in the MSP's own currency.",
    )
