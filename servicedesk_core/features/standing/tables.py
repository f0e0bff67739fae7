"""Standing approvals as the outbox asks for them: read anew in each transaction that approves or sends."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import AutomaticAct, Facts, Feature, Moot
from servicedesk_core.faces.automatic import id_of
from servicedesk_core.features.definitions import Version, decide, decisions, newest_values
from servicedesk_core.features.standing.kinds import APPROVALS, MODES, ActMode, StandingApproval
from servicedesk_core.features.standing.model import ActRow, ApprovalRow, ApprovalState, Revoked, RuledWrite
from servicedesk_core.features.standing.rehearsing import scope_text
from servicedesk_core.features.standing.rules import Granted, covering
from servicedesk_core.outbox.standing import DAY, HOUR, Ruling, Stop, withdraw_all
from servicedesk_core.people import name_in
from servicedesk_core.store import Tx, audit, outbox, sources
from servicedesk_core.store.outbox import StoredWrite, automatic
from servicedesk_core.store.outbox.automatic import Automatic
from servicedesk_core.store.queries.names import Meant, meant_each
from servicedesk_core.wording import folded

_NAMED: Final = {"clients": "companies", "queues": "queues", "technicians": "technicians"}
"""What a scope names by name or id, with the streams that have them."""


def granted(tx: Tx) -> tuple[Granted, ...]:
    """Return the standing approvals that were not revoked, by name; expired ones are among them.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    values, versions = newest_values(tx, APPROVALS), decisions(tx, APPROVALS)
    return tuple(
        Granted(one, versions[one.name].version, versions[one.name].at, versions[one.name].author) for one in values
    )


def with_ids(tx: Tx, one: StandingApproval) -> StandingApproval:
    """Return a standing approval whose ids say of which connection they are.

    Raises:
        SettingsError: Several connections have such an id.
    """
    connections = {source.id: source.name for source in sources.all(tx)}
    return one.model_copy(
        update={
            field: tuple(_with_id(word, meant, connections) for word, meant in meant_each(tx, stream, words).items())
            for field, stream in _NAMED.items()
            if (words := getattr(one, field))
        }
    )


def _with_id(word: str, meant: Sequence[Meant], connections: Mapping[int, str]) -> str:
    of = sorted({connections[one.source_id] for one in meant if one.external_id == word})
    if not of or any(folded(one.name or "") == folded(word) for one in meant):
        return word
    if len(of) > 1:
        raise SettingsError(f'"{word}" is an id of {" and of ".join(of)}.', hint=f"Write {id_of(of[0], word)}.")
    return id_of(of[0], word)


def held_back(tx: Tx) -> dict[str, ActMode]:
    """Return the modes of the automatic acts for which somebody decided one."""
    return {one.name: one.mode for one in newest_values(tx, MODES)}


def acts_of(features: Iterable[Feature]) -> dict[str, AutomaticAct]:
    """Return the automatic acts of features by name."""
    return {act.name: act for one in features for act in one.automatic_acts}


def rule_authors(tx: Tx, act: AutomaticAct, features: Iterable[Feature]) -> dict[str, tuple[int, str]]:
    """Return who wrote the rules last that an act goes by, each with the version, by what the rule is called."""
    kinds = {kind.name: kind for one in features for kind in one.kinds if kind.name in act.rules}
    return {
        f"{kind.noun} {name}".strip(): (version.version, name_in(version.author))
        for kind in kinds.values()
        for name, version in decisions(tx, kind).items()
    }


def rows(tx: Tx, now: datetime) -> Iterator[ApprovalRow]:
    """Yield the standing approvals as a list shows them."""
    modes = held_back(tx)
    for one in granted(tx):
        said = one.approval
        hour, day = (automatic.approved_since(tx, said.name, now - span) for span in (HOUR, DAY))
        if one.ended(now):
            state = ApprovalState.EXPIRED
        elif modes.get(said.act, ActMode.AUTO) is not ActMode.AUTO:
            state = ApprovalState.OFF
        else:
            is_full = hour >= said.per_hour or day >= said.per_day
            state = ApprovalState.FULL if is_full else ApprovalState.HOLDS
        yield ApprovalRow(
            name=said.name,
            act=said.act,
            state=state,
            scope=scope_text(said.scope),
            used_hour=hour,
            per_hour=said.per_hour,
            used_day=day,
            per_day=said.per_day,
            per_run=said.per_run,
            queued=len(automatic.queued(tx, said.name)),
            expires_at=said.expires_at,
            granted_by=one.person,
            granted_at=one.at,
            version=one.version,
        )


def newest_writes(tx: Tx, approval: str) -> tuple[RuledWrite, ...]:
    """Return the newest writes that were approved by a rule."""
    found = ((one, outbox.get(tx, one.write_id)) for one in automatic.newest(tx, approval))
    return tuple(
        RuledWrite(write.id, write.label, write.state.value, one.approved_at, one.reasons, one.rejected)
        for one, write in found
        if one.approved_at is not None
    )


