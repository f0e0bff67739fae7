"""What is the matter with escalation plans beside the policies, the people and the channels of the desk."""

from collections.abc import Iterator
from datetime import timedelta

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.escalate.kinds import ON_CALL, PLANS, Plan
from servicedesk_core.features.skills import TECHNICIANS
from servicedesk_core.features.sla import PolicySet
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant

_ROLES = frozenset({"assignee", "coordinators", "managers", ON_CALL})


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield steps before a due time that are longer than the target, and whom or what steps name that is not there."""
    technicians = {name for kind, name in found if kind == TECHNICIANS.name} | {ON_CALL, *desk.roster}
    policies = [one for one in found.values() if isinstance(one, PolicySet)]
    for plan in (one for one in found.values() if isinstance(one, Plan)):
        shortest = min(_targets(plan, policies), default=None)
        for number, step in enumerate(plan.steps):
            path = ("steps", number)
            if step.before is not None and shortest is not None and step.before >= shortest:
                text = f"{step.key} lies before the beginning: the shortest target that it is for is {shortest}"
                yield Finding(PLANS.name, plan.name, text, path, is_wrong=True)
            if unknown := [word for word in step.notify if word not in _ROLES and word not in desk.roster]:
                known = ", ".join(sorted(_ROLES))
                text = f'"{unknown[0]}" is nobody in the list of people; write a name of it, or one of {known}'
                yield Finding(PLANS.name, plan.name, text, path, is_wrong=True)
            if step.reassign not in {None, *technicians} and not meant(tx, "technicians", step.reassign or ""):
                text = f'"{step.reassign}" is no technician; write a name of one, or {ON_CALL}'
                yield Finding(PLANS.name, plan.name, text, path)
            if step.channel is not None and step.channel not in desk.settings.alerts.channels:
                text = f'there is no alert channel "{step.channel}": write [alerts.channels.{step.channel}]'
                yield Finding(PLANS.name, plan.name, text, path, is_wrong=True)


def _targets(plan: Plan, policies: list[PolicySet]) -> Iterator[timedelta]:
    """Yield the targets that a plan can be for."""
    for one in (policy for held in policies for policy in held.policies):
        of = (
            [one.of(priority) for priority in plan.priority]
            if plan.priority
            else [*one.targets.values(), one.otherwise]
        )
        for targets in of:
            if (target := getattr(targets, plan.clock.value)) is not None:
                yield target
