"""Which vendor entities each stream consists of, as data."""

from servicedesk_autotask.reading.stream import DELETED_LOG_ENTITY, HISTORY_ENTITY, Join, Source, Stream

_PRODUCT = Join(
    key="product",
    entity="Products",
    local="productID",
    keep=("name", "manufacturerName", "manufacturerProductName"),
)
_RESOURCE_JOINS = (
    Join(
        key="service_desk_roles",
        entity="ResourceServiceDeskRoles",
        local="id",
        remote="resourceID",
        keep=("roleID", "isActive", "isDefault"),
        many=True,
    ),
    Join(
        key="departments",
        entity="ResourceRoleDepartments",
        local="id",
        remote="resourceID",
        keep=("roleID", "departmentID", "isActive", "isDefault"),
        many=True,
        joins=(Join(key="department", entity="Departments", local="departmentID", keep=("name",)),),
    ),
    Join(
        key="queues",
        entity="ResourceRoleQueues",
        local="id",
        remote="resourceID",
        keep=("queueID",),
        many=True,
    ),
)
_SERVICE_CALL_TICKETS = Join(
    key="tickets",
    entity="ServiceCallTickets",
    local="id",
    remote="serviceCallID",
    keep=("ticketID",),
    many=True,
    joins=(
        Join(
            key="resources",
            entity="ServiceCallTicketResources",
            local="id",
            remote="serviceCallTicketID",
            keep=("resourceID",),
            many=True,
        ),
    ),
)
_TASK_HELPERS = Join(
    key="secondary", entity="TaskSecondaryResources", local="id", remote="taskID", keep=("resourceID",), many=True
)
_CONTRACT_SERVICE_JOINS = (
    Join(key="service", entity="Services", local="serviceID", keep=("name",)),
    Join(
        key="units",
        entity="ContractServiceUnits",
        local="id",
        remote="contractServiceID",
        keep=("units", "startDate", "endDate"),
        many=True,
        current=("startDate", "endDate"),
    ),
)

_EXCLUSIONS = (
    Join(
        key="excluded_roles",
        entity="ContractExclusionRoles",
        local="id",
        remote="contractID",
        keep=("roleID",),
        many=True,
    ),
    Join(
        key="excluded_codes",
        entity="ContractExclusionBillingCodes",
        local="id",
        remote="contractID",
        keep=("billingCodeID",),
        many=True,
    ),
    Join(
        key="excluded_roles_of_set",
        entity="ContractExclusionSetExcludedRoles",
        local="contractExclusionSetID",
        remote="contractExclusionSetID",
        keep=("excludedRoleID",),
        many=True,
    ),
    Join(
        key="excluded_codes_of_set",
        entity="ContractExclusionSetExcludedWorkTypes",
        local="contractExclusionSetID",
        remote="contractExclusionSetID",
        keep=("excludedWorkTypeID",),
        many=True,
    ),
)
_CLIENT = Join(
    key="company",
    entity="Companies",
    local="companyID",
    keep=("currencyID",),
    joins=(Join(key="currency", entity="Currencies", local="currencyID", keep=("name",)),),
)
"""Leads to the currency of a record's prices, which only the client has."""
_CLIENT_OF_TICKET = Join(key="ticket", entity="Tickets", local="ticketID", keep=("companyID",), joins=(_CLIENT,))
_CLIENT_OF_CONTRACT = Join(
    key="contract", entity="Contracts", local="contractID", keep=("companyID",), joins=(_CLIENT,)
)

