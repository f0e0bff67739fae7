"""Tokens: by what programs prove who sends them, and what they may of what that person may."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.tokens.tables import Bearer as Bearer
    from servicedesk_core.features.tokens.tables import bearer_of as bearer_of
    from servicedesk_core.features.tokens.tables import note_use as note_use
    from servicedesk_core.features.tokens.tables import revoke_all as revoke_all
    from servicedesk_core.features.tokens.tables import valid_by_person as valid_by_person
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="tokens",
    about="Tokens of programs that ask the desk over HTTP.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:TokenQueries",
    actions=f"{__name__}.actions:Tokens",
)
