"""Which plans there are, what they will make, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.recurring.adopting import adoptable, halted
from servicedesk_core.features.recurring.ahead import next_of, visits
from servicedesk_core.features.recurring.came import came, results
from servicedesk_core.features.recurring.model import (
    Adoptable,
    Came,
    PlanDetail,
    PlanResult,
    PlanRow,
    Result,
    Visit,
)
from servicedesk_core.features.recurring.tables import Planned, plans
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

PLAN = Annotated[str, Help("Name of the plan.", names="recurring.plans")]
PLANS = Annotated[tuple[str, ...], Help("Only of these plans, by name.", name="plan", names="recurring.plans")]
FIRST = Annotated[date | None, Help("From this day on [default: the first of the month].")]
LAST = Annotated[date | None, Help("Until this day [default: today].")]
_SHOWN: Final = 12
_LONGEST: Final = 36


class RecurringQueries(Namespace[Manner]):
    """Recurring plans and their occurrences."""

    desk: ProposingDesk

    @query(
        "recurring.plans",
        about="Recurring plans, with when each comes next.",
        needs=Capability.INTERNAL,
        empty="There is no plan: [recurring_plans.NAME] in the definitions.",
    )
    def plans(
        self,
        tx: Tx,
        *,
        client: Annotated[str | None, Help("Only of this client, by name or id.")] = None,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[PlanRow]:
        """List recurring plans.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        found = [one for one in known_plans(tx, self.desk, (), scope) if _is_of(one, client)]
        stopped = halted(tx, found, self.desk.clock.now())
        rows = tuple(_row(one, self._today(one), stopped) for one in found)
        return piece(Page(rows), PlanRow, by="plan", sort=sort, after=after, limit=limit)

    @query(
        "recurring.preview",
        about="What plans will make in the months to come, and what they will not make, with why.",
        needs=Capability.INTERNAL,
        empty="Nothing comes in that time.",
    )
    def preview(
        self,
        tx: Tx,
        *,
        plans: PLANS = (),
        client: Annotated[str | None, Help("Only of this client, by name or id.")] = None,
        day: Annotated[date | None, Help("From this day on [default: today].")] = None,
        months: Annotated[int, Help("How many months.", between=(1, _LONGEST))] = 12,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Visit]:
        """List the occurrences of plans, a row for each ticket.

        Raises:
            NotFoundLocallyError: There is no such plan.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        now = self.desk.clock.now()
        first = day or now.astimezone(ZoneInfo(self.desk.timezone)).date()
        several = [one for one in known_plans(tx, self.desk, plans, scope) if _is_of(one, client)]
        rows = tuple(visits(several, first, _months_after(first, months), now))
        return piece(Page(rows), Visit, by="day,plan,asset_ref", sort=sort, after=after, limit=limit)

    @query(
        "recurring.explain",
        about="A plan: what its words mean, since when it holds, and its next occurrences with why.",
        needs=Capability.INTERNAL,
    )
    def explain(self, tx: Tx, plan: PLAN, *, scope: Scope | None = None) -> PlanDetail:
        """Show a plan with its next occurrences.

        Raises:
            NotFoundLocallyError: There is no such plan.
            DefinitionsError: What is stored does not fit this program.
        """
        (one,) = known_plans(tx, self.desk, (plan,), scope)
        now, today = self.desk.clock.now(), self._today(one)
        coming = visits([one], today, _months_after(today, 12 * 5), now)
        shown = tuple(each for each, _ in zip(coming, range(_SHOWN), strict=False))
        return PlanDetail(
            _row(one, today, halted(tx, [one], now)), one.since, one.plan.description, one.plan.checklist, shown
        )

    @query(
        "recurring.occurrences",
        about="Occurrences whose time has come, with what came of each.",
        needs=Capability.INTERNAL,
        empty="None came in these days.",
    )
    def occurrences(
        self,
        tx: Tx,
        *,
        plans: PLANS = (),
        first_day: FIRST = None,
        last_day: LAST = None,
        result: Annotated[Result | None, Help("Only these.")] = None,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Came]:
        """List the occurrences whose tickets were to be made, those that were skipped or missed among them.

        Raises:
            NotFoundLocallyError: There is no such plan.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        _, rows = self._came(tx, plans, first_day, last_day, scope)
        found = tuple(one for one in rows if result in {None, one.result})
        return piece(Page(found), Came, by="day,plan,asset_ref", sort=sort, after=after, limit=limit)

    @query(
        "recurring.report",
        about="What came of each plan: done in time, late, missed, skipped, and the work on its tickets.",
        needs=Capability.INTERNAL,
        empty="There is no plan: [recurring_plans.NAME] in the definitions.",
    )
    def report(
        self,
        tx: Tx,
        *,
        plans: PLANS = (),
        first_day: FIRST = None,
        last_day: LAST = None,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[PlanResult]:
        """Show what came of plans.

        Raises:
            NotFoundLocallyError: There is no such plan.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        known, rows = self._came(tx, plans, first_day, last_day, scope)
        found = tuple(results(tx, rows, known))
        return piece(Page(found), PlanResult, by="plan", sort=sort, after=after, limit=limit)

    @query(
        "recurring.adopt",
        about="Series that the PSA makes by itself, and the plan that each would be; --json has it as a definition.",
        needs=Capability.INTERNAL,
        empty="No series goes on in the history that no plan has.",
    )
    def adopt(
        self,
        tx: Tx,
        *,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Adoptable]:
        """List series of tickets in the history (client, title, rhythm), each with the plan that it would be.

        A plan that is proposed says made_by = "psa": nothing is made of it before a person says that the desk does.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        known = known_plans(tx, self.desk, (), None)
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        found = tuple(adoptable(tx, zone, now, known, scope))
        return piece(Page(found), Adoptable, by="client,plan", sort=sort, after=after, limit=limit)

    def _came(
        self, tx: Tx, names: tuple[str, ...], first: date | None, last: date | None, scope: Scope | None
    ) -> tuple[list[Planned], list[Came]]:
        """Return plans, and their occurrences on some days: those of the month, if nothing else is said."""
        known, now = known_plans(tx, self.desk, names, scope), self.desk.clock.now()
        today = now.astimezone(ZoneInfo(self.desk.timezone)).date()
        until = last or today
        rows = came(tx, first or until.replace(day=1), until, now, plans=known, scope=scope)
        seen = {one.plan.name for one in known}
        is_whole = scope is None and not names  # what came of plans that are no more is told too
        return known, [one for one in rows if is_whole or one.plan in seen]

    def _today(self, one: Planned) -> date:
        return self.desk.clock.now().astimezone(one.timing.zone).date()


def known_plans(tx: Tx, desk: ConfiguredDesk, names: tuple[str, ...], scope: Scope | None) -> list[Planned]:
    """Return the plans that a scope lets through.

    Args:
        tx: Any transaction.
        desk: The desk.
        names: Only these; nothing = all.
        scope: The scope.

    Raises:
        NotFoundLocallyError: There is none that is called so.
    """
    found = plans(tx, ZoneInfo(desk.timezone), desk.clock.now(), names=names)
    seen = [one for one in found if one.is_seen(scope)]
    known = {one.plan.name for one in seen}
    if lacking := [name for name in names if name not in known]:
        message = f'There is no recurring plan "{lacking[0]}".'
        raise NotFoundLocallyError(message, hint="servicedesk recurring plans lists them.")
    return seen


def _is_of(one: Planned, client: str | None) -> bool:
    if client is None:
        return True
    words = {one.plan.client.casefold(), one.client_name.casefold(), one.client.ref if one.client else ""}
    return client.casefold() in words


def _row(one: Planned, today: date, stopped: Mapping[str, str]) -> PlanRow:
    coming = next_of(one, today)
    return PlanRow(
        plan=one.plan.name,
        client=one.client_name,
        agreement=one.agreement.name if one.agreement is not None else one.plan.agreement,
        title=one.plan.title,
        rule=one.plan.rule,
        tickets=len(one.targets),
        next_on=None if coming is None else coming.day,
        made_by=None if one.plan.made_by is None else one.plan.made_by.value,
        version=one.version,
        connection=one.connection,
        problem=" ".join(one.problems) or stopped.get(one.plan.name),
    )


def _months_after(first: date, months: int) -> date:
    """Return the last day of some months that begin on a day; time ends with the year 9999."""
    ahead = first.month - 1 + months
    year, month = first.year + ahead // 12, ahead % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, 1) + (first - first.replace(day=1)) - date.resolution
