"""The vendor's API: from a request to its answer."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import orjson

from servicedesk_autotask.sandbox import metadata
from servicedesk_autotask.sandbox.attachments import Attachments
from servicedesk_autotask.sandbox.auth import Gate
from servicedesk_autotask.sandbox.desk import API_ONLY, WORKFLOW_RESOURCE, Desk
from servicedesk_autotask.sandbox.entities import Entity
from servicedesk_autotask.sandbox.errors import RouteError, VendorError, method_not_allowed, permission_denied
from servicedesk_autotask.sandbox.limits import Threads, Threshold
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_autotask.sandbox.picklists import label
from servicedesk_autotask.sandbox.query import pages
from servicedesk_autotask.sandbox.query.parse import parse_query
from servicedesk_autotask.sandbox.recorder import Recorder
from servicedesk_autotask.sandbox.routing import Call, resolve
from servicedesk_autotask.sandbox.writes import Writer
from servicedesk_core.sandboxing import Request, Response, json_response

Rule = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
"""A workflow rule: from a record before and after a write to the fields that the rule sets."""
_WRITES = {"create", "patch", "put", "delete", "attach", "detach"}
_READS = {"query", "count", "next", "item", "children", "attachments", "attachment"}
_URL_LIMIT = 2048
_EMPTY_PAGE = {"count": 0, "requestCount": 500, "prevPageUrl": None, "nextPageUrl": None}


class Vendor:
    """Answers calls like the vendor does."""

    def __init__(self, desk: Desk, options: SandboxOptions, recorder: Recorder) -> None:
        self._desk = desk
        self._options = options
        self._recorder = recorder
        self._writer = Writer(desk)
        self._attachments = Attachments(desk)
        self.gate = Gate(options)
        self.threshold = Threshold(options)
        self.threads = Threads(options)
        self._handlers: dict[str, Callable[[Request, Call, Entity], Any]] = {
            "info": lambda _, __, entity: metadata.information(entity),
            "fields": lambda _, __, entity: metadata.fields(entity, self._desk.store.lists),
            "udfs": lambda _, __, entity: metadata.custom_fields(entity),
            "query": self._query,
            "count": self._query,
            "next": self._query,
            "item": self._item,
            "children": self._children,
            "create": self._write,
            "patch": self._write,
            "put": self._write,
            "delete": self._delete,
            "attachments": self._attachment,
            "attachment": self._attachment,
            "attach": self._attachment,
            "detach": self._attachment,
        }

    async def handle(self, request: Request, *, rule: Rule | None = None) -> Response:
        """Answer one call; a workflow `rule` acts on what it wrote."""
        try:
            call = resolve(request.method, request.segments, request.origin + request.path)
            self._recorder.request(request.method, call)
            return await self._answer(request, call, rule)
        except VendorError as error:
            return json_response({"errors": error.errors}, error.status)
        except RouteError as error:
            return json_response({"Message": error.message}, error.status)

    async def _answer(self, request: Request, call: Call, rule: Rule | None) -> Response:
        if call.kind == "zone":
            return self._zone(request)
        if call.kind == "versions":
            return json_response({"apiVersions": ["1.0"]})
        code = self.gate.check(request)
        self.threshold.add()
        delay = self.threshold.delay() + self._options.latency_s
        self.threads.enter(code, call.endpoint)
        try:
            await asyncio.sleep(delay)
            with self._desk.store.lock:
                return self._dispatch(request, call, rule)
        finally:
            self._release(code, call.endpoint)

    def _release(self, code: str, endpoint: str) -> None:
        later = self._options.slot_release_s * self._options.time_scale
        if later:
            asyncio.get_running_loop().call_later(later, self.threads.leave, code, endpoint)
        else:
            self.threads.leave(code, endpoint)

    def _zone(self, request: Request) -> Response:
        user = (request.param("user") or "").strip()
        if user.lower() != self._options.username.lower():
            raise VendorError("Zone information could not be determined")
        return json_response(
            {
                "zoneName": "Sandbox",
                "url": f"{request.origin}/ATServicesRest/",
                "webUrl": f"{request.origin}/",
                "ci": 12345,
            }
        )

    def _dispatch(self, request: Request, call: Call, rule: Rule | None) -> Response:
        if call.kind == "threshold":
            return json_response(self.threshold.answer())
        if call.kind == "modules":
            return json_response({"modules": [{"key": key, "value": True} for key in (1, 2, 3, 24)]})
        if call.entity is None:
            raise TypeError(f"call without entity: {call.kind}")
        self._check_rights(request, call, call.entity)
        answer = self._handlers[call.kind](request, call, call.entity)
        if rule is not None and call.kind in {"create", "patch", "put"}:
            self._workflow(call.entity, answer["itemId"], rule)
        return Response(200, answer) if isinstance(answer, bytes) else json_response(answer)

    def _check_rights(self, request: Request, call: Call, entity: Entity) -> None:
        reading = call.kind in _READS
        impersonated = request.headers.get("impersonationresourceid")
        act = "query" if reading else {"patch": "update", "put": "update", "delete": "delete"}.get(call.kind, "create")
        if entity.plural in self._options.forbidden_entities and call.kind not in {"info", "fields", "udfs"}:
            raise permission_denied(act)
        if entity.plural in self._options.unwritable_entities and call.kind in _WRITES:
            raise permission_denied(act)
        if impersonated and (reading or not self._may_impersonate(impersonated)):
            raise permission_denied(act)

    def _may_impersonate(self, resource: str) -> bool:
        row = self._desk.store.get("Resources", int(resource)) if resource.strip().isdigit() else None
        return self._options.impersonation and row is not None and row["licenseType"] != API_ONLY

    def _query(self, request: Request, call: Call, entity: Entity) -> Any:
        search = request.param("search") if request.method == "GET" else None
        cursor = self._cursor(request, call)
        if request.method == "GET" and search is None:
            raise VendorError("Invalid query syntax. A filter is required.")
        if request.target_length > _URL_LIMIT:
            raise RouteError(414, "The request URI is too long.")
        text = request.body if search is None else search
        query = parse_query(entity, text, lenient=self._options.lenient)
        hidden = entity.plural in self._options.hidden_entities
        if call.kind == "count":
            return {"queryCount": 0 if hidden else pages.count(self._desk.store, entity, query)}
        if hidden:
            return {"items": [], "pageDetails": _EMPTY_PAGE | {"requestCount": query.size}}
        base = f"{request.origin}/ATServicesRest/V1.0/{entity.plural}"
        rendered = pages.page(
            self._desk.store,
            entity,
            query,
            base=base,
            search=search,
            cursor=cursor,
            trailing=self._options.trailing_page,
        )
        self._recorder.last_page[entity.plural] = rendered
        return rendered

    def _cursor(self, request: Request, call: Call) -> tuple[int | None, int | None, int] | None:
        if call.kind != "next":
            return None
        # Only an address made for GET carries the query; the other verb finds no action.
        if (request.method == "GET") != (request.param("search") is not None):
            raise method_not_allowed(request.method)
        return pages.read_cursor(request.param("paging") or "")

    def _item(self, request: Request, call: Call, entity: Entity) -> Any:  # noqa: ARG002
        row = self._desk.store.get(entity.plural, call.record or 0)
        if row and call.parent and entity.parent and entity.parent.key and row[entity.parent.key] != call.parent[1]:
            row = None
        return {"item": None if entity.plural in self._options.hidden_entities else row}

    def _children(self, request: Request, call: Call, entity: Entity) -> Any:  # noqa: ARG002
        value: Any = label("Tickets", "serviceLevelAgreementID", call.record)
        where = "json_extract(body, '$.serviceLevelAgreementName') = ?"
        if call.parent and entity.parent and entity.parent.key:
            key, value = entity.parent.key, call.parent[1]
            own = self._desk.store.column(entity.plural, key)
            where = f'"{key}" = ?' if own else f"json_extract(body, '$.{key}') = ?"
        rows = (
            []
            if entity.plural in self._options.hidden_entities
            else self._desk.store.select(entity.plural, where, (value,), tail="ORDER BY id LIMIT 500")
        )
        return {"items": rows, "pageDetails": _EMPTY_PAGE | {"count": len(rows)}}

    def _write(self, request: Request, call: Call, entity: Entity) -> Any:
        body = _body(request)
        author = _author(request)
        before: dict[str, Any] = {}
        if call.kind == "create":
            number = self._writer.create(entity, body, above=call.parent, author=author)
        else:
            before = self._writer.before(entity, body)
            number = self._writer.update(entity, body, replace=call.kind == "put", above=call.parent, author=author)
        self._recorder.write(call, number, body, before)
        return {"itemId": number}

    def _workflow(self, entity: Entity, number: int, rule: Rule) -> None:
        """Let a workflow rule change the record that was just written, in the name of the vendor's administrator."""
        row = self._desk.store.get(entity.plural, number) or {}
        changes = rule(self._recorder.writes[-1]["before"], row)
        if changes:
            self._writer.update(entity, {"id": number, **changes}, author=WORKFLOW_RESOURCE)

    def _delete(self, request: Request, call: Call, entity: Entity) -> Any:  # noqa: ARG002
        number = self._writer.delete(entity, call.record or 0, above=call.parent)
        self._recorder.write(call, number, {})
        return {"itemId": number}

    def _attachment(self, request: Request, call: Call, entity: Entity) -> Any:  # noqa: ARG002
        if call.parent is None:
            raise TypeError("attachments have a parent")
        parent, number = call.parent
        if call.kind in {"attachments", "attachment"}:
            files = self._attachments
            items = files.listing(parent, number) if call.record is None else files.one(parent, number, call.record)
            return {"items": items, "pageDetails": _EMPTY_PAGE | {"count": len(items)}}
        if call.kind == "attach":
            record = self._attachments.add(parent, number, _body(request))
        else:
            record = self._attachments.remove(parent, number, call.record or 0)
        self._recorder.write(call, record, {})
        return {"itemId": record}


def _author(request: Request) -> int | None:
    raw = request.headers.get("impersonationresourceid", "").strip()
    return int(raw) if raw.isdigit() else None


def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise VendorError("The request body is not valid JSON.") from error
    if isinstance(body, list):
        body = next(itertools.islice(body, 1), None)
    if not isinstance(body, dict):
        raise VendorError("The request body must be an object.")
    return body
