"""Deadlines of agreements, for the alert channels: told once when the last reminder is reached, until it is decided."""

from collections.abc import Iterator

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.agreements.kinds import policy_at
from servicedesk_core.features.agreements.rules import State
from servicedesk_core.features.agreements.tables import agreements_on, vendor_agreements_on
from servicedesk_core.store import sources


def deadlines(watch: Watch) -> Iterator[Condition]:
    """Yield the agreements at their last reminder, or past their deadline, that nothing follows yet."""
    last = policy_at(watch.tx, watch.now).before_days[-1]
    connections = {one.id: one.name for one in sources.all(watch.tx)}
    for one in agreements_on(watch.tx, watch.today, watch.now):
        if one.followed_by is None and (one.state is State.LATE or one.reminder == last):
            yield Condition(
                f"agreement:{connections[one.source_id]}/{one.ref}:{one.term.end}",
                "agreement",
                f"The agreement {one.ref} of {connections[one.source_id]} ends on {one.term.end}; notice can be given "
                f"until {one.term.deadline}.",
                "servicedesk agreements renewals",
            )
    for row in vendor_agreements_on(watch.tx, watch.today, watch.now, {}):
        if row.state is State.LATE or (row.state is State.DUE and row.days_left <= last):
            yield Condition(
                f"vendor_agreement:{row.name}:{row.term_end}",
                "agreement",
                f"An agreement with a vendor {'goes on' if row.renews else 'ends'} on {row.term_end}; notice can be "
                f"given until {row.deadline}.",
                "servicedesk agreements vendors",
            )
