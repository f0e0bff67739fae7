"""Deadlines of agreements, for the alert channels: told once when the last reminder is reached, until it is decided."""

from collections.abc import Iterator
from typing import Final

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.agreements.kinds import policy_at
from servicedesk_core.features.agreements.rules import is_last
from servicedesk_core.features.agreements.tables import agreements_on, vendor_agreements_on

_ENDS: Final = {True: "goes on", False: "ends"}


def deadlines(watch: Watch) -> Iterator[Condition]:
    """Yield the agreements at their last reminder, or past their deadline, that nothing follows yet."""
    before_days = policy_at(watch.tx, watch.now).before_days
    for one in agreements_on(watch.tx, watch.today, watch.now):
        if one.followed_by is None and is_last(one.state, (one.term.deadline - watch.today).days, before_days):
            yield Condition(
                f"agreement:{one.connection}/{one.ref}:{one.term.end}",
                "agreement",
                f"The agreement {one.ref} of {one.connection} {_ENDS[one.term.renews]} on {one.term.end}; "
                f"notice can be given until {one.term.deadline}.",
                "servicedesk agreements renewals",
            )
    for row in vendor_agreements_on(watch.tx, watch.today, watch.now, {}):
        if is_last(row.state, row.days_left, before_days):
            yield Condition(
                f"vendor_agreement:{row.name}:{row.term_end}",
                "agreement",
                f"An agreement with a vendor {_ENDS[row.renews]} on {row.term_end}; notice can be "
                f"given until {row.deadline}.",
                "servicedesk agreements vendors",
            )
