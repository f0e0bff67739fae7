"""What recorded time was for, as far as its contract, project and billing code say. Pure."""

from servicedesk_core.domain import ContractKind
from servicedesk_core.features.kpi.cases.facts import Work


def work_of(
    named: Work | None,
    *,
    on_task: bool,
    on_ticket: bool,
    has_contract: bool,
    contract_kind: str | None,
    is_billable: bool | None,
) -> Work:
    """Return what an entry was for.

    Args:
        named: What the service manager says of its billing code.
        on_task: Whether it is on a task of a project.
        on_ticket: Whether it is on a ticket.
        has_contract: Whether it, or its ticket, is under a contract.
        contract_kind: How that contract earns money.
        is_billable: Whether the vendor calls it billable.
    """
    if named is not None:
        return named
    if on_task:
        return Work.PROJECT
    if not on_ticket:
        return Work.INTERNAL
    if has_contract and contract_kind != ContractKind.TIME_AND_MATERIALS:
        return Work.CONTRACT
    return Work.UNBILLED if is_billable is False else Work.TIME_AND_MATERIALS
