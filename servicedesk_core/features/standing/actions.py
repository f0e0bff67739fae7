"""Granting standing approvals, and revoking them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Protocol

from pydantic import ValidationError

from servicedesk_core.config.problems import problems_of, settings_error
from servicedesk_core.errors import AnotherPersonError, SettingsError
from servicedesk_core.faces import AutomaticAct, Awaited, Capability, Help, Manner, Period, action, previewed
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.standing import tables
from servicedesk_core.features.standing.kinds import APPROVALS, LONGEST, StandingApproval
from servicedesk_core.features.standing.model import ApprovalDetail, Rehearsal, Revoked
from servicedesk_core.features.standing.queries import ACT, NAME, UNSCOPED, StandingDesk, StandingQueries
from servicedesk_core.features.standing.rehearsing import DAYS, rehearsed
from servicedesk_core.features.standing.rules import Granted
from servicedesk_core.outbox.standing import withdraw_all
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.people import name_in, names_in
from servicedesk_core.store import Tx, audit

_HOLDS: Final = timedelta(days=90)


class ActingDesk(StandingDesk, Protocol):
    """A desk with an outbox."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


class StandingActs(StandingQueries[Manner]):
    """What the desk may do without asking, and deciding about that."""

    desk: ActingDesk

    async def _rehearsal(self: "StandingActs[Awaited]", act: str, **said: Any) -> Rehearsal | None:
        """Return what an approval would have let in the last 30 days; ``None`` = nobody wants to see it."""
        unseen = said.pop("without_dry_run", False)
        one = self._meant(act, said)
        found = self.act_named(act)
        now = self.desk.clock.now()
        if unseen:
            return None

        def work(tx: Tx) -> Rehearsal:
            past = found.in_past(tx, self.desk, Period(now - timedelta(days=DAYS), now))
            return rehearsed(Granted(tables.with_ids(tx, one), 0, now, str(self.desk.actor)), past)

        return await self.desk.store.read(work)

    @previewed(
        "standing.grant",
        preview=_rehearsal,
        shows="servicedesk_core.features.standing.pages:rehearsal",
        asks=lambda _going, act, **_: f"Let the desk do {act} by itself, as shown?",
        tells=lambda found: (
            f"It acts from now on; to stop it, also what is queued: servicedesk standing revoke {found.approval.name}"
        ),
        about="The standing approval.",
        needs=Capability.STANDING_GRANT,
        unscoped=UNSCOPED,
        page="servicedesk_core.features.standing.pages:detail",
    )
    async def grant(
        self: "StandingActs[Awaited]",
        act: ACT,
        *,
        name: Annotated[str | None, Help("What it is called [default: as the act].")] = None,
        clients: Annotated[
            tuple[str, ...],
            Help("Only of this client, by name or id, one each.", name="client", names="tickets.words clients"),
        ] = (),
        queues: Annotated[
            tuple[str, ...],
            Help("Only in this queue, by name or id, one each.", name="queue", names="tickets.words queues"),
        ] = (),
        priorities: Annotated[tuple[str, ...], Help("Only of this priority, one each.", name="priority")] = (),
        technicians: Annotated[
            tuple[str, ...],
            Help(
                "Only what concerns this technician, by name or id, one each.",
                name="technician",
                names="tickets.words technicians",
            ),
        ] = (),
        per_run: Annotated[int, Help("How many writes one run may have approved.", between=(1, 100_000))] = 10,
        per_hour: Annotated[int, Help("How many may be sent within an hour.", between=(1, 100_000))] = 20,
        per_day: Annotated[int, Help("How many within 24 hours.", between=(1, 100_000))] = 100,
        expires_at: Annotated[
            datetime | None, Help("When it ends by itself, within a year [default: in 90 days].", name="expires")
        ] = None,
        reason: Annotated[str, Help("Why; kept in the history of definitions and the audit trail.")] = "",
        without_dry_run: Annotated[bool, Help("Grant it although nobody saw what it would have done.")] = False,
        shown: Rehearsal | None = None,
    ) -> ApprovalDetail:
        """Let an automatic act be done without asking, within a scope and limits, until it expires.

        First it is shown what it would have done in the last 30 days. One of the same name is replaced: what that
        approved and is not sent yet waits for people then, or for the new one.

        Raises:
            NotFoundLocallyError: There is no such act.
            SettingsError: A limit or the end is wrong, nobody saw what it would have done, or nobody may let it now.
            AnotherPersonError: Four eyes are on, and whoever grants wrote a rule that the act goes by.
        """
        said = {"clients": clients, "queues": queues, "priorities": priorities, "technicians": technicians}
        limits = {"per_run": per_run, "per_hour": per_hour, "per_day": per_day, "expires_at": expires_at}
        found, one = self.act_named(act), self._meant(act, {"name": name, **said, **limits})
        if shown is None and not without_dry_run:
            raise SettingsError(
                f"Nobody saw what {act} would have done in the last {DAYS} days; nothing was granted.",
                hint="Look at it first, as the command and the console show it, or say --without-dry-run.",
            )

        def work(tx: Tx) -> ApprovalDetail:
            audit.take_turn(tx)
            self._ensure_no_author(tx, found)
            if why := found.barred(tx, self.desk.clock.now()):
                raise SettingsError(f"{why} Nothing was granted.")
            now, by = self.desk.clock.now(), str(self.desk.actor)
            why = reason or f"standing approval {one.name} granted"
            kept = tables.with_ids(tx, one)
            version = decide(tx, APPROVALS, kept.name, kept, Version(0, now, by, why, None))
            withdraw_all(tx, one.name, f"The standing approval {one.name} was replaced by {name_in(by)}.", now)
            audit.append(
                tx,
                at=now,
                actor=by,
                action="standing.granted",
                entity=f"standing:{one.name}",
                after={"version": version.version, "dry_run": shown is not None} | kept.model_dump(mode="json"),
                reason=reason,
            )
            return self._detail(tx, one.name)

        return await self.desk.store.write(work)

    @action(
        "standing.revoke",
        about="What became of it.",
        needs=Capability.STANDING_GRANT,
        unscoped=UNSCOPED,
        asks=lambda name, **_: f"Revoke {name}, and stop what is queued under it?",
    )
    async def revoke(
        self,
        name: NAME,
        *,
        reason: Annotated[str, Help("Why; kept in the history of definitions and the audit trail.")] = "",
    ) -> Revoked:
        """Take a standing approval away; what it approved and is not sent yet waits for people.

        Raises:
            NotFoundLocallyError: There is none of this name.
        """

        def work(tx: Tx) -> Revoked:
            audit.take_turn(tx)
            now, by = self.desk.clock.now(), str(self.desk.actor)
            self._detail(tx, name)
            return tables.end(tx, name, now, by=by, action="standing.revoked", reason=reason)

        return await self.desk.store.write(work)

    def _detail(self, tx: Tx, name: str) -> ApprovalDetail:
        found: ApprovalDetail = StandingQueries.show.declared(self, tx, name)
        return found

    def _meant(self, act: str, said: dict[str, Any]) -> StandingApproval:
        """Return the standing approval that somebody asks for.

        Raises:
            SettingsError: What is said of it is wrong.
        """
        now = self.desk.clock.now()
        known = StandingApproval.model_fields
        values = {key: value for key, value in said.items() if value is not None and key in known}
        values = {"name": act.replace(".", "-"), "expires_at": now + _HOLDS, "act": act} | values
        for key, default in (("per_run", 10), ("per_hour", 20), ("per_day", 100)):
            values.setdefault(key, default)
        try:
            one = StandingApproval(**values)
        except ValidationError as error:
            raise settings_error("The standing approval", problems_of(error, StandingApproval)) from None
        if problem := next(_problems(one, now), None):
            raise SettingsError(f"{problem} Nothing was granted.")
        return one

    def _ensure_no_author(self, tx: Tx, act: AutomaticAct) -> None:
        if not self.desk.outbox.asks_another:
            return
        mine = names_in(str(self.desk.actor))
        for rule, (_, by) in tables.rule_authors(tx, act, self.desk.features).items():
            if by in mine:
                raise AnotherPersonError(
                    f"{by} wrote {rule}, by which {act.name} goes, and another person must grant it.",
                    hint='[writes] says approval = "another-person".',
                )


def _problems(one: StandingApproval, now: datetime) -> Iterator[str]:
    if one.expires_at <= now:
        yield f"It would have expired at {one.expires_at:%Y-%m-%d %H:%M} UTC already."
    if one.expires_at > now + LONGEST:
        yield f"It would hold for more than {LONGEST.days} days: somebody looks at it again within a year."
    if not one.per_run <= one.per_day or one.per_hour > one.per_day:
        yield "The limit of a day is below that of an hour or of a run."
