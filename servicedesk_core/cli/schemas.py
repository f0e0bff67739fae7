"""The documents that ``--json`` prints: name, version and shape of each.

A version rises when a field changes its meaning or goes away; new fields may come at any time. The shapes are named
by their home, so that nothing is imported before it is needed; the reference page of the documentation is made
from this table.
"""

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document.

    Attributes:
        version: Version of the shape.
        about: What ``data`` is.
        shape: Where the dataclass of ``data``, or of its items, is defined: ``module:Class``.
        many: Whether ``data`` is a list of them.
    """

    version: int
    about: str
    shape: str
    many: bool = False

    @property
    def type(self) -> type:
        """The dataclass itself."""
        module, _, name = self.shape.partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, type)  # noqa: S101  # the table above is ours
        return found


_RUNTIME = "servicedesk_core.runtime"
DOCUMENTS: dict[str, Document] = {
    "connections.list": Document(1, "The configured connections.", f"{_RUNTIME}:ConnectionInfo", many=True),
    "connections.test": Document(1, "What each tested connection can see.", f"{_RUNTIME}:ConnectionCheck", many=True),
    "connections.requirements": Document(1, "What access to a vendor takes.", f"{_RUNTIME}:Requirements"),
    "sync": Document(1, "What each connection's run did.", f"{_RUNTIME}:SyncOutcome", many=True),
    "sync.plan": Document(1, "What a run would ask for.", f"{_RUNTIME}:PlanOutcome", many=True),
    "status": Document(1, "Data and jobs of the desk.", f"{_RUNTIME}:DeskStatus"),
    "jobs.list": Document(1, "The jobs, when they are due and how they ended.", f"{_RUNTIME}:JobStanding", many=True),
    "jobs.run": Document(1, "How each job ended.", f"{_RUNTIME}:JobOutcome", many=True),
    "tickets.list": Document(1, "A page of tickets.", "servicedesk_core.store.queries.tickets:TicketPage"),
    "tickets.show": Document(
        1, "One ticket with what hangs on it.", "servicedesk_core.store.queries.tickets:TicketDetail"
    ),
    "quarantine.list": Document(1, "Records that could not be understood.", f"{_RUNTIME}:QuarantinedRecord", many=True),
    "quarantine.show": Document(1, "One of them with its payload.", f"{_RUNTIME}:QuarantinedRecord"),
    "quarantine.retry": Document(1, "What became of the retried records.", f"{_RUNTIME}:RetryOutcome"),
    "quarantine.drop": Document(1, "How many records were dropped.", f"{_RUNTIME}:DropOutcome"),
    "plugins.list": Document(1, "Installed plugins and their state.", "servicedesk_core.plugins:LoadReport", many=True),
    "doctor": Document(1, "What was looked at on this machine.", f"{_RUNTIME}:Finding", many=True),
    "remap": Document(1, "What rebuilding the records did.", f"{_RUNTIME}:SyncOutcome", many=True),
    "mapping.check": Document(1, "How a file would be mapped.", "servicedesk_core.runtime.mappings:MappingCheck"),
    "report.desk": Document(1, "The desk page's numbers.", "servicedesk_core.reports.desk:DeskReport"),
    "store.size": Document(1, "How large the store is.", f"{_RUNTIME}:StoreSize"),
    "store.verify": Document(1, "Whether the store is sound.", f"{_RUNTIME}:StoreVerdict"),
    "store.backup": Document(1, "Where the backup is.", f"{_RUNTIME}:StoreBackup"),
    "store.restore": Document(1, "What the restore replaced.", f"{_RUNTIME}:StoreRestore"),
    "store.adopt": Document(1, "Whether the store may send.", f"{_RUNTIME}:StoreAdoption"),
    "store.upgrade": Document(1, "The schema before and after.", f"{_RUNTIME}:StoreUpgrade"),
}
"""By command, words joined with dots; ``schema`` of a document is ``servicedesk.<command>/<version>``."""
