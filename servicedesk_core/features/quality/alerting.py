"""What is wrong with concerns now, for the alert channels: told once when it begins and once when it is over."""

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.quality.tables import concerns


def late_concerns(watch: Watch) -> list[Condition]:
    """Return the open concerns whose day has passed, by number: what one is about may name a client."""
    return [
        Condition(
            f"concern:{one.number}",
            "late",
            f"Concern {one.number} was to be closed by {one.due_on}; {one.owner} sees to it.",
            f"servicedesk quality concern-close {one.number} --done …, or concern-change {one.number} --due …",
        )
        for one in concerns.still_open(watch.tx)
        if one.due_on < watch.today
    ]
