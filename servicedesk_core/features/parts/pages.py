"""How offers look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.parts.model import Answered, AskedSource, FoundParts, OfferRow
from servicedesk_core.wording import counted


def found(terminal: Terminal, answer: FoundParts) -> None:
    """Print the offers, and which sources did not make any and why."""
    terminal.rows(OfferRow, answer.offers, empty="Nobody who answered has such a part.")
    unheard = [one for one in answer.asked if one.answer in {Answered.LATE, Answered.FAILED, Answered.CANNOT}]
    if unheard:
        terminal.rows(AskedSource, unheard, title="Not answered")
    heard = [one.connection for one in answer.asked if one.answer is Answered.ANSWERED]
    parts = counted(answer.parts, "part")
    terminal.say(f"{counted(len(answer.offers), 'offer')} of {parts}; answered: {', '.join(heard) or 'nobody'}.")