def act_rows(tx: Tx, features: Iterable[Feature], now: datetime) -> Iterator[ActRow]:
    """Yield the automatic acts as a list shows them."""
    modes = held_back(tx)
    holding = [one.approval for one in granted(tx) if one.ended(now) is None]
    for act in acts_of(features).values():
        names = tuple(one.name for one in holding if one.act == act.name)
        mode = modes.get(act.name, ActMode.AUTO)
        if mode is ActMode.AUTO and not names:
            mode = ActMode.RECOMMEND
        yield ActRow(act.name, mode, act.about, act.kinds, act.rules, names)


class FeaturedDesk(Protocol):
    """A desk with its configuration and its features."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do."""
        ...


@dataclass(frozen=True, slots=True)
class Book:
    """The standing approvals of a desk: a :class:`servicedesk_core.outbox.standing.StandingApprovals`.

    Attributes:
        features: Returns what the desk can do.
        four_eyes: Whether every write takes another person: then an approval covers rules only as they stood when it
            was granted, because whoever grants must not be who writes them.
    """

    features: Callable[[], Sequence[Feature]]
    four_eyes: bool

    @classmethod
    def of(cls, desk: FeaturedDesk) -> Self:
        """Return the standing approvals of a desk."""
        return cls(lambda: desk.features, desk.settings.writes.approval == "another-person")

    def ruling(self, tx: Tx, act: AutomaticAct, facts: Facts, now: datetime) -> Ruling | Stop:
        """Return the standing approval that covers what an act would do, or why none does."""
        if why := _held_back(tx, act) or act.barred(tx, now):
            return Stop(why)
        mine = [one for one in granted(tx) if one.approval.act == act.name]
        if not mine:
            return Stop(f"No standing approval covers {act.name}.")
        found = covering(mine, act.name, facts, self._present(tx, mine, now))
        if isinstance(found, str):
            return Stop(found)
        if why := self._rules_changed(tx, act, found):
            return Stop(why)
        return found.ruling

    def still(self, tx: Tx, write: StoredWrite, kept: Automatic, ruling: Ruling, now: datetime) -> Ruling | Stop:
        """Return the ruling by which a write was approved with its limits, or why it does not cover it any more."""
        act = acts_of(self.features()).get(kept.act)
        if act is None or write.kind not in act.kinds:
            return Stop(f"Nothing that is installed knows the automatic act {kept.act}.")
        one = next((one for one in granted(tx) if one.approval.name == ruling.name), None)
        if one is None:
            return Stop(f"The standing approval {ruling.name} was revoked.")
        facts = act.facts_now(tx, write, now)
        if isinstance(facts, Moot):
            return Stop(facts.why, is_moot=True)
        present = self._present(tx, [one], now)
        problems = (
            _changed(one, ruling),
            _held_back(tx, act),
            act.barred(tx, now),
            one.ended(present),
            one.outside(facts),
            self._rules_changed(tx, act, one),
        )
        why = next(filter(None, problems), None)
        return one.ruling if why is None else Stop(why)

    def _rules_changed(self, tx: Tx, act: AutomaticAct, one: Granted) -> str | None:
        if not self.four_eyes or not act.rules:
            return None
        for rule, (version, by) in rule_authors(tx, act, self.features()).items():
            if version > one.version:
                return f"{by} changed {rule} since {one.approval.name} was granted; somebody else grants it anew."
        return None

    @staticmethod
    def _present(tx: Tx, ones: Sequence[Granted], now: datetime) -> datetime:
        """Return the present; a clock that was set back makes nothing hold again that has ended."""
        used = (automatic.last_use(tx, one.approval.name) for one in ones)
        return max([now, *filter(None, used)])


def _held_back(tx: Tx, act: AutomaticAct) -> str | None:
    mode = held_back(tx).get(act.name, ActMode.AUTO)
    return None if mode is ActMode.AUTO else f"{act.name} is set to {mode}."


def _changed(one: Granted, ruling: Ruling) -> str | None:
    if one.version == ruling.version:
        return None
    return f"The standing approval {ruling.name} was changed since: it is v{one.version} now."


def end(tx: Tx, name: str, now: datetime, *, by: str, action: str, reason: str) -> Revoked:
    """Take a standing approval away, with what is queued under it.

    Args:
        tx: A write transaction.
        name: Its name.
        now: When.
        by: Who does it, as an actor's text.
        action: What the audit trail calls it.
        reason: Why.
    """
    told = action.partition(".")[2]
    decide(tx, APPROVALS, name, None, Version(0, now, by, reason or f"standing approval {name} {told}", None))
    taken = withdraw_all(tx, name, f"The standing approval {name} was {told} by {name_in(by)}.", now)
    entity = f"standing:{name}"
    audit.append(tx, at=now, actor=by, action=action, entity=entity, after={"taken_back": taken}, reason=reason)
    return Revoked(name, taken)
