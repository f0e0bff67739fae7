"""Which field of the vendor's rows feeds which field of the domain, as data."""

from dataclasses import dataclass, fields

from servicedesk_core.domain import (
    Appointment,
    Asset,
    BillingCode,
    BillingItem,
    Charge,
    Company,
    Contact,
    Contract,
    ContractBlock,
    ContractRate,
    ContractService,
    ContractUnits,
    Entity,
    Holiday,
    Invoice,
    Note,
    Product,
    Role,
    Site,
    SlaResult,
    Survey,
    Technician,
    Ticket,
    TimeEntry,
    TimeOff,
)
from servicedesk_core.hooks import fingerprint

Pairs = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one entity's rows become one kind of record. Each table goes from the vendor's field to ours.

    Attributes:
        entity: The vendor's plural name.
        model: The kind of record.
        texts: Texts.
        refs: References to other records.
        instants: Points in time.
        days: Date-only fields.
        hours: Hours, which become seconds.
        amounts: Money.
        flags: Truth values.
        numbers: Plain numbers.
        labels: List fields of which we keep the label.
        custom: Whether user-defined fields are kept.
    """

    entity: str
    model: type[Entity]
    texts: Pairs
    refs: Pairs
    instants: Pairs
    days: Pairs
    hours: Pairs
    amounts: Pairs
    flags: Pairs
    numbers: Pairs
    labels: Pairs
    custom: bool = False


def _shape(
    entity: str,
    model: type[Entity],
    *,
    texts: Pairs | None = None,
    refs: Pairs | None = None,
    instants: Pairs | None = None,
    days: Pairs | None = None,
    hours: Pairs | None = None,
    amounts: Pairs | None = None,
    flags: Pairs | None = None,
    numbers: Pairs | None = None,
    labels: Pairs | None = None,
    custom: bool = False,
) -> Shape:
    return Shape(
        entity=entity, model=model, texts=texts or {}, refs=refs or {}, instants=instants or {}, days=days or {},
        hours=hours or {}, amounts=amounts or {}, flags=flags or {}, numbers=numbers or {}, labels=labels or {},
        custom=custom,
    )  # fmt: skip


TICKET = _shape(
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
NOTE = _shape(
    "TicketNotes",
    Note,
    texts={"title": "title", "description": "body"},
    refs={"ticketID": "ticket_ref"},
    instants={"createDateTime": "created_at", "lastActivityDate": "modified_at"},
    labels={"noteType": "kind"},
)
COMPANY = _shape(
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
SITE = _shape(
    "CompanyLocations",
    Site,
    texts={"name": "name", "city": "city", "state": "region", "postalCode": "postal_code"},
    refs={"companyID": "company_ref"},
    flags={"isActive": "is_active"},
)
CONTACT = _shape(
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
ROLE = _shape("Roles", Role, texts={"name": "name", "description": "description"}, flags={"isActive": "is_active"})
TECHNICIAN = _shape(
    "Resources",
    Technician,
    texts={"email": "email", "userName": "username", "title": "title"},
    flags={"isActive": "is_active"},
    labels={"locationID": "location"},
)
PRODUCT = _shape(
    "Products",
    Product,
    texts={
        "name": "name",
        "description": "description",
        "manufacturerName": "manufacturer",
        "manufacturerProductName": "model",
        "sku": "sku",
    },
    amounts={"unitCost": "unit_cost", "unitPrice": "unit_price"},
    flags={"isActive": "is_active", "isSerialized": "is_serialized"},
    labels={"productCategory": "category"},
)
ASSET = _shape(
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
CONTRACT = _shape(
    "Contracts",
    Contract,
    texts={"contractName": "name", "contractNumber": "number"},
    refs={"companyID": "company_ref", "contactID": "contact_ref"},
    days={"startDate": "start_on", "endDate": "end_on"},
    amounts={"estimatedRevenue": "estimated_revenue", "estimatedCost": "estimated_cost"},
    flags={"isDefaultContract": "is_default", "status": "is_active"},
    labels={"contractType": "kind_name", "contractCategory": "category", "serviceLevelAgreementID": "sla"},
    custom=True,
)
CONTRACT_SERVICE = _shape(
    "ContractServices",
    ContractService,
    texts={"invoiceDescription": "description"},
    refs={"contractID": "contract_ref", "serviceID": "service_ref"},
    amounts={"unitPrice": "unit_price", "unitCost": "unit_cost"},
)
BILLING_CODE = _shape(
    "BillingCodes",
    BillingCode,
    texts={"name": "name", "externalNumber": "external_number"},
    amounts={"unitPrice": "unit_price", "unitCost": "unit_cost"},
    flags={"isActive": "is_active"},
    labels={"useType": "kind"},
)
TIME_ENTRY = _shape(
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
SERVICE_CALL = _shape(
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
APPOINTMENT = _shape(
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
HOLIDAY = _shape(
    "Holidays",
    Holiday,
    texts={"holidayName": "name"},
    refs={"holidaySetID": "calendar_ref"},
    days={"holidayDate": "day"},
)
SLA_RESULT = _shape(
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
SURVEY = _shape(
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

CONTRACT_UNITS = _shape(
    "ContractServiceUnits",
    ContractUnits,
    refs={"contractID": "contract_ref", "contractServiceID": "contract_service_ref", "serviceID": "service_ref"},
    instants={"approveAndPostDate": "posted_at"},
    days={"startDate": "start_on", "endDate": "end_on"},
    amounts={"price": "price", "internalCurrencyPrice": "own_price", "cost": "cost"},
    numbers={"units": "units"},
)
CONTRACT_BLOCK = _shape(
    "ContractBlocks",
    ContractBlock,
    texts={"invoiceNumber": "invoice_number"},
    refs={"contractID": "contract_ref"},
    days={"datePurchased": "bought_on", "startDate": "start_on", "endDate": "end_on"},
    hours={"hours": "bought_s", "hoursApproved": "used_s"},
    amounts={"hourlyRate": "hourly_price"},
    flags={"status": "is_active", "isPaid": "is_paid"},
)
CONTRACT_PRICE = _shape(
    "ContractRates",
    ContractRate,
    refs={"contractID": "contract_ref", "roleID": "role_ref"},
    amounts={"contractHourlyRate": "hourly_price", "internalCurrencyContractHourlyRate": "own_hourly_price"},
)
CONTRACT_COST = _shape(
    "ContractRoleCosts",
    ContractRate,
    refs={"contractID": "contract_ref", "roleID": "role_ref", "resourceID": "technician_ref"},
    amounts={"rate": "hourly_cost"},
)
TIME_OFF = _shape(
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
CHARGE = _shape(
    "TicketCharges",
    Charge,
    texts={"name": "name", "description": "description", "purchaseOrderNumber": "purchase_order_number"},
    refs={
        "ticketID": "ticket_ref",
        "productID": "product_ref",
        "billingCodeID": "billing_code_ref",
        "contractServiceID": "contract_service_ref",
    },
    instants={"statusLastModifiedDate": "status_changed_at", "createDate": "created_at"},
    days={"datePurchased": "bought_on"},
    amounts={
        "unitQuantity": "quantity",
        "unitCost": "unit_cost",
        "unitPrice": "unit_price",
        "internalCurrencyUnitPrice": "own_unit_price",
        "extendedCost": "cost",
        "billableAmount": "price",
        "internalCurrencyBillableAmount": "own_price",
    },
    flags={"isBillableToCompany": "is_billable", "isBilled": "is_billed"},
    labels={"chargeType": "kind", "status": "status"},
)
INVOICE = _shape(
    "Invoices",
    Invoice,
    texts={"invoiceNumber": "number", "orderNumber": "purchase_order_number", "comments": "comments"},
    refs={"companyID": "company_ref", "voidedByResourceID": "voided_by_ref"},
    instants={"voidedDate": "voided_at", "createDateTime": "created_at"},
    days={
        "invoiceDateTime": "invoiced_on",
        "dueDate": "due_on",
        "fromDate": "from_on",
        "toDate": "until_on",
        "paidDate": "paid_on",
    },
    amounts={"invoiceTotal": "total", "totalTaxValue": "tax"},
    flags={"isVoided": "is_voided"},
    labels={"paymentTerm": "payment_term"},
)
BILLING_ITEM = _shape(
    "BillingItems",
    BillingItem,
    texts={"itemName": "name", "description": "description", "purchaseOrderNumber": "purchase_order_number"},
    refs={
        "companyID": "company_ref",
        "ticketID": "ticket_ref",
        "taskID": "task_ref",
        "projectID": "project_ref",
        "timeEntryID": "time_entry_ref",
        "ticketChargeID": "charge_ref",
        "contractID": "contract_ref",
        "contractBlockID": "contract_block_ref",
        "contractServiceID": "contract_service_ref",
        "configurationItemID": "asset_ref",
        "roleID": "role_ref",
        "billingCodeID": "billing_code_ref",
        "invoiceID": "invoice_ref",
        "itemApproverID": "approved_by_ref",
    },
    instants={"postedOnTime": "created_at"},
    days={"itemDate": "item_on", "postedDate": "posted_on"},
    amounts={
        "quantity": "quantity",
        "rate": "rate",
        "internalCurrencyRate": "own_rate",
        "ourCost": "cost",
        "extendedPrice": "price",
        "internalCurrencyExtendedPrice": "own_price",
        "taxDollars": "tax",
        "internalCurrencyTaxDollars": "own_tax",
        "totalAmount": "total",
        "internalCurrencyTotalAmount": "own_total",
    },
    labels={"billingItemType": "kind", "subType": "sub_kind"},
)

BY_ENTITY: dict[str, Shape] = {shape.entity: shape for shape in [*globals().values()] if isinstance(shape, Shape)}
"""The shapes by the vendor's plural name."""


def digest() -> str:
    """Return a text that changes when a shape does: stored payloads then mean something else."""
    tables = [one.name for one in fields(Shape) if one.name != "model"]
    return fingerprint({entity: [getattr(shape, table) for table in tables] for entity, shape in BY_ENTITY.items()})
