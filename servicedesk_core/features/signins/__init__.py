"""Sign-ins: how people prove to the console who they are. They name a person, and hold no rights of their own."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.signins.actions import SignIns as SignIns
    from servicedesk_core.features.signins.entering import SIGNED_IN as SIGNED_IN
    from servicedesk_core.features.signins.entering import Browser as Browser
    from servicedesk_core.features.signins.entering import Entry as Entry
    from servicedesk_core.features.signins.entering import begin as begin
    from servicedesk_core.features.signins.entering import change_password as change_password
    from servicedesk_core.features.signins.entering import end_others as end_others
    from servicedesk_core.features.signins.entering import sign_in as sign_in
    from servicedesk_core.features.signins.entering import sign_out as sign_out
    from servicedesk_core.features.signins.links import Invited as Invited
    from servicedesk_core.features.signins.links import invite as invite
    from servicedesk_core.features.signins.links import invited as invited
    from servicedesk_core.features.signins.links import invited_until as invited_until
    from servicedesk_core.features.signins.links import used as used
    from servicedesk_core.features.signins.model import SignInRow as SignInRow
    from servicedesk_core.features.signins.passwords import SHORTEST as SHORTEST
    from servicedesk_core.features.signins.passwords import ensure_usable as ensure_usable
    from servicedesk_core.features.signins.passwords import hashed as hashed
    from servicedesk_core.features.signins.passwords import in_turn as in_turn
    from servicedesk_core.features.signins.tables import SignedIn as SignedIn
    from servicedesk_core.features.signins.tables import end as end
    from servicedesk_core.features.signins.tables import end_all as end_all
    from servicedesk_core.features.signins.tables import forget as forget
    from servicedesk_core.features.signins.tables import is_worth_keeping as is_worth_keeping
    from servicedesk_core.features.signins.tables import keep_password as keep_password
    from servicedesk_core.features.signins.tables import note_use as note_use
    from servicedesk_core.features.signins.tables import rights_of as rights_of
    from servicedesk_core.features.signins.tables import signed_in as signed_in
    from servicedesk_core.features.signins.tables import still_signed_in as still_signed_in
    from servicedesk_core.features.signins.tables import with_password as with_password
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="signins",
    about="Who is signed in to the console.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:SignInQueries",
    actions=f"{__name__}.actions:SignIns",
)
