"""Webhooks: what the vendor fills in, what it refuses, and when one is ready."""

from typing import Any

from servicedesk_autotask.sandbox.desk import Act
from servicedesk_autotask.sandbox.rules.types import Prepare, Rules

_LONGEST_NAME = 50


def _identify(act: Act) -> None:
    if act.before is None:
        number = int(act.desk.store.meta("webhooks") or 0) + 1
        act.desk.store.set_meta("webhooks", number)
        act.row["webhookGUID"] = f"00000000-0000-4000-8000-{number:012d}"
        act.row["isReady"] = False


def _check(act: Act, sent: dict[str, Any]) -> list[str]:
    del sent
    is_long = len(str(act.row["name"] or "")) > _LONGEST_NAME
    return [f"name must be less than or equal to {_LONGEST_NAME} characters"] if is_long else []


def _readying(webhooks: str) -> Prepare:
    def ready(act: Act) -> None:
        """At least one field makes a webhook work."""
        row = act.desk.store.get(webhooks, act.row["webhookID"])
        if row is not None:
            act.desk.store.put(webhooks, [row | {"isReady": True}])

    return ready


RULES = {
    entity: rules
    for name in ("Company", "Contact", "ConfigurationItem", "Ticket", "TicketNote")
    for entity, rules in (
        (f"{name}Webhooks", Rules(prepare=(_identify,), check=(_check,))),
        (f"{name}WebhookFields", Rules(effects=(_readying(f"{name}Webhooks"),))),
    )
}
