"""Which vendor entities each stream consists of, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Rows of another entity that are folded into a record, under ``_joined`` in its payload.

    Attributes:
        key: Name below ``_joined``.
        entity: The other entity.
        local: Field of the record that is matched.
        remote: Field of the other entity that it is matched with.
        keep: Fields of the other entity that are kept.
        many: Whether several rows belong to a record; else there is at most one, found by its id.
        current: Pair of date fields; only rows whose range holds the present are kept.
        joins: Joins of the joined rows.
    """

    key: str
    entity: str
    local: str
    remote: str = "id"
    keep: tuple[str, ...]
    many: bool = False
    current: tuple[str, str] | None = None
    joins: tuple["Join", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entity behind a stream.

    Attributes:
        entity: The vendor's plural name, as in addresses.
        prefix: Put before the vendor's id where a stream has several sources, to keep ids unique.
        stamps: Fields that move when a record changes; a record counts as changed when any of them moved.
        created: Field with the creation.
        joins: What is folded in.
    """

    entity: str
    prefix: str = ""
    stamps: tuple[str, ...] = ()
    created: str | None = None
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of the desk.

    Attributes:
        name: Name of the stream.
        sources: Where its records come from, in the order they are read.
        lists: Entities whose value lists and user-defined fields give its records their words.
        picklist: For a stream that is itself a list of values: entity and field.
        looked_up: Entities whose records give its records words, such as countries.
        partitioned: Whether a long pass is cut into ranges of ids.
        needs: Streams that should be read first.
    """

    name: str
    sources: tuple[Source, ...] = ()
    lists: tuple[str, ...] = ()
    picklist: tuple[str, str] | None = None
    looked_up: tuple[str, ...] = ()
    partitioned: bool = False
    needs: tuple[str, ...] = ()

    @property
    def entities(self) -> tuple[str, ...]:
        """Every vendor entity that is read for the stream."""
        if self.picklist:
            return (self.picklist[0],)
        found: dict[str, None] = {}

        def add(joins: tuple[Join, ...]) -> None:
            for join in joins:
                found[join.entity] = None
                add(join.joins)

        for source in self.sources:
            found[source.entity] = None
            add(source.joins)
        return (*found, *self.looked_up)

    @property
    def has_stamp(self) -> bool:
        """Whether incremental passes are possible."""
        return bool(self.sources) and all(source.stamps for source in self.sources)

    @property
    def has_created(self) -> bool:
        """Whether slices by creation are possible."""
        return bool(self.sources) and all(source.created for source in self.sources)


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

_ALL = (
    Stream(
        name="companies",
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
        sources=(Source(entity="CompanyLocations"),),
        lists=("CompanyLocations",),
        looked_up=("Countries",),
        needs=("companies",),
    ),
    Stream(
        name="contacts",
        sources=(Source(entity="Contacts", stamps=("lastActivityDate", "lastModifiedDate"), created="createDate"),),
        lists=("Contacts",),
        needs=("companies", "sites"),
    ),
    Stream(name="roles", sources=(Source(entity="Roles"),)),
    Stream(name="queues", picklist=("Tickets", "queueID"), lists=("Tickets",)),
    Stream(
        name="technicians",
        sources=(Source(entity="Resources", joins=_RESOURCE_JOINS),),
        lists=("Resources",),
        needs=("roles", "queues"),
    ),
    Stream(
        name="products",
        sources=(Source(entity="Products"),),
        lists=("Products",),
    ),
    Stream(name="contracts", sources=(Source(entity="Contracts"),), lists=("Contracts",), needs=("companies",)),
    Stream(
        name="contract_services",
        sources=(Source(entity="ContractServices", joins=_CONTRACT_SERVICE_JOINS),),
        needs=("contracts",),
    ),
    Stream(name="billing_codes", sources=(Source(entity="BillingCodes"),), lists=("BillingCodes",)),
    Stream(
        name="assets",
        sources=(
            Source(entity="ConfigurationItems", stamps=("lastModifiedTime",), created="createDate", joins=(_PRODUCT,)),
        ),
        lists=("ConfigurationItems",),
        needs=("companies", "products"),
    ),
    Stream(
        name="tickets",
        sources=(
            Source(
                entity="Tickets",
                # An activity stamp moves on notes and time, a tracked one on edits: only both together miss nothing.
                stamps=("lastActivityDate", "lastTrackedModificationDateTime"),
                created="createDate",
            ),
        ),
        lists=("Tickets",),
        partitioned=True,
        needs=("companies", "technicians", "queues"),
    ),
    Stream(
        name="notes",
        sources=(Source(entity="TicketNotes", stamps=("lastActivityDate",), created="createDateTime"),),
        lists=("TicketNotes",),
        partitioned=True,
        needs=("tickets",),
    ),
    Stream(
        name="time_entries",
        sources=(Source(entity="TimeEntries", stamps=("lastModifiedDateTime",), created="createDateTime"),),
        partitioned=True,
        needs=("tickets",),
    ),
    Stream(
        name="appointments",
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
        sources=(
            Source(
                entity="Holidays",
                joins=(Join(key="set", entity="HolidaySets", local="holidaySetID", keep=("holidaySetName",)),),
            ),
        ),
    ),
    Stream(name="sla_results", sources=(Source(entity="ServiceLevelAgreementResults"),), needs=("tickets",)),
    Stream(
        name="surveys",
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
)

STREAMS: dict[str, Stream] = {stream.name: stream for stream in _ALL}
"""The streams by name, parents before children."""

HISTORY_ENTITY = "TicketHistory"
DELETED_LOG_ENTITY = "DeletedTicketLogs"
JOINED = "_joined"
ENTITY = "_entity"
"""Keys that we add to a payload; the vendor's own keys never start with an underscore."""
