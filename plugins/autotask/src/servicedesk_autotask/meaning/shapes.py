"""Which field of the vendor's rows feeds which field of the domain, as data; what costs money is in ``money``."""

from dataclasses import fields

from servicedesk_autotask.meaning import money
from servicedesk_autotask.meaning.shape import Shape, shape_of
from servicedesk_core.domain import (
    Appointment,
    Asset,
    Attachment,
    ChecklistItem,
    Company,
    Contact,
    Holiday,
    Note,
    Opportunity,
    Project,
    Role,
    SecondaryResource,
    Site,
    SlaResult,
    Survey,
    Task,
    Technician,
    Ticket,
    TimeEntry,
    TimeOff,
)
from servicedesk_core.hooks import fingerprint

TICKET = shape_of(
    "Tickets",
    Ticket,
    texts={
        "ticketNumber": "number",
        "title": "title",
        "description": "description",
        "resolution": "resolution",
        "externalID": "external_reference",
        "purchaseOrderNumber": "purchase_order_number",
    },
    refs={
        "queueID": "queue_ref",
        "assignedResourceID": "assignee_ref",
        "assignedResourceRoleID": "assignee_role_ref",
        "companyID": "company_ref",
        "companyLocationID": "site_ref",
        "contactID": "contact_ref",
        "configurationItemID": "asset_ref",
        "contractID": "contract_ref",
        "billingCodeID": "billing_code_ref",
        "projectID": "project_ref",
        "problemTicketId": "problem_ref",
        "creatorResourceID": "creator_ref",
        "completedByResourceID": "completed_by_ref",
    },
    instants={
        "createDate": "created_at",
        "dueDateTime": "due_at",
        "resolvedDateTime": "resolved_at",
        "completedDate": "closed_at",
        "lastTrackedModificationDateTime": "modified_at",
        "lastActivityDate": "last_activity_at",
        "lastCustomerVisibleActivityDateTime": "last_customer_visible_activity_at",
        "firstResponseDueDateTime": "first_response_due_at",
        "firstResponseDateTime": "first_response_at",
        "resolutionPlanDueDateTime": "resolution_plan_due_at",
        "resolutionPlanDateTime": "resolution_plan_at",
        "resolvedDueDateTime": "resolution_due_at",
    },
    hours={"estimatedHours": "estimated_s"},
    flags={"serviceLevelAgreementHasBeenMet": "sla_met"},
    labels={
        "ticketType": "kind_name",
        "ticketCategory": "category",
        "issueType": "issue",
        "subIssueType": "sub_issue",
        "source": "source",
        "serviceLevelAgreementID": "sla",
    },
    custom=True,
)
NOTE = shape_of(
    "TicketNotes",
    Note,
    texts={"title": "title", "description": "body"},
    refs={"ticketID": "ticket_ref"},
    instants={"createDateTime": "created_at", "lastActivityDate": "modified_at"},
    labels={"noteType": "kind"},
)
ATTACHMENT = shape_of(
    "AttachmentInfo",
    Attachment,
    texts={"title": "title", "contentType": "media_type"},
    refs={"ticketID": "ticket_ref", "ticketNoteID": "note_ref", "timeEntryID": "time_entry_ref"},
    instants={"attachDate": "created_at"},
)
COMPANY = shape_of(
    "Companies",
    Company,
    texts={
        "companyName": "name",
        "companyNumber": "number",
        "phone": "phone",
        "webAddress": "website",
        "city": "city",
        "state": "region",
        "postalCode": "postal_code",
    },
    refs={"parentCompanyID": "parent_ref", "ownerResourceID": "owner_ref"},
    instants={
        "createDate": "created_at",
        "lastTrackedModifiedDateTime": "modified_at",
        "lastActivityDate": "last_activity_at",
    },
    flags={"isActive": "is_active"},
    labels={"companyType": "kind"},
    custom=True,
)
SITE = shape_of(
    "CompanyLocations",
    Site,
    texts={"name": "name", "city": "city", "state": "region", "postalCode": "postal_code"},
    refs={"companyID": "company_ref"},
    flags={"isActive": "is_active"},
)
CONTACT = shape_of(
    "Contacts",
    Contact,
    texts={
        "firstName": "first_name",
        "lastName": "last_name",
        "emailAddress": "email",
        "phone": "phone",
        "mobilePhone": "mobile_phone",
        "title": "title",
    },
    refs={"companyID": "company_ref", "companyLocationID": "site_ref"},
    instants={
        "createDate": "created_at",
        "lastModifiedDate": "modified_at",
        "lastActivityDate": "last_activity_at",
    },
    flags={"isActive": "is_active", "primaryContact": "is_primary"},
    custom=True,
)
ROLE = shape_of(
    "Roles",
    Role,
    texts={"name": "name", "description": "description"},
    amounts={"hourlyRate": "hourly_price"},
    flags={"isActive": "is_active"},
)
TECHNICIAN = shape_of(
    "Resources",
    Technician,
    texts={"email": "email", "userName": "username", "title": "title"},
    flags={"isActive": "is_active"},
    labels={"locationID": "location"},
)
ASSET = shape_of(
    "ConfigurationItems",
    Asset,
    texts={
        "referenceTitle": "name",
        "serialNumber": "serial_number",
        "referenceNumber": "reference_number",
        "location": "location",
    },
    refs={
        "productID": "product_ref",
        "companyID": "company_ref",
        "companyLocationID": "site_ref",
        "contactID": "contact_ref",
        "contractID": "contract_ref",
        "parentConfigurationItemID": "parent_ref",
    },
    instants={"createDate": "created_at", "lastModifiedTime": "modified_at"},
    days={"installDate": "installed_on", "warrantyExpirationDate": "warranty_until"},
    flags={"isActive": "is_active"},
    labels={"configurationItemType": "kind"},
    custom=True,
)
TIME_ENTRY = shape_of(
    "TimeEntries",
    TimeEntry,
    texts={"summaryNotes": "summary", "internalNotes": "internal_notes"},
    refs={
        "ticketID": "ticket_ref",
        "taskID": "task_ref",
        "resourceID": "technician_ref",
        "roleID": "role_ref",
        "billingCodeID": "billing_code_ref",
        "contractID": "contract_ref",
        "billingApprovalResourceID": "approved_by_ref",
    },
    instants={
        "startDateTime": "start_at",
        "endDateTime": "end_at",
        "billingApprovalDateTime": "approved_at",
        "createDateTime": "created_at",
        "lastModifiedDateTime": "modified_at",
    },
    days={"dateWorked": "work_date"},
    hours={"hoursWorked": "worked_s", "hoursToBill": "billed_s"},
    numbers={"billingApprovalLevelMostRecent": "approval_level"},
)
SERVICE_CALL = shape_of(
    "ServiceCalls",
    Appointment,
    texts={"description": "description"},
    refs={"companyID": "company_ref", "companyLocationID": "site_ref"},
    instants={
        "startDateTime": "start_at",
        "endDateTime": "end_at",
        "createDateTime": "created_at",
        "lastModifiedDateTime": "modified_at",
    },
)
APPOINTMENT = shape_of(
    "Appointments",
    Appointment,
    texts={"title": "title", "description": "description"},
    instants={
        "startDateTime": "start_at",
        "endDateTime": "end_at",
        "createDateTime": "created_at",
        "updateDateTime": "modified_at",
    },
)
HOLIDAY = shape_of(
    "Holidays",
    Holiday,
    texts={"holidayName": "name"},
    refs={"holidaySetID": "calendar_ref"},
    days={"holidayDate": "day"},
)
SLA_RESULT = shape_of(
    "ServiceLevelAgreementResults",
    SlaResult,
    texts={"serviceLevelAgreementName": "agreement"},
    refs={
        "ticketID": "ticket_ref",
        "firstResponseResourceID": "first_response_by_ref",
        "resolutionPlanResourceID": "resolution_plan_by_ref",
        "resolutionResourceID": "resolution_by_ref",
    },
    hours={
        "firstResponseElapsedHours": "first_response_elapsed_s",
        "resolutionPlanElapsedHours": "resolution_plan_elapsed_s",
        "resolutionElapsedHours": "resolution_elapsed_s",
    },
    flags={
        "isFirstResponseMet": "first_response_met",
        "isResolutionPlanMet": "resolution_plan_met",
        "isResolutionMet": "resolution_met",
    },
)
SURVEY = shape_of(
    "SurveyResults",
    Survey,
    refs={"ticketID": "ticket_ref", "companyID": "company_ref", "contactID": "contact_ref"},
    instants={"sendDate": "sent_at", "completeDate": "completed_at"},
    numbers={
        "surveyRating": "rating",
        "companyRating": "company_rating",
        "contactRating": "contact_rating",
        "resourceRating": "technician_rating",
    },
)
PROJECT = shape_of(
    "Projects",
    Project,
    texts={"projectName": "name", "projectNumber": "number"},
    refs={"companyID": "company_ref", "contractID": "contract_ref", "projectLeadResourceID": "lead_ref"},
    instants={
        "startDateTime": "start_at",
        "endDateTime": "end_at",
        "completedDateTime": "completed_at",
        "lastActivityDateTime": "modified_at",
    },
    hours={"estimatedTime": "estimated_s"},
    labels={"status": "status"},
    custom=True,
)
OPPORTUNITY = shape_of(
    "Opportunities",
    Opportunity,
    texts={"title": "title", "description": "description", "promotionName": "external_reference"},
    refs={"companyID": "company_ref", "contactID": "contact_ref", "ownerResourceID": "owner_ref"},
    instants={
        "createDate": "created_at",
        "closedDate": "closed_at",
        "lostDate": "lost_at",
        "lastActivity": "modified_at",
    },
    days={"projectedCloseDate": "expected_on"},
    amounts={"amount": "amount", "cost": "cost"},
    numbers={"probability": "probability"},
    labels={"stage": "stage", "status": "status"},
)
TASK = shape_of(
    "Tasks",
    Task,
    texts={"title": "title", "taskNumber": "number"},
    refs={
        "projectID": "project_ref",
        "assignedResourceID": "assignee_ref",
        "assignedResourceRoleID": "assignee_role_ref",
    },
    instants={
        "startDateTime": "start_at",
        "endDateTime": "end_at",
        "completedDateTime": "completed_at",
        "lastActivityDateTime": "modified_at",
    },
    hours={"estimatedHours": "estimated_s", "remainingHours": "remaining_s"},
    labels={"status": "status"},
)
SECONDARY_RESOURCE = shape_of(
    "TicketSecondaryResources",
    SecondaryResource,
    refs={"ticketID": "ticket_ref", "resourceID": "technician_ref", "roleID": "role_ref"},
)
CHECKLIST_ITEM = shape_of(
    "TicketChecklistItems",
    ChecklistItem,
    texts={"itemName": "name"},
    refs={"ticketID": "ticket_ref", "completedByResourceID": "completed_by_ref"},
    instants={"completedDateTime": "completed_at"},
    flags={"isImportant": "is_important", "isCompleted": "is_completed"},
    numbers={"position": "position"},
)
TIME_OFF = shape_of(
    "TimeOffRequests",
    TimeOff,
    texts={"reason": "reason", "rejectReason": "rejected_because"},
    refs={"resourceID": "technician_ref", "approveRejectResourceID": "decided_by_ref"},
    instants={
        "startTime": "start_at",
        "endTime": "end_at",
        "approvedDateTime": "approved_at",
        "createDateTime": "created_at",
        "lastModifiedDateTime": "modified_at",
    },
    days={"requestDate": "day"},
    hours={"hours": "duration_s"},
    labels={"timeOffRequestType": "kind", "status": "status"},
)

BY_ENTITY: dict[str, Shape] = {
    shape.entity: shape for shape in (*globals().values(), *vars(money).values()) if isinstance(shape, Shape)
}
"""The shapes by the vendor's plural name."""


def digest() -> str:
    """Return a text that changes when a shape does: stored payloads then mean something else."""
    tables = [one.name for one in fields(Shape) if one.name != "model"]
    return fingerprint({entity: [getattr(shape, table) for table in tables] for entity, shape in BY_ENTITY.items()})
