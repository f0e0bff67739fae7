"""What access to a vendor takes, told before anything is configured or asked."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicedesk_core.clock import SystemClock
from servicedesk_core.errors import PluginLoadError, ServiceDeskError
from servicedesk_core.hooks.capabilities import Capabilities, Support
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.context import ConnectorContext
from servicedesk_core.hooks.vocabulary import VocabularyMapping
from servicedesk_core.hooks.webhooks import WEBHOOKS
from servicedesk_core.machine.installed import catalog_at
from servicedesk_core.ports import BudgetPolicy


@dataclass(frozen=True, slots=True)
class NeededRight:
    """A right at the vendor.

    Attributes:
        what: The stream that it lets be read, or the grant that it lets be used.
        right: The right, in the vendor's words; empty = the connector does not say.
        note: What else one should know before one grants it.
    """

    what: str
    right: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What access to a vendor takes.

    Attributes:
        connector: Id of the connector.
        distribution: What it is installed from.
        vendor: The vendor's name.
        steps: How access is obtained.
        approved_by: Who must agree; empty = the connector does not say.
        lead_time: How long it takes, or "unknown".
        documentation: Address of the vendor's own documentation.
        streams: What each stream needs.
        writes: What each kind of write needs.
    """

    connector: str
    distribution: str
    vendor: str
    steps: tuple[str, ...]
    approved_by: str
    lead_time: str
    documentation: str
    streams: tuple[NeededRight, ...]
    writes: tuple[NeededRight, ...]


def requirements(connector: str, config: Path) -> Requirements:
    """Return what access takes; asks nobody and needs no configuration.

    Args:
        connector: Id of an installed connector, or its file and class.
        config: The configuration; it may be missing.

    Raises:
        UnknownConnectorError: It is not installed.
        PluginError: It is broken.
    """
    found = catalog_at(config).connector(connector, directory=config.parent)
    described = described_by(found.connector)
    if described is None:
        raise PluginLoadError(
            f'The connector "{connector}" ({found.distribution}) does not say what it can do.',
            hint="Upgrade it, or ask its author.",
        )
    return Requirements(
        connector=found.id,
        distribution=found.distribution,
        vendor=described.vendor,
        steps=described.access,
        approved_by=described.approved_by,
        lead_time=described.lead_time,
        documentation=described.documentation,
        streams=tuple(NeededRight(one.stream, one.right) for one in described.streams if one.support is Support.FULL),
        writes=tuple(
            NeededRight(one.kind, one.right, " ".join(filter(None, (_seen(one.visible_to), one.side_effects))))
            for one in described.writes
        )
        + ((NeededRight(WEBHOOKS, described.webhooks.right),) if described.webhooks else ()),
    )


def described_by(connector: type[AnyConnector]) -> Capabilities | None:
    """Return what a connector says about itself under its default settings, or ``None`` when it says nothing.

    Args:
        connector: The class; an instance is made and never opened.

    Raises:
        PluginLoadError: It cannot be made, or cannot describe itself.
    """
    unused = _Unused()
    context: ConnectorContext[Any] = ConnectorContext(
        connection="(none)",
        # Nothing was configured: fields without a default are simply not there.
        settings=connector.Settings.model_construct(),
        environment="sandbox",
        mapping=VocabularyMapping(),
        streams=(),
        budget=BudgetPolicy(),
        http=unused,
        clock=SystemClock(),
        log=logging.getLogger("servicedesk.requirements"),
        state=unused,
        tokens=unused,
        run_blocking=unused,
    )
    try:
        answer: Any = connector(context).describe_capabilities()
    except Exception as error:
        why = error.message if isinstance(error, ServiceDeskError) else type(error).__name__
        raise PluginLoadError(
            f"{connector.__name__} describes itself only once it is configured: {why}",
            hint="Configure it, then run 'servicedesk connections test'.",
        ) from error
    return answer if isinstance(answer, Capabilities) else None


def _seen(visible_to: str) -> str:
    return "The customer may see the result." if visible_to == "customer" else ""


class _Unused:
    """Stands for everything that a connector may not use to describe itself."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError
