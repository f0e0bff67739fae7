"""The documents that ``--json`` prints: name, version and shape of each.

A version rises when a field changes its meaning or goes away; new fields may come at any time. The shapes are named
by their home, so that nothing is imported before it is needed; the reference page of the documentation is made
from this table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_core.features import Feature

from servicedesk_core.faces.reference import named


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document.

    Attributes:
        version: Version of the shape.
        about: What ``data`` is.
        shape: The dataclass of ``data``, or of a page's items, or where it is defined: ``module:Class``.
        many: Whether ``data`` is a page of them.
    """

    version: int
    about: str
    shape: str | Any
    many: bool = False

    @property
    def type(self) -> Any:
        """The type of ``data``."""
        from servicedesk_core.faces.page import Page  # noqa: PLC0415

        shape = named(self.shape) if isinstance(self.shape, str) else self.shape
        return Page[shape] if self.many else shape  # type: ignore[valid-type]


def documents(theirs: "Iterable[Feature]" = ()) -> dict[str, Document]:
    """Return all documents by command: those of the table below, and what features declare.

    Args:
        theirs: Features of others.
    """
    from servicedesk_core.features import FEATURES, own  # noqa: PLC0415

    derived = [offer for feature in (*map(own, FEATURES), *theirs) for offer in feature.offers().values()]
    return DOCUMENTS | {offer.name: Document(offer.version, offer.about, offer.result) for offer in derived}


_DESK = "servicedesk_core.desk"
_UPKEEP = "servicedesk_core.machine.upkeep"
_WARRANTY = "servicedesk_core.features.warranty"
_VIEW = "servicedesk_core.outbox.views:WriteView"
DOCUMENTS: dict[str, Document] = {
    "connections.list": Document(2, "The configured connections.", f"{_DESK}:ConnectionInfo", many=True),
    "connections.test": Document(2, "What each tested connection can see.", f"{_DESK}:ConnectionCheck", many=True),
    "connections.authorize": Document(
        1, "What the connection can see, now that the access is allowed.", f"{_DESK}:ConnectionCheck"
    ),
    "connections.accept-identity": Document(
        1, "The account that was accepted, and the one before.", f"{_DESK}:IdentityChange"
    ),
    "connections.requirements": Document(
        1, "What access to a vendor takes.", "servicedesk_core.machine.requirements:Requirements"
    ),
    "sync": Document(2, "What each connection's run did.", f"{_DESK}:SyncOutcome", many=True),
    "sync.history": Document(
        1, "What was read of the past of each connection's tickets.", f"{_DESK}:PastOutcome", many=True
    ),
    "sync.history.plan": Document(
        1, "What reading the past of tickets would take.", f"{_DESK}:PastPlanOutcome", many=True
    ),
    "sync.plan": Document(2, "What a run would ask for.", f"{_DESK}:PlanOutcome", many=True),
    "jobs.list": Document(2, "The jobs, when they are due and how they ended.", f"{_DESK}:ScheduledJob", many=True),
    "jobs.run": Document(2, "How each job ended.", f"{_DESK}:JobOutcome", many=True),
    "service.status": Document(
        1, "Whether the operating system runs the desk.", "servicedesk_core.machine.service.model:ServiceStatus"
    ),
    "writes.approve": Document(2, "What became of the approved writes.", "servicedesk_core.outbox.views:WritePage"),
    "writes.edit": Document(1, "The write, proposed anew.", _VIEW),
    "writes.run": Document(2, "What a run did.", "servicedesk_core.outbox.outcomes:SendOutcome", many=True),
    "writes.retry": Document(2, "What became of the retried writes.", "servicedesk_core.outbox.views:WritePage"),
    "writes.discard": Document(2, "The discarded writes.", "servicedesk_core.outbox.views:WritePage"),
    "writes.resolve": Document(1, "The write whose doubt was settled.", _VIEW),
    "writes.revert": Document(1, "The write that restores old values.", _VIEW),
    "plugins.list": Document(2, "Installed plugins and their state.", "servicedesk_core.plugins:LoadReport", many=True),
    "plugins.check": Document(1, "The grade of a distribution.", "servicedesk_core.grading:PluginGrade"),
    "doctor": Document(2, "What was looked at on this machine.", "servicedesk_core.machine.doctor:Finding", many=True),
    "remap": Document(2, "What rebuilding the records did.", f"{_DESK}:SyncOutcome", many=True),
    "mapping.check": Document(
        1, "How a file would be mapped.", "servicedesk_core.connectors.tabular.inspect:MappingCheck"
    ),
    "warranty.lookup": Document(1, "How the looked-up devices stand.", f"{_WARRANTY}.lookup.run:LookupReport"),
    "warranty.report": Document(1, "Covers and claims.", f"{_WARRANTY}.tables.report:WarrantyReport"),
    "store.size": Document(1, "How large the store is.", f"{_UPKEEP}:StoreSize"),
    "store.verify": Document(1, "Whether the store is sound.", f"{_UPKEEP}:StoreVerdict"),
    "store.backup": Document(1, "Where the backup is.", f"{_UPKEEP}:StoreBackup"),
    "store.restore": Document(1, "What the restore replaced.", "servicedesk_core.store.restoring:StoreRestore"),
    "store.adopt": Document(1, "Whether the store may send.", f"{_UPKEEP}:StoreAdoption"),
    "store.upgrade": Document(1, "The schema before and after.", f"{_UPKEEP}:StoreUpgrade"),
}
"""By command, words joined with dots; ``schema`` of a document is ``servicedesk.<command>/<version>``."""
