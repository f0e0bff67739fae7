"""What says which vendor entities a stream consists of."""

from dataclasses import dataclass

HISTORY_ENTITY = "TicketHistory"
DELETED_LOG_ENTITY = "DeletedTicketLogs"

JOINED = "_joined"
ENTITY = "_entity"
"""Keys that we add to a payload; the vendor's own keys never start with an underscore."""


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
        below: Fields of which one has a value in rows of the stream; the entity holds others besides. Empty = all are.
    """

    entity: str
    prefix: str = ""
    stamps: tuple[str, ...] = ()
    created: str | None = None
    joins: tuple[Join, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of the desk.

    Attributes:
        name: Name of the stream.
        right: What the API user's security level must allow. The vendor renames these from time to time.
        sources: Where its records come from, in the order they are read.
        lists: Entities whose value lists and user-defined fields give its records their words.
        picklist: For a stream that is itself a list of values: entity and field.
        looked_up: Entities whose records give its records words, such as countries.
        logs: Entities that tell of its records beside the records themselves.
        partitioned: Whether a long pass is cut into ranges of ids.
        needs: Streams that should be read first.
    """

    name: str
    right: str
    sources: tuple[Source, ...] = ()
    lists: tuple[str, ...] = ()
    picklist: tuple[str, str] | None = None
    looked_up: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
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
        return (*found, *self.looked_up, *self.logs)

    @property
    def has_stamp(self) -> bool:
        """Whether incremental passes are possible."""
        return bool(self.sources) and all(source.stamps for source in self.sources)

    @property
    def has_created(self) -> bool:
        """Whether slices by creation are possible."""
        return bool(self.sources) and all(source.created for source in self.sources)
