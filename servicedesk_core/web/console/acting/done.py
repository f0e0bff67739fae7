"""What became of a form that was sent."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Offer, Proposal
from servicedesk_core.store.schema.forms import FORMS_KEPT
from servicedesk_core.web.console.acting import requests
from servicedesk_core.web.console.acting.terminal import Printed
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.visiting import Visit

_TEMPLATE: Final = "servicedesk_core.web.console.acting/done.html"


@dataclass(frozen=True)
class Done:
    """What answers with what became of a form, to whoever sent it.

    Args:
        addresses: Where things are.
    """

    addresses: Addresses

    async def show(self, visit: Visit) -> Response:
        """Show it: its result, that it is being done, or that nobody can say."""
        key = visit.request.path_params["key"]
        sent = await visit.desk.store.read(lambda tx: requests.sent(tx, key))
        if sent is None or sent.person != visit.desk.actor.name:
            hint = f"For {FORMS_KEPT.days} day it is kept; the audit trail tells of older ones."
            raise NotFoundLocallyError("Nothing is kept of such a form.", hint=hint)
        outcome = sent.outcome
        if outcome is not None and outcome.get("write") is not None and visit.desk.may(Capability.WRITES_READ):
            return RedirectResponse(f"/approvals/{outcome['write']}", 303)
        act = self.addresses.offers.get(sent.call)
        title, again = (act.title, address_of(act)) if act else (_title_of(sent.call), "")
        is_going = sent.ended_at is None and not sent.is_lost
        shown = self.page(
            visit, title, outcome, again, act=act, status=HTTPStatus.ACCEPTED if is_going else HTTPStatus.OK
        )
        if is_going:
            shown.headers["Refresh"] = "2"
        return shown

    def page(
        self,
        visit: Visit,
        title: str,
        outcome: dict[str, Any] | None,
        again: str,
        *,
        act: Offer[..., Any] | None = None,
        status: int = 200,
    ) -> Response:
        """Return a page of an outcome.

        Args:
            visit: Who looks.
            title: What was done.
            outcome: What became of it; ``None`` = it is being done, or nobody can say.
            again: Where the form is.
            act: The act, where there is one.
            status: Of HTTP; 202 = it is being done.
        """
        kept = outcome or {}
        rows = kept.get("rows", [])
        numbers = [*kept.get("writes", []), *(number for row in rows for number in row.get("writes", []))]
        return page(
            framed(visit, self.addresses, title),
            _TEMPLATE,
            status=status,
            is_known=outcome is not None,
            is_repeatable=isinstance(act, Proposal),
            done="proposed" if isinstance(act, Proposal) else "done",
            is_going=status == HTTPStatus.ACCEPTED,
            pieces=[Printed.of(one) for one in kept.get("pieces", [])],
            told=kept.get("told", ""),
            rows=rows,
            failed=sum(1 for row in rows if row["error"]),
            numbers=numbers if visit.desk.may(Capability.WRITES_READ) else [],
            may_decide=visit.desk.may(Capability.WRITES_APPROVE),
            again=again,
        )


def _title_of(step: str) -> str:
    """Return what a step of writes is called: ``writes.approve`` is none of the forms."""
    return step.rpartition(".")[2].replace("-", " ").capitalize()
