"""Definitions: what a service manager decides, as files beside the configuration and as versions in the store."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="definitions",
    about="What the service manager decided: calendars, policies, freezes.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:DefinitionQueries",
    actions=f"{__name__}.actions:Definitions",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
)

if TYPE_CHECKING:
    from servicedesk_core.features.definitions.calendars import CALENDARS as CALENDARS
    from servicedesk_core.features.definitions.coverage import in_one_region as in_one_region
    from servicedesk_core.features.definitions.files import FOLDER as FOLDER
    from servicedesk_core.features.definitions.files import texts_in as texts_in
    from servicedesk_core.features.definitions.model import DefinitionVersion as DefinitionVersion
    from servicedesk_core.features.definitions.queries import FOLDER_HELP as FOLDER_HELP
    from servicedesk_core.features.definitions.queries import DefiningDesk as DefiningDesk
    from servicedesk_core.features.definitions.tables import Holding as Holding
    from servicedesk_core.features.definitions.tables import Version as Version
    from servicedesk_core.features.definitions.tables import applied as applied
    from servicedesk_core.features.definitions.tables import decisions as decisions
    from servicedesk_core.features.definitions.tables import holding as holding
    from servicedesk_core.features.definitions.tables import in_force as in_force
    from servicedesk_core.features.definitions.tables import newest_values as newest_values
    from servicedesk_core.features.definitions.tables import versions_of as versions_of
    from servicedesk_core.features.definitions.versions import decide as decide
    from servicedesk_core.features.definitions.versions import history as history
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
