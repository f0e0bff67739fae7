"""Who tells clients what, and with which words, as was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from servicedesk_core.features.definitions import in_force, newest_values
from servicedesk_core.features.messages.kinds import RULES, TEMPLATES, By, Tells, Template, TriggerRule
from servicedesk_core.features.messages.model import Told
from servicedesk_core.features.messages.triggers import TRIGGERS, Trigger
from servicedesk_core.features.standing import APPROVALS, ActMode, held_back
from servicedesk_core.store import Tx

BOTH: Final = "say who tells it: told_by of [message_triggers.{}] is desk or psa"


@dataclass(frozen=True)
class Decided:
    """What was decided about messages, at an instant.

    Attributes:
        tx: Any transaction.
        now: The instant.
    """

    tx: Tx
    now: datetime

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The words that hold."""
        return in_force(self.tx, TEMPLATES, self.now)

    @cached_property
    def rules(self) -> Mapping[Trigger, TriggerRule]:
        """Who tells what."""
        return {one.name: one for one in in_force(self.tx, RULES, self.now)}

    @cached_property
    def _modes(self) -> Mapping[str, ActMode]:
        let = {one.act for one in newest_values(self.tx, APPROVALS) if one.expires_at > self.now}
        return dict.fromkeys(let, ActMode.AUTO) | held_back(self.tx)

    def is_told(self, trigger: Trigger) -> bool:
        """Whether the desk makes messages of it, if only to propose them."""
        rule = self.rules.get(trigger)
        is_on = rule is not None and rule.told_by is not Tells.PSA
        return is_on and self._mode(trigger) is not ActMode.OFF

    @property
    def let(self) -> tuple[Trigger, ...]:
        """What a standing approval may let be told without a person."""
        return tuple(trigger for trigger in Trigger if self._mode(trigger) is ActMode.AUTO)

    def may_act(self, trigger: Trigger) -> bool:
        """Whether a standing approval may let it be told without a person."""
        rule = self.rules.get(trigger)
        return rule is not None and rule.told_by is Tells.DESK

    def row(self, trigger: Trigger) -> Told:
        """Return who tells something, and what is to be done about that."""
        rule = self.rules.get(trigger)
        told_by = rule.told_by if rule else None
        many = sum(trigger in one.triggers for one in self.templates)
        is_ours = rule is not None and told_by is not Tells.PSA
        both = is_ours and told_by is None
        lacks = []
        if both:
            lacks.append(BOTH.format(trigger.value))
        if is_ours and not many:
            lacks.append(f"write a template for it: [message_templates.NAME] with triggers of {trigger.value}")
        by = rule.by if rule is not None and is_ours else None
        return Told(trigger, TRIGGERS[trigger].says, told_by, by, self._mode(trigger), many, both, tuple(lacks))

    def by(self, trigger: Trigger) -> By:
        """Return by which way the desk tells it."""
        rule = self.rules.get(trigger)
        return By.MAIL if rule is None else rule.by

    def _mode(self, trigger: Trigger) -> ActMode:
        rule = self.rules.get(trigger)
        if rule is None or rule.told_by is Tells.PSA:
            return ActMode.OFF
        mode = self._modes.get(trigger.act, ActMode.RECOMMEND)
        return ActMode.RECOMMEND if mode is ActMode.AUTO and rule.told_by is None else mode
