"""What a new opportunity needs beside what somebody said."""

from datetime import datetime

from servicedesk_autotask.api.query import wire_instant
from servicedesk_autotask.meaning.shapes import OPPORTUNITY
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.kinds import REFERENCE_FIELDS
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.wire import Body, to_wire
from servicedesk_autotask.writing.words import Words

_LISTS = ("stage", "status")


def new_opportunity(write_id: str, values: Values, words: Words, at: datetime) -> Body:
    """Return the fields of a new opportunity; its promotion name carries the id of the write, by which it is found.

    Raises:
        RejectedError: Nothing says in which stage or status it is, and the tenant has no default for it.
    """
    body = plain_opportunity(values, words)
    stamp = wire_instant(at)
    return {**body, "startDate": stamp, "createDate": stamp, REFERENCE_FIELDS[OPPORTUNITY.entity]: write_id}


def plain_opportunity(values: Values, words: Words) -> Body:
    """Return the fields of a new opportunity that depend on no time.

    The vendor demands an amount, a cost and a probability: what nobody said is 0 there.

    Raises:
        RejectedError: See :func:`new_opportunity`.
    """
    body = {"amount": 0, "cost": 0, "probability": 0, "useQuoteTotals": False} | to_wire(OPPORTUNITY, values, words)
    for name in _LISTS:
        if body.get(name) is None:
            default = words.lists.default(OPPORTUNITY.entity, name)
            if default is None:
                raise refused(f"a new opportunity needs a {name}, and the tenant has no default one.", name)
            body[name] = int(default)
    return body
