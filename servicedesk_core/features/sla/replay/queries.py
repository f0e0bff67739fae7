"""The question what a draft would have come to."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Feature, Help, Limit, Manner, Namespace, Sort, query
from servicedesk_core.features.definitions import CALENDARS, holding, in_force
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.definitions import POLICIES
from servicedesk_core.features.sla.model import ClockFilter, Excluded
from servicedesk_core.features.sla.replay.drafts import Draft, texts_at
from servicedesk_core.features.sla.replay.model import Dimension, Reached, Replay, Replayed
from servicedesk_core.features.sla.replay.running import Group, Piece, Run
from servicedesk_core.features.sla.replay.tally import NOTHING, TOGETHER, Counted, Times
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.basis import basis
from servicedesk_core.features.sla.tables.chosen import all_of
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.sla.replay.pages"
_SHARES: Final = (Fraction(90, 100), Fraction(95, 100), Fraction(97, 100))
_CLOCKS: Final = (*(clock.value for clock in Clock), TOGETHER)


_PARTS: Final[dict[Dimension, Callable[[Group], str | None]]] = {
    Dimension.ALL: lambda _: None,
    Dimension.PRIORITY: lambda group: group.priority,
    Dimension.CLIENT: lambda group: group.client,
    Dimension.TYPE: lambda group: group.type,
}


class DraftingDesk(ConfiguredDesk, Protocol):
    """A desk with its configuration and its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which kinds of definitions that brings."""
        ...


class Replays(Namespace[Manner]):
    """What could be promised to clients."""

    desk: DraftingDesk

    @query("sla.replay", about="What a draft of policies would have come to.", page=f"{_PAGES}:replay")
    def replay(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        policy: Annotated[Path, Help("A file or a folder with drafts, written as definitions are.", metavar="FILE")],
        last: Annotated[timedelta, Help("On what was decided in so much time up to now [default: 90d].")] = timedelta(
            days=90
        ),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Replay:
        """Judge history by a draft, beside what was promised: attainment, and the tickets that change verdict.

        Nothing is applied, and nothing is written. The draft is taken as if it had been promised since ever; calendars
        that it names and does not have are those of the desk.

        Raises:
            DefinitionsError: Something in the files is wrong, each with its file and line.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now = self.desk.clock.now()
        texts, kinds = texts_at(policy), [kind for feature in self.desk.features for kind in feature.kinds]
        held = next(iter(in_force(tx, POLICIES, now)), None)
        calendars = holding(tx, CALENDARS)
        draft = Draft(texts, kinds, calendars=calendars, policies=held, zone=ZoneInfo(self.desk.timezone))
        period, changed = (now - last, now), Piece(sort, after, limit)
        book = progress.book_of(tx)
        run = Run(None if book is None else AsOf(book, now), draft.evaluator, period, now, changed)
        run.all_of(tx, all_of(self.desk, tx, chosen, scope))
        only = {clock for clock in _CLOCKS if chosen is None or chosen.clock in {None, clock}}
        page = changed.page()
        return Replay(
            items=page.items,
            next=page.next,
            since=period[0],
            until=period[1],
            basis=basis(tx, now),
            tickets=run.tickets,
            attained=tuple(one for one in _attained(run) if one.clock in only),
            reached=tuple(one for one in _reached(run, draft) if one.clock in only),
            changes=tuple(Excluded(f"{was} -> {one}", count) for (was, one), count in run.changes.most_common()),
            excluded=tuple(Excluded(why, count) for why, count in sorted(run.excluded.items())),
        )


def _attained(run: Run) -> Iterator[Replayed]:
    for by, part in _PARTS.items():
        today, draft = run.today.by(part), run.draft.by(part)
        for clock, name in sorted({**today, **draft}, key=lambda key: (key[1] is None, key[1] or "", _place(key[0]))):
            before, after = today.get((clock, name), NOTHING), draft.get((clock, name), NOTHING)
            yield Replayed(
                by=by,
                group=name,
                clock=clock,
                kept_today=before.kept,
                judged_today=before.judged,
                percent_today=before.percent,
                kept=after.kept,
                judged=after.judged,
                percent=after.percent,
                points=_points(before, after),
            )


def _points(today: Counted, draft: Counted) -> float | None:
    before, after = today.share, draft.share
    return None if before is None or after is None else round(float(100 * (after - before)), 2)


def _place(clock: str) -> int:
    return _CLOCKS.index(clock)


def _reached(run: Run, draft: Draft) -> Iterator[Reached]:
    by_name = {one.name: one for one in draft.policies.policies}
    ranks = {name: at for at, name in enumerate(by_name)}

    def place(item: tuple[Any, Times]) -> tuple[Any, ...]:
        promise = item[0]
        return ranks[promise.policy], promise.priority or "~", _place(promise.clock)

    for promise, times in sorted(run.times.items(), key=place):
        targets = by_name[promise.policy].of(promise.priority)
        target = getattr(targets, promise.clock.value)
        in_90, in_95, in_97 = (times.within(share.__le__) for share in _SHARES)
        yield Reached(
            policy=promise.policy,
            priority=promise.priority,
            clock=promise.clock.value,
            target_s=_seconds(target),
            within_90_s=_seconds(in_90),
            within_95_s=_seconds(in_95),
            within_97_s=_seconds(in_97),
            ended=times.ended.total(),
        )


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
