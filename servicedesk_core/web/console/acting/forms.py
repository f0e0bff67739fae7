"""Any act as a form: what is filled in, what it would do, and that it is done once."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from starlette.responses import RedirectResponse, Response

from servicedesk_core.errors import NotPermittedError, ServiceDeskError, SettingsError
from servicedesk_core.faces import Action, Offer, Previewed, Proposal
from servicedesk_core.faces.asked import asked, mistakes
from servicedesk_core.faces.opens import command_line
from servicedesk_core.web.console.acting import doing, requests
from servicedesk_core.web.console.acting.about import About, about_of, ensure_unchanged
from servicedesk_core.web.console.acting.done import Done
from servicedesk_core.web.console.acting.fields import Choice, Field, fields_of, filled_in
from servicedesk_core.web.console.acting.filled import REQUEST, ROWS, SELECT, Filled, Pairs
from servicedesk_core.web.console.acting.naming import offered
from servicedesk_core.web.console.addresses import Addresses, address_of, link
from servicedesk_core.web.console.forms import fields_of as sent_fields
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.values import Part, Shower
from servicedesk_core.web.console.visiting import Visit
from servicedesk_core.web.statuses import status_of

_FORM: Final = "servicedesk_core.web.console.acting/form.html"
_CONFIRM: Final = "servicedesk_core.web.console.acting/confirm.html"
_AGREED: Final = "agreed"
_UNFIT: Final = 422
_LISTED: Final = 20
"""So many of the records that a form is about it names; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a form.

    Attributes:
        value: What it sends.
        text: What it says.
        is_second: Whether it is not what most want.
    """

    value: str
    text: str
    is_second: bool = False


@dataclass(frozen=True)
class Form:
    """What answers with the form of an act, and does what is sent from it.

    Args:
        act: The act.
        addresses: Where things are.
        done: Shows what became of it.
    """

    act: Action[..., Any]
    addresses: Addresses
    done: Done

    async def show(self, visit: Visit) -> Response:
        """Show the form; one that was sent already shows what became of it."""
        self._ensure_permitted(visit)
        filled = await self._filled(visit)
        if not filled.request:
            return RedirectResponse(filled.address(uuid4().hex), 303)
        key = self._key(visit, filled)
        if await self._was_sent(visit, key):
            return RedirectResponse(f"/acts/done/{key}", 303)
        return await self._page(visit, filled)

    async def do(self, visit: Visit) -> Response:
        """Do what was sent, and lead to what became of it; what is wrong stands beside its field.

        Of rows that a list sends it makes a form.
        """
        try:
            self._ensure_permitted(visit)
        except NotPermittedError:
            await visit.desk.note_refusal(self.act.name)
            raise
        body = await sent_fields(visit.request)
        if REQUEST not in visit.request.query_params and (rows := [word for name, word in body if name == SELECT]):
            return await self._chosen(visit, rows)
        return await self._sent(visit, await self._filled(visit, body))

    async def _sent(self, visit: Visit, filled: Filled) -> Response:
        if not filled.request:
            raise SettingsError("The form does not say when it was made.", hint="Open it again, and send that one.")
        key = self._key(visit, filled)
        if await self._was_sent(visit, key):
            return RedirectResponse(f"/acts/done/{key}", 303)
        if wrong := self._mistakes(visit, filled):
            return await self._page(visit, filled, wrong, status=_UNFIT)
        try:
            await ensure_unchanged(visit, self.addresses, filled)
            going = await doing.foreseen(visit, filled)
            text = _text(going)
            if text and not (filled.button == _AGREED and filled.shown == _digest(text)):
                return self._confirmation(visit, filled, going, text)
            if self.act.told_once:
                return await self._told_once(visit, filled, key, going)
            is_repeatable = isinstance(self.act, Proposal)
            await doing.once(
                visit, key, self.act.name, lambda: doing.done(visit, filled, going), is_repeatable=is_repeatable
            )
        except ServiceDeskError as error:
            return await self._page(visit, filled, problem=error, status=_status(error))
        return RedirectResponse(f"/acts/done/{key}", 303)

    async def _told_once(self, visit: Visit, filled: Filled, key: str, going: doing.Foreseen) -> Response:
        """Do what makes a secret, and show it in this answer alone: nothing of it is kept."""
        told: dict[str, Any] = {}

        async def work() -> None:
            told.update(await doing.done(visit, filled, going))

        await doing.once(visit, key, self.act.name, work)
        if not told:
            return RedirectResponse(f"/acts/done/{key}", 303)
        return self.done.page(visit, self.act.title, told, address_of(self.act))

    async def _filled(self, visit: Visit, body: Pairs | None = None) -> Filled:
        """Return the form as its address, what was sent, and the rows that it was made for fill it in.

        Raises:
            SettingsError: The rows are not known any more.
        """
        address = visit.request.query_params
        rows: tuple[str, ...] = ()
        if ROWS in address:
            who, request = visit.desk.actor.name, address.get(REQUEST, "")
            rows = await visit.desk.store.read(lambda tx: requests.chosen(tx, request, who))
            if not rows:
                raise SettingsError("Nobody knows any more which rows were selected.", hint="Select them again.")
        return Filled.of(self.act, self.addresses.offers, address.multi_items(), body, rows)

    async def _chosen(self, visit: Visit, rows: Sequence[str]) -> Response:
        """Lead to a form for rows of a list; which they are is kept, because an address holds some hundred."""
        request, who, known = uuid4().hex, visit.desk.actor.name, {one.spelled for one in filled_in(self.act)}
        if len(rows) == 1:
            about = [pair for pair in parse_qsl(rows[0]) if pair[0] in known]
        else:
            await visit.desk.store.write(lambda tx: requests.choose(tx, request, who, rows, visit.at))
            about = [(ROWS, str(len(rows)))]
        return RedirectResponse(link(visit.request.url.path, [*about, (REQUEST, request)]), 303)

    def _ensure_permitted(self, visit: Visit) -> None:
        visit.desk.permitted(self.act.needs, self.act.name, narrows=not self.act.unscoped)

    def _key(self, visit: Visit, filled: Filled) -> str:
        return requests.id_of(visit.desk.actor.name, self.act.name, filled.request)

    async def _was_sent(self, visit: Visit, key: str) -> bool:
        """Whether the form did its work, or may have; what was proposed by a process that was killed is found again."""
        sent = await visit.desk.store.read(lambda tx: requests.sent(tx, key))
        return sent is not None and not (isinstance(self.act, Proposal) and sent.is_lost)

    def _mistakes(self, visit: Visit, filled: Filled) -> dict[str, SettingsError]:
        found: dict[str, SettingsError] = {}
        for record in filled.records:
            found |= mistakes(self.act, filled.pairs(record), visit.zone)
        return found

    async def _page(
        self,
        visit: Visit,
        filled: Filled,
        wrong: Mapping[str, SettingsError] | None = None,
        problem: ServiceDeskError | None = None,
        status: int = 200,
    ) -> Response:
        suggested: dict[str, Sequence[Choice]] = {
            one.spelled: await offered(
                visit, self.addresses.offers, one, filled.connection, {} if filled.is_bulk else filled.records[0]
            )
            for one in filled.fields
        }
        listed = filled.listed
        about = tuple([await about_of(visit, self.addresses, filled, one) for one in listed[:_LISTED]])
        audience = filled.audience
        fields = fields_of(
            [one for one in filled.fields if one.spelled != audience], filled.words, suggested, wrong or {}, visit.zone
        )
        first = next((one.name for one in fields if one.error), "")
        unplaced = [error for name, error in (wrong or {}).items() if name not in {one.name for one in fields}]
        told = problem or next(iter(unplaced), None)
        address = visit.request.query_params.keys()
        return page(
            framed(visit, self.addresses, self.act.title),
            _FORM,
            status=status,
            act=self.act,
            sentences=_sentences(self.act),
            about=about,
            beside=await _beside(visit, self.addresses, filled),
            unlisted=len(listed) - len(about),
            fields=[one for one in fields if not _is_aside(one, fields, address)],
            rare=[one for one in fields if _is_aside(one, fields, address)],
            focused=first or next((one.name for one in fields if not problem), ""),
            buttons=self._buttons(visit, about, audience, len(listed)),
            problem=told.message.rstrip() if told else "",
            hint=(told.hint or "") if told else "",
            action=filled_address(visit),
            seen=urlencode(about[0].seen) if len(listed) == 1 else "",
            twin=command_line(self.act, {**filled.records[0], **filled.words}) if not filled.is_bulk else "",
        )

    def _buttons(self, visit: Visit, about: tuple[About, ...], audience: str, count: int) -> list[Button]:
        title, many = self.act.title, f" · {count:,} records" if count > 1 else ""
        if audience:
            whose = about[0].client if count == 1 and about[0].client else "the client"
            return [
                Button(doing.STAFF, f"{title} · only the staff reads it{many}"),
                Button(doing.CLIENT, f"Send to the client · {whose} reads it{many}", is_second=True),
            ]
        if isinstance(self.act, Proposal):
            buttons = [Button("propose", f"{title}: propose{many}")]
            if doing.may_send(visit) and not many:
                buttons.append(Button(doing.SEND, f"{title}: propose and send", is_second=True))
            return buttons
        is_asked = isinstance(self.act, Previewed) or self.act.asks is not None
        return [Button("look", f"{title}: see what it does{many}" if is_asked else f"{title}{many}")]

    def _confirmation(self, visit: Visit, filled: Filled, going: doing.Foreseen, text: str) -> Response:
        """Show what would be done; where something else was shown before, also what is different now."""
        is_other, before = filled.button == _AGREED, filled.before
        return page(
            framed(visit, self.addresses, self.act.title),
            _CONFIRM,
            act=self.act,
            pieces=going.paper.pieces,
            questions=going.questions,
            is_other=is_other,
            changes=differences(before, text) if before else [],
            hidden=[(name, word) for name, words in filled.words.items() for word in words],
            seen=filled.seen,
            shown=_digest(text),
            text=text,
            agreed=_AGREED,
            action=filled_address(visit),
        )


def differences(before: str, now: str) -> list[str]:
    """Return the lines that went, each behind a minus, and those that came, each behind a plus.

    A browser sends what was before: it may be long, and comparing two texts in order takes the square of their length.
    """
    were, are = (dict.fromkeys(text.splitlines()) for text in (before, now))
    return [f"- {line}" for line in were if line not in are] + [f"+ {line}" for line in are if line not in were]


async def _beside(visit: Visit, addresses: Addresses, filled: Filled) -> tuple[Part, ...]:
    """Return what stands beside the form of an act on one record: the query that is called as the act, with that word.

    It takes the record as the act does.
    """
    offer = addresses.offers.get(f"{filled.offer.name}.beside")
    if offer is None or filled.is_bulk or not visit.may(offer):
        return ()
    if any(one.required and one.spelled not in filled.records[0] for one in offer.parameters):
        return ()
    pairs = [(name, word) for name, words in filled.records[0].items() for word in words]
    places, named = asked(offer, pairs, visit.zone)
    found = await visit.desk.call(offer, *places, **named)
    return tuple(part for part in Shower(addresses.among(visit.may), visit.at, visit.zone).parts(found) if part.title)


def filled_address(visit: Visit) -> str:
    """Return where the form is: what it is about, and the id that it was made with."""
    return f"{visit.request.url.path}?{visit.request.url.query}"


def _is_aside(one: Field, fields: Sequence[Field], address: Collection[str]) -> bool:
    """Whether a field stands at the end: few need it, or the address says already what is wanted of many."""
    is_decided = any(other.name in address for other in fields) and not any(other.is_required for other in fields)
    return not one.error and (one.is_rare or (is_decided and one.name not in address))


def _status(error: ServiceDeskError) -> int:
    """Return the status of a form whose act was refused: what nobody planned for is no fault of whoever reads it."""
    status = status_of(error)
    return _UNFIT if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR} else status.value


def _text(going: doing.Foreseen) -> str:
    return "\n".join([*(line for piece in going.paper.pieces for line in piece.lines()), *going.questions])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sentences(act: Offer[..., Any]) -> str:
    """Return what an act says of itself, without what is about the command line alone."""
    first = (act.declared.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
    said = [one for one in " ".join(first.split()).split(". ") if "--" not in one]
    return ". ".join(said).rstrip(".") + "." if said else ""
