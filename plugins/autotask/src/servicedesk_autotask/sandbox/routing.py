"""Addresses: any casing, doubled and trailing slashes allowed."""

from dataclasses import dataclass

from servicedesk_autotask.sandbox.entities import Entity, find_child, find_entity
from servicedesk_autotask.sandbox.errors import method_not_allowed, not_found

_SERVICES = {
    "zoneinformation": "zone",
    "version": "versions",
    "modules": "modules",
    "thresholdinformation": "threshold",
}
_DESCRIPTIONS = {(): "info", ("fields",): "fields", ("userdefinedfields",): "udfs"}
_WRITES = {"POST": "create", "PATCH": "patch", "PUT": "put"}


@dataclass(frozen=True)
class Call:
    """What a request asks for.

    Attributes:
        kind: Name of the act.
        entity: Entity asked for, if any.
        record: Id in the address, if any.
        parent: Entity and id above a child route.
    """

    kind: str
    entity: Entity | None = None
    record: int | None = None
    parent: tuple[Entity, int] | None = None

    @property
    def endpoint(self) -> str:
        """Name that limits and counters use."""
        return self.entity.plural if self.entity else self.kind


def resolve(method: str, segments: tuple[str, ...], url: str = "") -> Call:
    """Find out what a request asks for.

    Raises:
        RouteError: 404 when no route takes the address, 405 when the route lacks the verb.
    """
    lowered = tuple(segment.lower() for segment in segments)
    if lowered[:1] != ("atservicesrest",):
        raise not_found(url)
    if lowered[1:] == ("versioninformation",):
        return _only("GET", method, Call("versions"))
    if lowered[1:2] != ("v1.0",) or len(lowered) < 3:  # noqa: PLR2004
        raise not_found(url)
    rest = lowered[2:]
    if len(rest) == 1 and rest[0] in _SERVICES:
        return _only("GET", method, Call(_SERVICES[rest[0]]))
    entity = find_entity(rest[0])
    # A parent that has no routes of its own may still have children.
    call = _entity_call(method, entity, rest[1:]) if entity else _child_call(method, rest[0], None, rest[1:])
    if call is None:
        raise not_found(url)
    return call


def _only(allowed: str, method: str, call: Call) -> Call:
    if method != allowed:
        raise method_not_allowed(method)
    return call


def _entity_call(method: str, entity: Entity, rest: tuple[str, ...]) -> Call | None:
    if not rest:
        if not entity.root:
            return None
        return _write(method, entity.root, entity)
    if rest[0] == "entityinformation":
        kind = _DESCRIPTIONS.get(rest[1:])
        return _only("GET", method, Call(kind, entity)) if kind else None
    if rest[0] == "query":
        return _query_call(method, entity, rest[1:])
    if len(rest) == 1:
        record = _number(rest[0])
        return _item(method, entity.item, Call("item", entity, record)) if record is not None else None
    return _child_call(method, entity.plural, entity, rest)


def _query_call(method: str, entity: Entity, rest: tuple[str, ...]) -> Call | None:
    kind = {(): "query", ("count",): "count", ("next",): "next"}.get(rest)
    if not entity.query or kind is None:
        return None
    if method not in {"GET", "POST"}:
        raise method_not_allowed(method)
    return Call(kind, entity)


def _child_call(method: str, parent: str, entity: Entity | None, rest: tuple[str, ...]) -> Call | None:
    number = _number(rest[0]) if len(rest) in {2, 3} else None
    if number is None:
        return None
    above = (entity, number) if entity else None
    if rest[1] == "attachments" and entity and entity.attachments:
        return _attachment_call(method, entity, number, rest[2:])
    child = find_child(parent, rest[1])
    if child is None or child.parent is None:
        return None
    if len(rest) == 2:  # noqa: PLR2004
        if method == "GET" and "GET" in child.parent.collection:
            return Call("children", child, number if above is None else None, above)
        return _write(method, child.parent.collection, child, above)
    record = _number(rest[2])
    return _item(method, child.parent.item, Call("item", child, record, above)) if record is not None else None


def _attachment_call(method: str, parent: Entity, number: int, rest: tuple[str, ...]) -> Call | None:
    info = find_entity("AttachmentInfo")
    if not rest:
        kinds = {"GET": "attachments", "POST": "attach"}
        if method not in kinds:
            raise method_not_allowed(method)
        return Call(kinds[method], info, None, (parent, number))
    record = _number(rest[0])
    kinds = {"GET": "attachment", "DELETE": "detach"}
    if method not in kinds:
        raise method_not_allowed(method)
    return Call(kinds[method], info, record, (parent, number)) if record is not None else None


def _write(method: str, verbs: frozenset[str], entity: Entity, above: tuple[Entity, int] | None = None) -> Call:
    if method not in verbs or method not in _WRITES:
        raise method_not_allowed(method)
    return Call(_WRITES[method], entity, None, above)


def _item(method: str, verbs: frozenset[str], call: Call) -> Call:
    if method not in verbs:
        raise method_not_allowed(method)
    return call if method == "GET" else Call("delete", call.entity, call.record, call.parent)


def _number(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdigit() else None