_ALL = (
    Stream(
        name="companies",
        right="CRM: Organizations, view All",
        sources=(
            Source(
                entity="Companies", stamps=("lastActivityDate", "lastTrackedModifiedDateTime"), created="createDate"
            ),
        ),
        lists=("Companies",),
        looked_up=("Countries",),
    ),
    Stream(
        name="sites",
        right="CRM: Organizations, view All, their locations included",
        sources=(Source(entity="CompanyLocations"),),
        lists=("CompanyLocations",),
        looked_up=("Countries",),
        needs=("companies",),
    ),
    Stream(
        name="contacts",
        right="CRM: Contacts, view All",
        sources=(Source(entity="Contacts", stamps=("lastActivityDate", "lastModifiedDate"), created="createDate"),),
        lists=("Contacts",),
        needs=("companies", "sites"),
    ),
    Stream(
        name="roles", right="Admin: view roles (part of the API User security level)", sources=(Source(entity="Roles"),)
    ),
    Stream(name="queues", right="Service Desk: Tickets, view All", picklist=("Tickets", "queueID"), lists=("Tickets",)),
    Stream(
        name="technicians",
        right="Admin: Resources/Users (HR), view resources, their roles, departments and queues",
        sources=(Source(entity="Resources", joins=_RESOURCE_JOINS),),
        lists=("Resources",),
        needs=("roles", "queues"),
    ),
    Stream(
        name="products",
        right="Inventory: Products, view",
        sources=(Source(entity="Products"),),
        lists=("Products",),
    ),
    Stream(
        name="contracts",
        right="Contracts: view All, with exclusion sets",
        sources=(Source(entity="Contracts", joins=_EXCLUSIONS),),
        lists=("Contracts",),
        needs=("companies",),
    ),
    Stream(
        name="contract_services",
        right="Contracts: view All, and Services view",
        sources=(Source(entity="ContractServices", joins=_CONTRACT_SERVICE_JOINS),),
        needs=("contracts",),
    ),
    Stream(
        name="contract_units",
        right="Contracts: view All, and Services view",
        sources=(Source(entity="ContractServiceUnits", joins=(_CLIENT_OF_CONTRACT,)),),
        needs=("contracts", "contract_services"),
    ),
    Stream(
        name="contract_blocks",
        right="Contracts: view All",
        sources=(Source(entity="ContractBlocks", joins=(_CLIENT_OF_CONTRACT,)),),
        needs=("contracts",),
    ),
    Stream(
        name="billing_codes",
        right="Admin: view billing codes (part of the API User security level)",
        sources=(Source(entity="BillingCodes"),),
        lists=("BillingCodes",),
    ),
    Stream(
        name="contract_rates",
        right="Contracts: view All, with internal costs",
        sources=(
            Source(entity="ContractRates", prefix="price-", joins=(_CLIENT_OF_CONTRACT,)),
            Source(entity="ContractRoleCosts", prefix="cost-"),
        ),
        needs=("contracts", "roles"),
    ),
    Stream(
        name="assets",
        right="CRM: Configuration Items (Devices/Assets), view All",
        sources=(
            Source(entity="ConfigurationItems", stamps=("lastModifiedTime",), created="createDate", joins=(_PRODUCT,)),
        ),
        lists=("ConfigurationItems",),
        needs=("companies", "products"),
    ),
    Stream(
        name="opportunities",
        right="CRM: Opportunities, view All",
        sources=(Source(entity="Opportunities", stamps=("lastActivity",), created="createDate"),),
        lists=("Opportunities",),
        needs=("companies", "contacts", "technicians"),
    ),
    Stream(
        name="projects",
        right="Projects: view All",
        sources=(Source(entity="Projects", stamps=("lastActivityDateTime",), created="createDateTime"),),
        lists=("Projects",),
        needs=("companies", "contracts", "technicians"),
    ),
    Stream(
        name="tasks",
        right="Projects: view All, with their tasks",
        sources=(
            Source(
                entity="Tasks",
                stamps=("lastActivityDateTime",),
                created="createDateTime",
                joins=(_TASK_HELPERS,),
            ),
        ),
        lists=("Tasks",),
        needs=("projects", "technicians"),
    ),
    Stream(
        name="tickets",
        right="Service Desk: Tickets, view All",
        sources=(
            Source(
                entity="Tickets",
                # An activity stamp moves on notes and time, a tracked one on edits: only both together miss nothing.
                stamps=("lastActivityDate", "lastTrackedModificationDateTime"),
                created="createDate",
            ),
        ),
        lists=("Tickets",),
        logs=(HISTORY_ENTITY, DELETED_LOG_ENTITY),
        partitioned=True,
        needs=("companies", "technicians", "queues"),
    ),
    Stream(
        name="notes",
        right="Service Desk: Ticket Notes, view All, internal ones included",
        sources=(Source(entity="TicketNotes", stamps=("lastActivityDate",), created="createDateTime"),),
        lists=("TicketNotes",),
        partitioned=True,
        needs=("tickets",),
    ),
    Stream(
        name="secondary_resources",
        right="Service Desk: Tickets, view All",
        sources=(Source(entity="TicketSecondaryResources"),),
        needs=("tickets", "technicians"),
    ),
    Stream(
        name="checklist_items",
        right="Service Desk: Tickets, view All",
        sources=(Source(entity="TicketChecklistItems"),),
        needs=("tickets",),
    ),
    Stream(
        name="time_entries",
        right="Timesheets: Time Entries, view All",
        sources=(Source(entity="TimeEntries", stamps=("lastModifiedDateTime",), created="createDateTime"),),
        partitioned=True,
        needs=("tickets",),
    ),
    Stream(
        name="attachments",
        right="Service Desk: Tickets, Ticket Notes and Time Entries, view All, with their attachments",
        sources=(
            Source(
                # One list for files of everything: reading them ticket by ticket would cost a request for each ticket.
                entity="AttachmentInfo",
                stamps=("attachDate",),
                created="attachDate",
                joins=(
                    Join(key="note", entity="TicketNotes", local="ticketNoteID", keep=("ticketID",)),
                    Join(key="time_entry", entity="TimeEntries", local="timeEntryID", keep=("ticketID",)),
                ),
                below=("ticketID", "ticketNoteID", "timeEntryID"),
            ),
        ),
        lists=("TicketNotes",),
        needs=("tickets", "notes", "time_entries"),
    ),
    Stream(
        name="appointments",
        right="Service Desk: Service Calls, view All, and Calendar: Appointments, view All",
        sources=(
            Source(
                entity="ServiceCalls",
                prefix="service-call-",
                stamps=("lastModifiedDateTime",),
                created="createDateTime",
                joins=(_SERVICE_CALL_TICKETS,),
            ),
            Source(entity="Appointments", prefix="appointment-", stamps=("updateDateTime",), created="createDateTime"),
        ),
        lists=("ServiceCalls",),
        needs=("tickets", "technicians"),
    ),
    Stream(
        name="holidays",
        right="Admin: view holiday sets (part of the API User security level)",
        sources=(
            Source(
                entity="Holidays",
                joins=(Join(key="set", entity="HolidaySets", local="holidaySetID", keep=("holidaySetName",)),),
            ),
        ),
    ),
    Stream(
        name="sla_results",
        right="Service Desk: Tickets, view All",
        sources=(Source(entity="ServiceLevelAgreementResults"),),
        needs=("tickets",),
    ),
    Stream(
        name="surveys",
        right="CRM: Surveys, view results",
        sources=(
            Source(
                entity="SurveyResults",
                # A result changes twice: it is sent, and it is answered.
                stamps=("sendDate", "completeDate"),
                joins=(Join(key="survey", entity="Surveys", local="surveyID", keep=("displayName", "name")),),
            ),
        ),
        needs=("tickets",),
    ),
    Stream(
        name="time_off",
        right="Timesheets: Time Off Requests, view All",
        sources=(Source(entity="TimeOffRequests", stamps=("lastModifiedDateTime",), created="createDateTime"),),
        lists=("TimeOffRequests",),
        needs=("technicians",),
    ),
    Stream(
        name="charges",
        right="Service Desk: Tickets, view All, with internal costs",
        sources=(Source(entity="TicketCharges", created="createDate", joins=(_CLIENT_OF_TICKET,)),),
        lists=("TicketCharges",),
        needs=("tickets",),
    ),
    Stream(
        name="invoices",
        right="Contracts: view All, and Billing: view invoices",
        sources=(Source(entity="Invoices", created="createDateTime", joins=(_CLIENT,)),),
        lists=("Invoices",),
        needs=("companies",),
    ),
    Stream(
        name="billing_items",
        right="Contracts: view All, and Billing: view approved and posted items, with internal costs",
        # It is made by posting; no stamp moves when it is invoiced.
        sources=(Source(entity="BillingItems", created="postedOnTime", joins=(_CLIENT,)),),
        lists=("BillingItems",),
        needs=("tickets", "time_entries", "charges", "contracts", "invoices"),
    ),
)

STREAMS: dict[str, Stream] = {stream.name: stream for stream in _ALL}
"""The streams by name, parents before children."""
