"""The tenant's value lists, user-defined fields and countries: read from the vendor's metadata, kept for a day."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_core.errors import ConnectorError, NotFoundError, PermissionDeniedError, RejectedError
from servicedesk_core.hooks import LogSink, StateStore

MAX_AGE = timedelta(days=1)
_KEY = "lists"
_VERSION = 3

PICKLISTS: dict[str, tuple[str, ...]] = {
    "Tickets": (
        "status", "priority", "queueID", "ticketType", "ticketCategory", "issueType", "subIssueType", "source",
        "serviceLevelAgreementID",
    ),
    "TicketNotes": ("noteType", "publish"),
    "Companies": ("companyType",),
    "CompanyLocations": (),
    "Contacts": (),
    "Resources": ("licenseType", "locationID"),
    "ConfigurationItems": ("configurationItemType",),
    "Products": ("productCategory",),
    "Contracts": ("contractType", "contractCategory", "status", "serviceLevelAgreementID"),
    "BillingCodes": ("useType",),
    "Projects": ("status",),
    "Opportunities": ("stage", "status"),
    "Tasks": ("status",),
    "ServiceCalls": ("status",),
    "TimeOffRequests": ("status", "timeOffRequestType"),
    "TicketCharges": ("status", "chargeType"),
    "Invoices": ("paymentTerm",),
    "BillingItems": ("billingItemType", "subType"),
}  # fmt: skip
"""The lists that records need, by entity. Others, such as device models, can be very long and are not kept."""

COUNTRIES = {"Companies": "countryID", "CompanyLocations": "countryID"}
"""Fields that hold the number of a country, by entity. They are no list fields: countries are records of their own."""

WITH_UDFS = frozenset({"Tickets", "Companies", "Contacts", "ConfigurationItems", "Contracts", "Projects"})

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EntityLists:
    """The lists of one entity.

    Attributes:
        at: When they were read.
        picklists: Label by value by field. Values are texts, although the records hold numbers.
        udfs: Label by value by user-defined field; empty for a field without a list.
        retired: Values by field that records may still hold, but that can no longer be chosen.
        defaults: The value by field that the tenant chose for new records.
    """

    at: datetime
    picklists: dict[str, dict[str, str]] = field(default_factory=dict)
    udfs: dict[str, dict[str, str]] = field(default_factory=dict)
    retired: dict[str, list[str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TenantLists:
    """The lists of a tenant, by entity."""

    entities: dict[str, EntityLists] = field(default_factory=dict)

    def labels(self, entity: str, name: str) -> Labels:
        """Return label by value of a list field; empty when the list is not known."""
        found = self.entities.get(entity)
        return found.picklists.get(name, {}) if found else {}

    def choices(self, entity: str, name: str) -> Labels:
        """Return label by value of what can be chosen in a list field; empty when the list is not known."""
        found = self.entities.get(entity)
        retired = found.retired.get(name, ()) if found else ()
        return {value: label for value, label in self.labels(entity, name).items() if value not in retired}

    def default(self, entity: str, name: str) -> str | None:
        """Return the value that the tenant chose for new records, if any."""
        found = self.entities.get(entity)
        return found.defaults.get(name) if found else None

    def udfs(self, entity: str) -> Mapping[str, Labels]:
        """Return the lists of an entity's user-defined fields."""
        found = self.entities.get(entity)
        return found.udfs if found else {}

    def digest(self, entities: Iterable[str]) -> str:
        """Return a short text that changes when a list of these entities does."""
        known = [(e, found.picklists, found.udfs) for e in sorted(entities) if (found := self.entities.get(e))]
        return hashlib.sha256(orjson.dumps(known, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]

    def knows(self, rows: Sequence[Row], entity: str) -> bool:
        """Return whether every value of a list field on these rows is in its list."""
        for name in PICKLISTS.get(entity, ()):
            labels = self.labels(entity, name)
            if labels and any(str(value) not in labels for value in _listed(rows, name)):
                return False
        return True


def _listed(rows: Sequence[Row], name: str) -> set[str | int | float]:
    """Return the values of a list field on some rows.

    What is no text and no number is no value of a list, so reading the list again explains nothing.
    """
    try:
        values = {row.get(name) for row in rows}
    except TypeError:  # a list or an object among them
        values = {value for row in rows if isinstance(value := row.get(name), str | int | float)}
    return {value for value in values if isinstance(value, str | int | float)}


async def saved_lists(state: StateStore) -> TenantLists:
    """Return the lists as they were last read; empty ones when they never were."""
    saved = await state.get(_KEY)
    if not isinstance(saved, dict) or saved.get("version") != _VERSION:
        return TenantLists()
    return TenantLists(
        {
            name: EntityLists(
                datetime.fromisoformat(one["at"]), one["picklists"], one["udfs"], one["retired"], one["defaults"]
            )
            for name, one in saved["entities"].items()
        }
    )


async def fresh_lists(
    api: Api,
    state: StateStore,
    wanted: Iterable[str],
    *,
    now: datetime,
    log: LogSink,
    max_age: timedelta = MAX_AGE,
) -> TenantLists:
    """Return the lists, reading again those that are older than ``max_age``.

    That is two requests an entity at most, and one more for the countries of companies, and of sites.

    Lists that may not be seen are empty: their values then stay the vendor's numbers. Lists that can't be read now are
    replaced by the older ones, if there are any.

    Raises:
        ConnectorError: A list can't be read and was never read before.
    """
    known = dict((await saved_lists(state)).entities)
    changed = False
    for entity in wanted:
        old = known.get(entity)
        if old is not None and timedelta(0) <= now - old.at < max_age:
            continue
        try:
            known[entity] = await _read(api, entity, now, log)
        except PermissionDeniedError as error:
            log.warning("Autotask hides the value lists of %s. %s", entity, error.hint or "")
            known[entity] = EntityLists(now)
        except ConnectorError as error:
            if old is None:
                raise
            log.warning("the value lists of %s could not be read again (%s); using older ones", entity, error.code)
            continue
        changed = True
    if changed:
        await state.put(_KEY, {"version": _VERSION, "entities": {name: _saved(one) for name, one in known.items()}})
    return TenantLists(known)


def list_values(described: Row) -> list[Row]:
    """Return the values of a described list field."""
    values = described.get("picklistValues")
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


async def _read(api: Api, entity: str, now: datetime, log: LogSink) -> EntityLists:
    wanted = {name.lower(): name for name in PICKLISTS.get(entity, ())}
    picklists: dict[str, dict[str, str]] = {}
    retired: dict[str, list[str]] = {}
    defaults: dict[str, str] = {}
    if wanted:
        for described in await api.fields(entity):
            name = wanted.get(str(described.get("name")).lower())
            if name and described.get("isPickList"):
                picklists[name] = _labels(described)
                values = list_values(described)
                retired[name] = [str(value.get("value")) for value in values if value.get("isActive") is False]
                chosen = [str(value.get("value")) for value in values if value.get("isDefaultValue") is True]
                if chosen:
                    defaults[name] = chosen[0]
    if name := COUNTRIES.get(entity):
        picklists[name] = await _countries(api, log)
    udfs = {}
    if entity in WITH_UDFS:
        for described in await api.fields(entity, user_defined=True):
            udfs[str(described.get("name"))] = _labels(described)
    return EntityLists(now, picklists, udfs, retired, defaults)


async def _countries(api: Api, log: LogSink) -> dict[str, str]:
    """Return the ISO code of each country by its number; empty where the API user may not see them."""
    try:
        page = await api.query("Countries", (where("id", "gte", 0),))
    except (PermissionDeniedError, NotFoundError, RejectedError) as error:
        log.warning("Autotask does not show its countries (%s); records name none. %s", error.code, error.hint or "")
        return {}
    codes = ((row.get("id"), row.get("countryCode")) for row in page.rows)
    return {str(number): code.strip().upper() for number, code in codes if isinstance(code, str) and code.strip()}


def _labels(described: Row) -> dict[str, str]:
    return {str(value.get("value")): str(value.get("label") or value.get("value")) for value in list_values(described)}


def _saved(one: EntityLists) -> dict[str, Any]:
    return {**asdict(one), "at": one.at.isoformat()}
