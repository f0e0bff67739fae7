"""What applying files would change, and what stands in its way."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from servicedesk_core.definitions.comparing import differences, shown
from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import Definitions, Kinds
from servicedesk_core.features.definitions.kinds import FREEZES
from servicedesk_core.features.definitions.model import Change, Difference
from servicedesk_core.features.definitions.tables import Kept, Version, value
from servicedesk_core.wording import plain

State = Mapping[Key, Kept]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one definition.

    Attributes:
        key: Which one.
        before: What it was; ``None`` = it was not there.
        after: What it becomes; ``None`` = it goes.
        holds_from: From when on that holds; ``None`` = since ever.
    """

    key: Key
    before: Any
    after: Any
    holds_from: datetime | None

    @property
    def change(self) -> Change:
        """What becomes of it."""
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.CHANGED


def steps_to(read: Definitions, state: State, kinds: Kinds, now: datetime) -> list[Step]:
    """Return what applying what was read would change, and tell what is wrong with it.

    What is kept of a kind that nobody brings any more stays as it is, and so does what acts decide too, as long as what
    was read has none of its kind.

    Args:
        read: What was read; what is wrong is told there.
        state: What is kept.
        kinds: The kinds that there are.
        now: The instant of applying: what changes holds from then on, unless it names a coming one.
    """
    found = []
    for key, after in read.found.items():
        kept = state.get(key)
        before = _value(kinds, kept)
        if before == after:
            continue
        said: datetime | None = getattr(after, "effective_from", None)
        if kept is not None and said is not None and said < now:
            read.tell(
                key,
                ("effective_from",),
                "has passed, and what was decided since stays decided. Leave it out, and the change holds from when it "
                "is applied; or name a coming instant.",
            )
        found.append(Step(key, before, after, said if kept is None else said or now))
    whole = spoken_of(read, kinds)
    gone = (kept for key, kept in state.items() if key.kind in whole and key not in read.found)
    found += [Step(kept.key, before, None, now) for kept in gone if (before := _value(kinds, kept)) is not None]
    return found


def spoken_of(read: Definitions, kinds: Kinds) -> frozenset[str]:
    """Return the kinds of which files say all that holds: those that acts decide about too only where they have any."""
    written = {key.kind for key in read.found}
    return frozenset(name for name, kind in kinds.items() if name in written or not kind.by_act)


def newest_in(state: State, kinds: Collection[str]) -> int:
    """Return the version that last changed anything of some kinds; 0 = none did."""
    return max((kept.version for key, kept in state.items() if key.kind in kinds), default=0)


def steps_between(before: State, after: State, kinds: Kinds) -> list[Step]:
    """Return what differs between two versions."""
    steps = []
    for key in {**before, **after}:
        kept = after.get(key)
        since = None if kept is None else kept.effective_from
        steps.append(Step(key, _value(kinds, before.get(key)), _value(kinds, kept), since))
    return [one for one in steps if one.before != one.after]


def rows_of(steps: Iterable[Step], zone: tzinfo, hidden: Collection[str]) -> Iterator[Difference]:
    """Yield the rows of what differs, field by field where a definition stays.

    Args:
        steps: What becomes of each.
        zone: In which instants are told.
        hidden: Kinds of which it is told that they differ, and not how.
    """
    for step in steps:
        known = (str(step.key), step.change)
        if step.change is not Change.CHANGED or step.key.kind in hidden:
            yield Difference(*known, None, None, None, step.holds_from)
            continue
        for field, before, after in differences(step.before, step.after):
            yield Difference(*known, field, shown(before, zone), shown(after, zone), step.holds_from)


def obstacles(
    steps: Iterable[Step],
    *,
    last: Version | None,
    spoken: int,
    files_version: int | None,
    freezes: Iterable[str],
    over: int | None = None,
    remove: bool = False,
    despite_freeze: str | None = None,
) -> Iterator[str]:
    """Yield why steps are refused, each with what to say to have them all the same.

    Args:
        steps: What would change; where nothing does, nothing is refused.
        last: The newest version in the store.
        spoken: The newest one that changed what the files speak of.
        files_version: From which version the files say that they are.
        freezes: The freezes that hold, in words.
        over: The version that somebody says they replace, wherever the files are from.
        remove: Whether definitions may go.
        despite_freeze: Why it cannot wait.
    """
    steps = [*steps]
    if not steps:
        return
    if stale := _stale(last, spoken, files_version, over):
        yield stale
    if not remove and (gone := [str(one.key) for one in steps if one.change is Change.REMOVED]):
        yield f"The files have no {', '.join(gone)} any more: say --remove, or put it back."
    if not despite_freeze:
        yield from (f"{freeze} Wait, or say --despite-freeze and why it cannot." for freeze in freezes)


def freezes_at(state: State, now: datetime, zone: tzinfo) -> Iterator[str]:
    """Yield the freezes that hold at an instant, in words."""
    for kept in state.values():
        if kept.kind == FREEZES.name and kept.body is not None:
            freeze = value(FREEZES, kept)
            if freeze.starts <= now < freeze.ends:
                yield f'Until {plain(freeze.ends, zone, named=True)} "{freeze.name}" freezes definitions: {freeze.why}.'


def _stale(last: Version | None, spoken: int, files_version: int | None, over: int | None) -> str:
    number = last.version if last is not None else 0
    if spoken <= (files_version or 0 if over is None else over) <= number:
        return ""
    who = f', by {last.author}, "{last.reason}"' if last is not None else ""
    there = f"the newest version in the store is {number}{who}"
    if over is not None:
        return f"--over names version {over}, and {there}."
    if files_version is None:
        advice = 'Look at "definitions diff", then'
    elif files_version > number:
        advice = "They are of another desk, or the store was restored. To go on with them,"
    else:
        advice = f'Take in "definitions diff {files_version} {number}", or'
    said = "do not say from which version they are" if files_version is None else f"are from version {files_version}"
    return f"The files {said}, and {there}. {advice} say --over {number}."


def _value(kinds: Kinds, kept: Kept | None) -> Any:
    """Return a definition; of a kind that nobody brings any more what is stored; ``None`` where there is none."""
    if kept is None or kept.body is None:
        return None
    kind = kinds.get(kept.kind)
    return kept.body if kind is None else value(kind, kept)
