"""How offers look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.parts.model import Answered, AskedSource, FoundParts, OfferRow
from servicedesk_core.wording import counted


def found(terminal: Terminal, answer: FoundParts) -> None:
    """Print the offers, and which sources did not make any and why."""
    heard = [one.connection for one in answer.asked if one.answer is Answered.ANSWERED]
    terminal.rows(OfferRow, answer.offers, empty=f"Nobody {'who answered has such a part' if heard else 'answered'}.")
    # That a maker does not know another maker's device is no news, unless there is no other.
    worth_telling = {Answered.LATE, Answered.FAILED, Answered.CANNOT} | (set() if heard else {Answered.NOT_THEIRS})
    unheard = [one for one in answer.asked if one.answer in worth_telling]
    if unheard:
        terminal.rows(AskedSource, unheard, title="Not answered")
    parts = counted(answer.parts, "part")
    terminal.say(f"{counted(len(answer.offers), 'offer')} of {parts}; answered: {', '.join(heard) or 'nobody'}.")
    if answer.order:
        terminal.say(answer.order)
