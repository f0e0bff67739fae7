"""Policies and calendars as people write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_core.business_time import Calendar
from servicedesk_core.definitions.reading import read
from servicedesk_core.faces.definition import DefinitionKind, Refers
from servicedesk_core.features.definitions import CALENDARS
from servicedesk_core.features.sla.clocks.policies import PolicySet
from servicedesk_core.features.sla.decisions.reasons import MISSED_REASONS

POLICIES: Final = DefinitionKind(
    "sla",
    "set of policies",
    PolicySet,
    many=False,
    names={"calendar": CALENDARS.name},
    records={
        "company": Refers("companies", by_id=True),
        "contract": Refers("contracts", by_id=True),
        "site": Refers("sites", by_id=True),
        "queue": Refers("queues", by_id=True),
        **{name: Refers("tickets", field=name) for name in ("kind", "category", "priority", "source")},
    },
)
"""What is promised to clients: ``[sla]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (POLICIES, MISSED_REASONS)

JUDGED_BY: Final[tuple[DefinitionKind[Any], ...]] = (CALENDARS, POLICIES)
"""The kinds of definitions that decide about clocks."""


@dataclass(frozen=True, slots=True)
class SlaDefinitions:
    """What was read.

    Attributes:
        policies: The policies; ``None`` when no file has any.
        calendars: The calendars.
    """

    policies: PolicySet | None
    calendars: tuple[Calendar, ...]


def read_definitions(files: Mapping[str, str]) -> SlaDefinitions:
    """Read policies and calendars, and check that they fit one another.

    Args:
        files: Texts in TOML by the name of the file, for people: ``[calendars.NAME]``, and ``[sla]`` in one of them.

    Raises:
        DefinitionsError: Everything that is wrong in all files, each with its file and line and what would be right.
    """
    read_ones = read(JUDGED_BY, files)
    read_ones.refuse()
    values = [*read_ones.found.values()]
    policies = next((one for one in values if isinstance(one, PolicySet)), None)
    return SlaDefinitions(policies, tuple(one for one in values if isinstance(one, Calendar)))
