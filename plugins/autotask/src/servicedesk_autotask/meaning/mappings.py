"""What a shape cannot say: joined rows, names put together, words with a meaning of their own."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from servicedesk_autotask.meaning import values
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.values import Issues, Raw, UnusableValueError
from servicedesk_autotask.meaning.vocabulary import (
    APPOINTMENT_BY_ID,
    APPOINTMENT_BY_LABEL,
    CONTRACT_BY_ID,
    PROJECT_BY_LABEL,
    QUEUE_BY_LABEL,
    STATUS_BY_ID,
    STATUS_BY_LABEL,
    SYSTEM_RESOURCE,
    TIME_OFF_BY_LABEL,
    fold,
    meaning_of,
)
from servicedesk_autotask.reading.stream import JOINED
from servicedesk_core.domain import AppointmentState, MappingIssue, OpportunityState, ProjectState, Queue
from servicedesk_core.hooks import Mapped, VocabularyMapping, unmarked

Fields = dict[str, Any]
Finish = Callable[[Fields, Raw, Issues], None]
OWN_COMPANY = "0"
_CURRENCY = re.compile("[A-Z]{3}")


def finishes(lists: TenantLists, vocabulary: VocabularyMapping) -> dict[str, Finish]:
    """Return what completes the records of an entity whose shape cannot say everything, by the entity."""
    return {
        "Companies": company(lists),
        "CompanyLocations": site(lists),
        "Resources": technician(lists),
        "ConfigurationItems": asset,
        "Contracts": contract,
        "ContractServices": contract_service,
        "TimeEntries": time_entry,
        "ServiceCalls": service_call(lists, vocabulary),
        "Projects": project(vocabulary),
        "Opportunities": opportunity,
        "Tasks": task(vocabulary),
        "Appointments": own_appointment,
        "Holidays": holiday,
        "SurveyResults": survey,
        "ContractServiceUnits": priced_by("contract", "company"),
        "ContractBlocks": priced_by("contract", "company"),
        "ContractRates": priced_by("contract", "company"),
        "TimeOffRequests": time_off,
        "TicketCharges": priced_by("ticket", "company"),
        "Invoices": priced_by("company"),
        "BillingItems": billing_item,
    }


def joined(raw: Raw, key: str) -> Raw:
    """Return the joined row, or an empty one."""
    return (raw.get(JOINED) or {}).get(key) or {}


def joined_rows(raw: Raw, key: str) -> Sequence[Raw]:
    """Return the joined rows; none also when they were hidden."""
    return (raw.get(JOINED) or {}).get(key) or ()


def company(lists: TenantLists) -> Finish:
    """Return what a company's shape cannot say: address, country, whether it is the tenant's own, whose id is 0."""
    countries = lists.labels("Companies", "countryID")

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        fields["is_own"] = fields["external_id"] == OWN_COMPANY
        _locate(fields, raw, issues, countries)

    return finish


def site(lists: TenantLists) -> Finish:
    """Return what a site's shape cannot say: address, country, and what it is called when nobody named it."""
    countries = lists.labels("CompanyLocations", "countryID")

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        _locate(fields, raw, issues, countries)
        if not (fields.get("name") or "").strip():
            fields["name"] = fields.get("city") or f"Location {fields['external_id']}"

    return finish


def _locate(fields: Fields, raw: Raw, issues: Issues, countries: Mapping[str, str]) -> None:
    lines = [line for name in ("address1", "address2") if (line := (values.text(raw.get(name)) or "").strip())]
    if lines:
        fields["address"] = "\n".join(lines)
    number = values.ref(raw.get("countryID"))
    if number is not None and countries:
        fields["country"] = countries.get(number)
        if number not in countries:
            issues.append(MappingIssue(kind="unknown_picklist_value", field="country", value=number))


def technician(lists: TenantLists) -> Finish:
    """Return what a technician's shape cannot say: name, roles, departments, queues."""
    licenses = lists.labels("Resources", "licenseType")

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        del issues
        names = (values.text(raw.get(name)) for name in ("firstName", "lastName"))
        fields["name"] = " ".join(name for name in names if name) or fields.get("username") or ""
        roles = [row for row in joined_rows(raw, "service_desk_roles") if values.flag(row.get("isActive")) is not False]
        departments = joined_rows(raw, "departments")
        fields["role_refs"] = _distinct(values.ref(row.get("roleID")) for row in (*roles, *departments))
        default = values.ref(raw.get("defaultServiceDeskRoleID"))
        fields["default_role_ref"] = default or next(
            (values.ref(row.get("roleID")) for row in roles if values.flag(row.get("isDefault"))), None
        )
        fields["departments"] = _distinct(values.text(joined(row, "department").get("name")) for row in departments)
        fields["queue_refs"] = _distinct(values.ref(row.get("queueID")) for row in joined_rows(raw, "queues"))
        license_word = licenses.get(str(raw.get("licenseType")), "")
        fields["is_system"] = fields["external_id"] == SYSTEM_RESOURCE or "api" in fold(license_word).split()

    return finish


def asset(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Take maker and model from the product, and what remote monitoring knows."""
    del issues
    product = joined(raw, "product")
    fields["manufacturer"] = values.text(product.get("manufacturerName"))
    fields["model"] = values.text(product.get("manufacturerProductName")) or values.text(product.get("name"))
    fields["rmm_id"] = values.text(raw.get("rmmDeviceUid")) or values.ref(raw.get("rmmDeviceID"))
    fields["hostname"] = values.text(raw.get("rmmDeviceAuditHostname")) or values.text(raw.get("dattoHostname"))


def contract(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Say how the contract earns money, by the vendor's own ids, and what it does not cover."""
    del issues
    fields["kind"] = CONTRACT_BY_ID.get(str(raw.get("contractType")))
    fields["excluded_role_refs"] = _excluded(
        raw, {"excluded_roles": "roleID", "excluded_roles_of_set": "excludedRoleID"}
    )
    fields["excluded_billing_code_refs"] = _excluded(
        raw, {"excluded_codes": "billingCodeID", "excluded_codes_of_set": "excludedWorkTypeID"}
    )


def _excluded(raw: Raw, places: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return what a contract excludes itself and by its set; not known where either was hidden."""
    if not places.keys() <= (raw.get(JOINED) or {}).keys():
        return None
    return _distinct(values.ref(row.get(name)) for key, name in places.items() for row in joined_rows(raw, key))


def contract_service(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Take the name from the service and the present number of units from its periods."""
    del issues
    fields["name"] = values.text(joined(raw, "service").get("name"))
    fields.setdefault("description", values.text(raw.get("internalDescription")))
    units = [int(row["units"]) for row in joined_rows(raw, "units") if row.get("units") is not None]
    fields["units"] = sum(units) if units else None


def time_entry(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Turn "not billable" round, and use the internal code of general time."""
    del issues
    not_billable = values.flag(raw.get("isNonBillable"))
    fields["is_billable"] = None if not_billable is None else not not_billable
    fields.setdefault("billing_code_ref", values.ref(raw.get("internalBillingCodeID")))


def own_appointment(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Name the technician of an appointment."""
    del issues
    fields["technician_refs"] = _distinct([values.ref(raw.get("resourceID"))])


def service_call(lists: TenantLists, vocabulary: VocabularyMapping) -> Finish:
    """Return what collects a service call's tickets and technicians, and says where it stands."""
    labels = lists.labels("ServiceCalls", "status")
    chosen = {fold(word): state for word, state in vocabulary.appointment_status.items()}

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        if isinstance(fields.get("description"), str):
            fields["description"] = unmarked(fields["description"])
        links = joined_rows(raw, "tickets")
        fields["ticket_refs"] = _distinct(values.ref(link.get("ticketID")) for link in links)
        fields["technician_refs"] = _distinct(
            values.ref(row.get("resourceID")) for link in links for row in joined_rows(link, "resources")
        )
        if values.text(raw.get("canceledDateTime")):
            fields["state"] = AppointmentState.CANCELLED
        elif values.flag(raw.get("isComplete")):
            fields["state"] = AppointmentState.COMPLETED
        elif number := values.ref(raw.get("status")):
            word = labels.get(number, number)
            state = meaning_of(word, number, chosen, APPOINTMENT_BY_LABEL, APPOINTMENT_BY_ID)
            if state is not None:
                fields["state"] = state
            else:  # it stands in the calendar all the same
                issues.append(MappingIssue(kind="unmapped_appointment_status", field="state", value=word))

    return finish


def opportunity(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Say where an opportunity stands: the vendor stamps those that were lost, and those that were closed."""
    del raw, issues
    if fields.get("lost_at") is not None:
        fields["state"] = OpportunityState.LOST
    elif fields.get("closed_at") is not None:
        fields["state"] = OpportunityState.WON


def project(vocabulary: VocabularyMapping) -> Finish:
    """Return what says where a project stands."""
    chosen = {fold(word): state for word, state in vocabulary.project_status.items()}

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        word = fields.get("status")
        if fields.get("completed_at") is not None:
            fields["state"] = ProjectState.COMPLETED
        elif word is not None:
            number = values.ref(raw.get("status")) or ""
            fields["state"] = meaning_of(word, number, chosen, PROJECT_BY_LABEL)
            if fields["state"] is None:
                issues.append(MappingIssue(kind="unmapped_project_status", field="state", value=word))

    return finish


def task(vocabulary: VocabularyMapping) -> Finish:
    """Return what says how far a task is, in the words of tickets, and who helps with it."""
    chosen = {fold(word): category for word, category in vocabulary.status.items()}

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        if "secondary" in (raw.get(JOINED) or {}):  # else they were hidden
            helpers = joined_rows(raw, "secondary")
            fields["secondary_assignee_refs"] = _distinct(values.ref(row.get("resourceID")) for row in helpers)
        word, number = fields.get("status"), values.ref(raw.get("status"))
        if word is not None and number is not None:
            fields["status_category"] = meaning_of(word, number, chosen, STATUS_BY_LABEL, STATUS_BY_ID)
            if fields["status_category"] is None:
                issues.append(MappingIssue(kind="unmapped_status", field="status", value=word))

    return finish


def holiday(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Name the calendar."""
    del issues
    fields["calendar"] = values.text(joined(raw, "set").get("holidaySetName"))


def survey(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Name the survey."""
    del issues
    asked = joined(raw, "survey")
    fields["survey_name"] = values.text(asked.get("displayName")) or values.text(asked.get("name"))


def time_off(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Say where a request stands."""
    del raw
    status = fields.get("status")
    fields["state"] = TIME_OFF_BY_LABEL.get(fold(status or ""))
    if fields["state"] is None and status is not None:
        issues.append(MappingIssue(kind="unmapped_time_off_status", field="state", value=status))


def priced_by(*path: str) -> Finish:
    """Return what finds the currency of a record's prices: that of the client to whom joined rows lead."""

    def finish(fields: Fields, raw: Raw, issues: Issues) -> None:
        client = raw
        for key in path:
            client = joined(client, key)
        code = values.text(joined(client, "currency").get("name"))
        if code is None:
            return
        if _CURRENCY.fullmatch(code):
            fields["currency"] = code
        else:
            issues.append(MappingIssue(kind="unknown_currency", field="currency", value=code[:10]))

    return finish


_price_of_item = priced_by("company")


def billing_item(fields: Fields, raw: Raw, issues: Issues) -> None:
    """Turn "not billable" round; before it is invoiced, an invoice, a tax and a total of 0 mean that there is none."""
    not_billable = values.flag(raw.get("nonBillable"))
    fields["is_billable"] = None if not_billable is None else not not_billable
    if fields.get("invoice_ref") in {None, "0"}:
        fields |= dict.fromkeys(("invoice_ref", "tax", "own_tax", "total", "own_total"))
    _price_of_item(fields, raw, issues)


class QueueMapping:
    """Maps a value of the queue list.

    Args:
        vocabulary: The operator's mapping.
    """

    def __init__(self, vocabulary: VocabularyMapping) -> None:
        self._chosen = {fold(word): kind for word, kind in vocabulary.queue.items()}

    def __call__(self, raw: Raw) -> Mapped:
        """Return the queue."""
        value, label = values.ref(raw.get("value")), values.text(raw.get("label"))
        if value is None:
            raise UnusableValueError("no value")
        kind = meaning_of(label or "", value, self._chosen, QUEUE_BY_LABEL)
        is_active = values.flag(raw.get("isActive"))
        return Mapped(Queue(external_id=value, name=label or value, kind=kind, is_active=is_active))


def _distinct(refs: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for ref in refs if ref is not None))
