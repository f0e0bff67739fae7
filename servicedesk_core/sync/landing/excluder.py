"""What must not be stored is taken out before anything is: excluded streams, companies and fields, erased people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from servicedesk_core.domain import Contact, Entity, MappingIssue, TicketEvent
from servicedesk_core.store.erased_people import NOBODY, ErasedPeople
from servicedesk_core.sync.exclusions import NOTHING, Exclusions, Path
from servicedesk_core.sync.names import TICKETS

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True, slots=True)
class Excluder:
    """What one stream of a connection must not store.

    Attributes:
        stream: The stream.
        exclusions: What the configuration excludes.
        erased: The people who were erased.
        keeps_raw: Whether payloads are kept at all.
    """

    stream: str
    exclusions: Exclusions = NOTHING
    erased: ErasedPeople = NOBODY
    keeps_raw: bool = True

    def __bool__(self) -> bool:
        return bool(self.exclusions.fingerprint or self.erased or not self.keeps_raw)

    def strip(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a payload without the excluded fields that its vendor names so."""
        for path in self.exclusions.fields.get(self.stream, ()):
            raw = _without(raw, path)
        return raw

    def quarantined(self, raw: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return what the quarantine may keep of a payload that nobody understood.

        Nobody knows whose it is and where in it something is hidden: as soon as that matters, nothing of it is kept.
        """
        if raw is None or not self.keeps_raw or self.erased or self.exclusions.companies:
            return None
        paths = self.exclusions.fields.get(self.stream, ())
        return None if any(self._is_ours(path) for path in paths) else self.strip(raw)

    def _is_ours(self, path: Path) -> bool:
        from servicedesk_core.domain import STREAMS  # noqa: PLC0415  # not to be asked for without exclusions

        return path[0] in STREAMS[self.stream].model_fields

    def issues(self, found: Iterable[MappingIssue]) -> tuple[MappingIssue, ...]:
        """Return those words without a meaning that may be noted."""
        hidden = {path[0] for path in self.exclusions.fields.get(self.stream, ())}
        return tuple(issue for issue in found if issue.field not in hidden and not self.erased)

    def withholds(self, entity: Entity) -> bool:
        """Whether a record must not be stored at all, whatever it belongs to."""
        if entity.stream in self.exclusions.streams:
            return True
        return isinstance(entity, Contact) and self.erased.is_contact(entity.external_id, entity.email)

    def blanked(self, entity: E) -> tuple[E, bool]:
        """Return a record without excluded fields and erased people; and whether its payload tells of them."""
        changes: dict[str, Any] = {}
        for name, *inside in self.exclusions.fields.get(entity.stream, ()):
            info = type(entity).model_fields.get(name)
            if info is None:
                continue
            value = getattr(entity, name)
            empty = info.get_default(call_default_factory=True)
            if inside and isinstance(value, dict):
                empty = _without(value, tuple(inside))
            if value != empty:
                changes[name] = empty
        if isinstance(entity, TicketEvent) and (hidden := {p[0] for p in self.exclusions.fields.get(TICKETS, ())}):
            for name in ("before", "after"):
                state = getattr(entity, name)
                if hidden & state.keys():
                    changes[name] = {key: value for key, value in state.items() if key not in hidden}
        blank = entity.model_copy(update=changes) if changes else entity
        if self.erased:
            blank, mentions = self.erased.cleaned(blank)
            return blank, bool(changes) or mentions
        return blank, bool(changes)


def _without(value: Any, path: Path) -> Any:
    """Return JSON without what lies at a path; the case of names does not matter, lists are looked through.

    A list of pairs (``[{"name": "SSN", "value": …}]``) counts as a map.
    """
    wanted, rest = path[0].casefold(), path[1:]
    if isinstance(value, Mapping):
        return {
            key: _without(inner, rest) if key.casefold() == wanted else inner
            for key, inner in value.items()
            if rest or key.casefold() != wanted
        }
    if isinstance(value, list | tuple):
        return [
            _without(item, path)
            for item in value
            if rest or not (isinstance(item, Mapping) and str(_name_of(item)).casefold() == wanted)
        ]
    return value


def _name_of(item: Mapping[str, Any]) -> Any:
    return next((value for key, value in item.items() if key.casefold() == "name"), None)
