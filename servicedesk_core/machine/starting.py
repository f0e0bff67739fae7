"""Definitions to begin with, written from what the desk's own store tells."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Desk, Feature
from servicedesk_core.features import alerts, kpi, sla
from servicedesk_core.features.definitions.files import FOLDER
from servicedesk_core.features.definitions.tables import newest
from servicedesk_core.files import replace_file
from servicedesk_core.store import Store, Tx


class StartingDesk(Desk, Protocol):
    """A desk with its store, its configuration and its features."""

    @property
    def store(self) -> Store:
        """The store."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""

    @property
    def features(self) -> Sequence[Feature]:
        """What it can do."""


async def start_service(desk: StartingDesk, folder: Path | None = None) -> tuple[Path, tuple[str, ...]]:
    """Write definitions to begin with into a folder that has none, and return it with the names of the files.

    Args:
        desk: The open desk.
        folder: Where to; ``None`` = beside the configuration.

    Raises:
        NotPermittedError: Whoever acts may not apply definitions, or sees a part of the desk.
        SettingsError: There are definitions already, or a file cannot be written.
    """
    desk.permitted(Capability.DEFINITIONS_APPLY, "init --service", None, narrows=False)
    where = folder or desk.settings.beside(FOLDER)
    if where.is_dir() and any(where.glob("*.toml")):
        raise SettingsError(
            f"{where} has TOML files already.", hint="Nothing was written; name a new folder with --to."
        )
    texts = await desk.store.read(lambda tx: _texts(tx, desk))
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{where} cannot be made: {error.strerror}.", hint="Choose another folder.") from error
    try:
        for name, text in texts.items():
            replace_file(where / name, text.encode())
    except SettingsError:
        for name in texts:  # some of them would be taken for all, and keep this from being begun anew
            (where / name).unlink(missing_ok=True)
        raise
    return where, tuple(texts)


def _texts(tx: Tx, desk: StartingDesk) -> dict[str, str]:
    if newest(tx) is not None:
        raise SettingsError(
            "The store has definitions already.", hint='"servicedesk definitions export" writes them into a folder.'
        )
    kinds = [kind for feature in desk.features for kind in feature.kinds]
    figures = {one.code: one for feature in desk.features for one in feature.figures if one.code}
    now, zone = desk.clock.now(), desk.timezone
    promises = sla.propose(tx, zone=zone, now=now, goals=kpi.CLOCK_GOALS, kinds=kinds)
    return {**promises, **kpi.propose(tx, figures), **alerts.propose()}
