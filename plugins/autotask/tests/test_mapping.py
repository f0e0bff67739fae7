"""What raw records mean; pure, without a network."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk_autotask.meaning import shapes
from servicedesk_autotask.meaning.lists import EntityLists, TenantLists
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_core.domain import (
    ActorType,
    AppointmentState,
    ContractKind,
    EventType,
    NoteVisibility,
    Priority,
    ProjectState,
    QueueKind,
    StatusCategory,
    Ticket,
    TicketKind,
)
from servicedesk_core.errors import MappingError, UnsupportedError
from servicedesk_core.hooks import VocabularyMapping

LISTS = TenantLists(
    {
        "Tickets": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC),
            {
                "status": {
                    "1": "New",
                    "5": "Complete",
                    "7": "Waiting Customer",
                    "8": "In Progress",
                    "19": "Customer Note Added",
                    "30": "Lunch",
                },
                "priority": {"1": "High", "2": "Medium", "3": "Low", "4": "Critical", "9": "Whenever"},
                "ticketType": {"1": "Service Request", "2": "Incident"},
                "source": {"-1": "Other", "4": "Email"},
                "queueID": {"5": "Client Portal", "8": "Monitoring Alert"},
            },
            {"Tier": {"1": "Gold"}, "Ranking": {}},
        ),
        "Tasks": EntityLists(datetime(2026, 11, 20, tzinfo=UTC), {"status": {"8": "In Progress", "30": "Lunch"}}),
        "Projects": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC), {"status": {"1": "New", "3": "Parked", "4": "Odd"}}
        ),
        "ServiceCalls": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC),
            {"status": {"1": "New", "2": "Complete", "3": "Canceled", "4": "Dropped"}},
        ),
        "TicketNotes": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC),
            {
                "publish": {"1": "All Autotask Users", "2": "Internal Users Only", "4": "Internal & Co-Managed"},
                "noteType": {
                    "1": "Task Summary",
                    "13": "Workflow Rule Note",
                    "93": "Absorbed Ticket Note",
                    "94": "Merged Ticket Note",
                    "120": "Workflow: closing",
                },
            },
        ),
        "Resources": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC), {"licenseType": {"1": "Professional", "7": "API User (API-only)"}}
        ),
    }
)


def mapper(lists=LISTS, **vocabulary):
    return Mapper(lists, VocabularyMapping(**vocabulary))


def ticket(**raw):
    return mapper().map("tickets", {"id": 1, "title": "A", "status": 1, "priority": 2} | raw)


def kinds(mapped):
    return [(issue.kind, issue.field, issue.value) for issue in mapped.issues]


@pytest.mark.parametrize(
    ("value", "word", "category"),
    [
        (1, "New", StatusCategory.NEW),
        ("1", "New", StatusCategory.NEW),
        (5, "Complete", StatusCategory.RESOLVED),
        (7, "Waiting Customer", StatusCategory.WAITING_CUSTOMER),
        (8, "In Progress", StatusCategory.IN_PROGRESS),
        (19, "Customer Note Added", StatusCategory.CUSTOMER_REPLIED),
    ],
)
def test_status_is_told_by_its_label(value, word, category):
    found = ticket(status=value).entity
    assert (found.status, found.status_category) == (word, category)


def test_status_without_a_meaning_is_reported_and_never_guessed():
    found = ticket(status=30)
    assert (found.entity.status, found.entity.status_category) == ("Lunch", None)
    assert kinds(found) == [("unmapped_status", "status", "Lunch")]


def test_value_that_the_lists_lack_is_reported_by_its_number():
    found = ticket(status=47, source=99, priority=77)
    assert (found.entity.status, found.entity.status_category, found.entity.source) == ("47", None, "99")
    assert set(kinds(found)) == {
        ("unknown_picklist_value", "status", "47"),
        ("unknown_picklist_value", "priority", "77"),
        ("unknown_picklist_value", "source", "99"),
    }
    assert len(kinds(found)) == 3


def test_operators_words_win_over_ours_in_any_spelling():
    chosen = mapper(
        status={"lunch ": StatusCategory.ON_HOLD, "Complete": StatusCategory.RESOLVED},
        priority={"Whenever": Priority.P5},
    )
    raw = {"id": 1, "status": 30, "priority": 9}
    found = chosen.map("tickets", raw)
    assert (found.entity.status_category, found.entity.priority) == (StatusCategory.ON_HOLD, Priority.P5)
    assert found.issues == ()
    assert chosen.map("tickets", raw | {"status": 5}).entity.status_category is StatusCategory.RESOLVED


def test_renamed_system_status_keeps_its_meaning():
    renamed = TenantLists({"Tickets": EntityLists(datetime.now(UTC), {"status": {"1": "Eingang", "5": "Erledigt"}})})
    done = mapper(renamed)
    assert done.map("tickets", {"id": 1, "status": 5}).entity.status_category is StatusCategory.RESOLVED
    assert done.done_statuses == (5,)


@pytest.mark.parametrize(("value", "priority"), [(4, "P1"), (1, "P2"), ("2", "P3"), (3, "P4"), (9, None)])
def test_severity_follows_the_label_and_not_the_order_of_ids(value, priority):
    found = ticket(priority=value)
    assert found.entity.priority == (Priority(priority) if priority else None)
    assert bool(found.issues) == (priority is None)


def test_kind_and_its_word():
    found = ticket(ticketType=2).entity
    assert (found.kind, found.kind_name) == (TicketKind.INCIDENT, "Incident")


def test_references_are_texts_and_company_zero_is_one():
    found = ticket(companyID=0, assignedResourceID="29682885", queueID=5.0, contactID=None, problemTicketId=77).entity
    assert (found.company_ref, found.assignee_ref, found.queue_ref) == ("0", "29682885", "5")
    assert (found.contact_ref, found.problem_ref) == (None, "77")


def test_missing_keys_mean_not_said():
    sparse = mapper().map("tickets", {"id": 1}).entity
    assert (sparse.title, sparse.priority, sparse.sla_met, sparse.custom_fields) == ("", None, None, {})
    assert ticket(serviceLevelAgreementHasBeenMet=False).entity.sla_met is False


def test_null_bytes_are_taken_out_and_everything_else_stays():
    found = ticket(title="a\x00b", description="🖨️ <b>\x1b[31m", resolution="\x00").entity
    assert (found.title, found.description, found.resolution) == ("ab", "🖨️ <b>\x1b[31m", None)


def test_megabyte_text_is_kept():
    assert len(ticket(description="x" * 1_000_000).entity.description) == 1_000_000


@pytest.mark.parametrize(
    "wire", ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00", "2026-11-21T12:00:00+02:00"]
)
def test_instants_are_utc_unless_they_say_otherwise(wire):
    assert ticket(createDate=wire).entity.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("wire", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.997Z", "1900-01-01T00:00:00Z"])
def test_dates_that_mean_none_or_for_ever_are_left_out_and_reported(wire):
    found = ticket(dueDateTime=wire)
    assert found.entity.due_at is None
    assert kinds(found) == [("implausible_date", "due_at", wire[:10])]


@pytest.mark.parametrize("wire", ["yesterday", 17, "2026-13-45T10:00:00Z", "2026-11-21T10:00:00 or so"])
def test_text_that_is_no_date_is_a_mapping_error_without_its_content(wire):
    with pytest.raises(MappingError) as caught:
        ticket(dueDateTime=wire)
    assert "due_at" in str(caught.value) or "record" in str(caught.value)
    assert str(wire) not in str(caught.value)


def test_date_only_fields_keep_their_day_in_every_zone():
    raw = {"id": 1, "dateWorked": "2026-11-21T00:00:00Z", "hoursWorked": 1.1, "hoursToBill": "0.25"}
    found = mapper().map("time_entries", raw).entity
    assert found.work_date == date(2026, 11, 21)
    assert (found.worked_s, found.billed_s) == (3960, 900)


def test_money_never_gets_binary_error():
    raw = {"id": 1, "name": "A", "unitCost": 0.1, "unitPrice": 19.99}
    found = mapper().map("products", raw).entity
    assert (found.unit_cost, found.unit_price) == (Decimal("0.1"), Decimal("19.99"))


def test_custom_fields_by_name_with_labels_of_list_values():
    fields = [
        {"name": "Tier", "value": "1"},
        {"name": "Ranking", "value": "Golden"},
        {"name": "New one", "value": None},
    ]
    assert ticket(userDefinedFields=fields).entity.custom_fields == {
        "Tier": "Gold",
        "Ranking": "Golden",
        "New one": None,
    }
    assert ticket(userDefinedFields=[]).entity.custom_fields == {}
    assert ticket(userDefinedFields=None).entity.custom_fields == {}


@pytest.mark.parametrize(
    ("publish", "visibility"),
    [(1, "public"), ("1", "public"), (2, "internal"), (4, "partner"), (3, "internal"), (None, "internal")],
)
def test_only_what_is_known_to_be_public_is_public(publish, visibility):
    found = mapper().map("notes", {"id": 1, "ticketID": 2, "publish": publish})
    assert found.entity.visibility is NoteVisibility(visibility)
    assert bool(found.issues) == (publish == 3)


def test_operator_can_close_notes_that_the_vendor_publishes():
    chosen = mapper(note_visibility={"All Autotask Users": NoteVisibility.INTERNAL})
    assert chosen.map("notes", {"id": 1, "ticketID": 2, "publish": 1}).entity.visibility is NoteVisibility.INTERNAL


@pytest.mark.parametrize(
    ("raw", "author", "is_system"),
    [
        ({"creatorResourceID": 4}, ActorType.SYSTEM, True),
        ({"creatorResourceID": 29682885, "noteType": 1}, ActorType.TECHNICIAN, False),
        ({"creatorResourceID": 29682885, "noteType": "13"}, ActorType.TECHNICIAN, True),
        ({"creatorResourceID": 29682885, "noteType": 120}, ActorType.TECHNICIAN, True),
        ({"creatorResourceID": 4, "createdByContactID": 30, "noteType": 1}, ActorType.CUSTOMER, False),
        ({}, None, False),
    ],
)
def test_workflow_notes_are_told_from_peoples(raw, author, is_system):
    found = mapper().map("notes", {"id": 1, "ticketID": 2, "publish": 2} | raw).entity
    assert (found.author_type, found.is_system) == (author, is_system)


def test_a_ticket_that_goes_up_in_another_is_told_by_its_note():
    raw = {"id": 9, "ticketID": 2, "publish": 2, "creatorResourceID": 8, "createDateTime": "2026-11-20T10:00:00Z"}
    (event,) = mapper().map("notes", raw | {"noteType": 94}).also
    assert (event.external_id, event.ticket_ref, event.type) == ("merged:9", "2", EventType.MERGED)
    assert (event.effective_at.isoformat(), event.actor_ref) == ("2026-11-20T10:00:00+00:00", "8")
    assert mapper().map("notes", raw | {"noteType": "93"}).also == ()
    assert mapper().map("notes", raw | {"noteType": 94, "createDateTime": None}).also == ()


def test_contact_activity_as_number():
    assert mapper().map("contacts", {"id": 1, "isActive": 1}).entity.is_active is True
    assert mapper().map("contacts", {"id": 1, "isActive": 0}).entity.is_active is False
    assert mapper().map("contacts", {"id": 1}).entity.is_active is None


def test_technician_with_joined_rows():
    raw = {
        "id": 29682885, "firstName": "Ana", "lastName": "Example", "licenseType": 1, "isActive": True,
        "_joined": {
            "service_desk_roles": [
                {"roleID": 10, "isActive": True, "isDefault": True}, {"roleID": 11, "isActive": False},
            ],
            "departments": [{"roleID": 12, "departmentID": 5, "_joined": {"department": {"name": "Support"}}}],
            "queues": [{"queueID": 5}, {"queueID": 5}, {"queueID": 8}],
        },
    }  # fmt: skip
    found = mapper().map("technicians", raw).entity
    assert (found.name, found.role_refs, found.default_role_ref) == ("Ana Example", ("10", "12"), "10")
    assert (found.departments, found.queue_refs, found.is_system) == (("Support",), ("5", "8"), False)


def test_accounts_without_a_person_are_system():
    assert mapper().map("technicians", {"id": 4, "firstName": "Autotask"}).entity.is_system
    assert mapper().map("technicians", {"id": 9, "firstName": "Sync", "licenseType": 7}).entity.is_system


def test_asset_takes_maker_and_model_from_its_product():
    product = {"name": "Laptop 14", "manufacturerName": "Example Corp", "manufacturerProductName": None}
    raw = {"id": 1, "warrantyExpirationDate": "2027-03-01T00:00:00Z", "_joined": {"product": product}}
    found = mapper().map("assets", raw).entity
    assert (found.manufacturer, found.model, found.warranty_until) == ("Example Corp", "Laptop 14", date(2027, 3, 1))


def test_contract_and_its_service():
    raw = {"id": 1, "contractName": "Care", "contractType": 7, "status": 1, "endDate": "9999-12-31T00:00:00Z"}
    contract = mapper().map("contracts", raw)
    assert (contract.entity.kind, contract.entity.is_active) == (ContractKind.RECURRING, True)
    assert [issue.kind for issue in contract.issues] == ["implausible_date"]
    joined = {"service": {"name": "Backup"}, "units": [{"units": 3}, {"units": 4}]}
    service = mapper().map("contract_services", {"id": 2, "contractID": 1, "_joined": joined}).entity
    assert (service.name, service.units) == ("Backup", 7)


def test_service_call_collects_tickets_and_technicians():
    tickets = [
        {"ticketID": 5, "_joined": {"resources": [{"resourceID": 8}, {"resourceID": 9}]}},
        {"ticketID": 6, "_joined": {"resources": [{"resourceID": 8}]}},
    ]
    raw = {"id": 1, "_entity": "ServiceCalls", "isComplete": 1, "_joined": {"tickets": tickets}}
    found = mapper().map("appointments", raw).entity
    assert (found.external_id, found.ticket_refs, found.technician_refs) == ("service-call-1", ("5", "6"), ("8", "9"))
    assert found.state is AppointmentState.COMPLETED
    cancelled = raw | {"canceledDateTime": "2026-11-20T10:00:00Z"}
    assert mapper().map("appointments", cancelled).entity.state is AppointmentState.CANCELLED
    own = mapper().map("appointments", {"id": 1, "_entity": "Appointments", "resourceID": 8}).entity
    assert (own.external_id, own.technician_refs) == ("appointment-1", ("8",))


def test_a_service_call_stands_where_its_status_says_and_a_word_without_a_meaning_is_told():
    def call(status, **mapping):
        found = mapper(**mapping).map("appointments", {"id": 1, "_entity": "ServiceCalls", "status": status})
        return found.entity.state, [(one.kind, one.value) for one in found.issues]

    assert call(1) == (AppointmentState.BOOKED, [])
    assert call(2) == (AppointmentState.COMPLETED, [])
    assert call(3) == (AppointmentState.CANCELLED, [])
    assert call(4) == (AppointmentState.BOOKED, [("unmapped_appointment_status", "Dropped")])
    assert call(4, appointment_status={"dropped": AppointmentState.CANCELLED}) == (AppointmentState.CANCELLED, [])


def test_a_project_stands_where_its_status_says_unless_it_was_completed():
    def project(**raw):
        found = mapper(project_status={"Parked": ProjectState.ON_HOLD}).map(
            "projects", {"id": 1, "projectName": "Move", **raw}
        )
        return found.entity.state, [(one.kind, one.value) for one in found.issues]

    assert project(status=1) == (ProjectState.OPEN, [])
    assert project(status=3) == (ProjectState.ON_HOLD, [])
    assert project(status=4) == (None, [("unmapped_project_status", "Odd")])
    assert project(status=4, completedDateTime="2026-11-01T10:00:00Z") == (ProjectState.COMPLETED, [])


def test_a_task_has_its_people_its_rest_and_a_status_in_the_words_of_tickets():
    raw = {"id": 3, "title": "Install", "projectID": 9, "assignedResourceID": 8, "assignedResourceRoleID": 10}
    raw |= {"estimatedHours": 6.0, "remainingHours": 2.5, "status": 8, "endDateTime": "2026-12-04T17:00:00Z"}
    helped = raw | {"_joined": {"secondary": [{"resourceID": 7}, {"resourceID": 7}]}}
    task = mapper().map("tasks", helped).entity
    assert (task.project_ref, task.assignee_ref, task.assignee_role_ref, task.secondary_assignee_refs) == (
        "9", "8", "10", ("7",)
    )  # fmt: skip
    assert (task.estimated_s, task.remaining_s, task.status_category) == (21600, 9000, StatusCategory.IN_PROGRESS)
    hidden = mapper().map("tasks", raw | {"_joined": {}, "status": 30})
    assert hidden.entity.secondary_assignee_refs is None, "hidden is not nobody"
    assert [(one.kind, one.value) for one in hidden.issues] == [("unmapped_status", "Lunch")]


def test_helpers_and_steps_of_a_ticket():
    helper = mapper().map("secondary_resources", {"id": 1, "ticketID": 5, "resourceID": 8, "roleID": 10}).entity
    assert (helper.ticket_ref, helper.technician_ref, helper.role_ref) == ("5", "8", "10")
    raw = {"id": 2, "ticketID": 5, "itemName": "Call", "position": 1, "isImportant": True, "isCompleted": False}
    step = mapper().map("checklist_items", raw).entity
    assert (step.name, step.position, step.is_important, step.is_completed) == ("Call", 1, True, False)
    with pytest.raises(MappingError):
        mapper().map("checklist_items", {"id": 2, "itemName": "Of no ticket"})


def test_general_time_uses_its_internal_code_and_not_billable_turns_round():
    raw = {"id": 1, "internalBillingCodeID": 7, "isNonBillable": True}
    found = mapper().map("time_entries", raw).entity
    assert (found.billing_code_ref, found.is_billable) == ("7", False)
    assert mapper().map("time_entries", {"id": 1, "billingCodeID": 9}).entity.is_billable is None


def test_queue_kind_is_the_operators_or_a_well_known_one():
    chosen = mapper(queue={"Client Portal": QueueKind.TRIAGE})
    assert chosen.map("queues", {"value": "5", "label": "Client Portal"}).entity.kind is QueueKind.TRIAGE
    assert mapper().map("queues", {"value": "5", "label": "Client Portal"}).entity.kind is None


def test_sla_times_are_business_seconds_as_the_vendor_measured_them():
    raw = {"id": 1, "ticketID": 2, "resolutionElapsedHours": 33.84, "isResolutionMet": True, "isFirstResponseMet": None}
    found = mapper().map("sla_results", raw).entity
    assert (found.resolution_elapsed_s, found.resolution_met, found.first_response_met) == (121_824, True, None)


def test_survey_and_holiday():
    survey = mapper().map("surveys", {"id": 1, "surveyRating": 4.5, "_joined": {"survey": {"name": "Short"}}}).entity
    assert (survey.rating, survey.survey_name) == (4.5, "Short")
    raw = {"id": 1, "holidayName": "New Year", "holidayDate": "2027-01-01T00:00:00Z", "holidaySetID": 0}
    day = mapper().map("holidays", raw | {"_joined": {"set": {"holidaySetName": "US"}}}).entity
    assert (day.day, day.calendar, day.calendar_ref) == (date(2027, 1, 1), "US", "0")


def test_unusable_record_is_a_mapping_error_that_names_fields_only():
    with pytest.raises(MappingError, match="ticket_ref") as caught:
        mapper().map("notes", {"id": 1, "description": "private words"})
    assert "private" not in str(caught.value)
    with pytest.raises(MappingError) as caught:
        mapper().map("tickets", {"id": 1, "userDefinedFields": ["private words"]})
    assert "private" not in str(caught.value)


_WORDS = st.text(max_size=6) | st.sampled_from(["1", "5", "2026-11-20T10:00:00Z", "2026-11-20", "12.5", "true"])
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | _WORDS
_FIELDS = [
    "id", "status", "priority", "ticketType", "userDefinedFields",
    *(n for kind in ("texts", "refs", "instants", "hours", "flags", "labels") for n in getattr(shapes.TICKET, kind)),
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(_FIELDS),
        _SCALARS | st.lists(_SCALARS | st.fixed_dictionaries({"name": _SCALARS, "value": _SCALARS}), max_size=2),
    )
)
def test_whatever_a_ticket_holds_it_is_refused_or_a_valid_one(raw):
    """Tickets are not validated for speed: what is made of them must be what validation would let through."""
    try:
        found = mapper().map("tickets", {"id": 1} | raw).entity
    except (MappingError, ArithmeticError):
        return
    assert Ticket.model_validate(found.model_dump(), strict=True) == found


def test_unknown_stream_is_refused():
    with pytest.raises(UnsupportedError):
        mapper().map("parcels", {"id": 1})


@pytest.mark.parametrize(
    ("name", "city", "called"),
    [("Head office", "Albany", "Head office"), (" ", "Albany", "Albany"), (None, None, "Location 9")],
)
def test_a_site_has_its_address_and_a_name_even_if_nobody_gave_it_one(name, city, called):
    row = {"id": 9, "companyID": 0, "name": name, "city": city, "isActive": True, "state": "NY", "postalCode": "12207"}
    site = mapper().map("sites", row | {"address1": "1 Example Street", "address2": " "}).entity
    assert (site.name, site.company_ref, site.is_active) == (called, "0", True)
    assert (site.address, site.region, site.postal_code) == ("1 Example Street", "NY", "12207")
