"""Callouts: the vendor calls the address of a webhook when a record changes, and gives up when nobody listens."""

import base64
import hashlib
import hmac
import json
import re
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from servicedesk_autotask.sandbox.desk import Act, Desk
from servicedesk_autotask.sandbox.entities import catalogue
from servicedesk_autotask.sandbox.picklists import label

LEGACY = {
    "Companies": "Account",
    "Contacts": "Contact",
    "ConfigurationItems": "InstalledProduct",
    "Tickets": "Ticket",
    "TicketNotes": "TicketNote",
}
"""The entities that call, by the names that callouts have for them."""

_SINGULAR = {
    "Companies": "Company",
    "Contacts": "Contact",
    "ConfigurationItems": "ConfigurationItem",
    "Tickets": "Ticket",
    "TicketNotes": "TicketNote",
}
_LOG_KEY = {plural: f"{LEGACY[plural][0].lower()}{LEGACY[plural][1:]}WebhookID" for plural in LEGACY} | {
    "ConfigurationItems": "configurationItemWebhookID"
}

ATTEMPTS = 5
RETRY_S = 30.0
TIMEOUT_S = 10.0
FAILED_IN_A_ROW = 25
KINDS = ("wrong_signature", "replay", "disorder", "storm")
"""What can be made to go wrong; see :meth:`Callouts.play`."""

_ESCAPED = re.compile(r"[&<>'+`]|[^\x00-\x7f]|\\\\|\\\x22")


def webhooks_of(plural: str) -> str:
    """Return where the webhooks of an entity are."""
    return f"{_SINGULAR[plural]}Webhooks"


class Callouts:
    """Calls webhooks, in order for each, on a thread of its own.

    Args:
        desk: The desk whose records change.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._scale = desk.options.time_scale
        self._waiting: dict[tuple[str, int], deque[bytes]] = {}
        self._failed: dict[tuple[str, int], int] = {}
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False
        self._faults: deque[str] = deque()
        self._held: bytes | None = None
        self.delivered: list[tuple[bytes, int]] = []
        """Bodies that were sent and how they were answered; 0 = nobody answered."""
        desk.told.append(self.changed)
        desk.deletions.append(self.deleted)

    def play(self, kind: str, times: int = 1) -> None:
        """Let something go wrong with the next callouts.

        Args:
            kind: ``wrong_signature``; ``replay``, sent twice; ``disorder``, sent behind the one that follows it; or
                ``storm``, for which every open webhook of tickets is called at once about so many tickets.
            times: How often; of a storm, about how many tickets.
        """
        if kind not in KINDS:
            message = f"there is no {kind!r}; there are {', '.join(KINDS)}"
            raise ValueError(message)
        if kind == "storm":
            for row in self._desk.store.select("Tickets", tail=f"ORDER BY id LIMIT {int(times)}"):
                self._tell("Tickets", "Update", row, {"title": row["title"]}, 0)
            return
        self._faults.extend([kind] * times)

    def changed(self, plural: str, act: Act) -> None:
        """Take in that a record was made or changed."""
        row, before = act.row, act.before
        fields = {name: value for name, value in row.items() if before is None or before.get(name) != value}
        self._tell(plural, "Create" if before is None else "Update", row, fields, act.author)

    def deleted(self, plural: str, row: Mapping[str, Any], author: int) -> None:
        """Take in that a record was deleted."""
        if plural in LEGACY:
            self._tell(plural, "Delete", row, {}, author)
        elif plural.endswith("Webhooks"):
            self._deactivated(row)

    def wait(self) -> None:
        """Return when everything that waits was sent or given up."""
        with self._turn:
            self._turn.wait_for(lambda: self._ends or not any(self._waiting.values()))

    def close(self) -> None:
        """Stop calling."""
        with self._turn:
            self._ends = True
            self._turn.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _tell(self, plural: str, action: str, row: Mapping[str, Any], fields: Mapping[str, Any], who: int) -> None:
        store, wanted = self._desk.store, f"isSubscribedTo{action}Events"
        for hook in store.select(webhooks_of(plural)):
            there = store.select(f"{_SINGULAR[plural]}WebhookFields")
            numbers = {one["fieldID"] for one in there if one["webhookID"] == hook["id"] and one["isSubscribedField"]}
            names = {label(f"{_SINGULAR[plural]}WebhookFields", "fieldID", number) for number in numbers}
            shown = {name: value for name, value in fields.items() if name in names}
            excluded = store.select(f"{_SINGULAR[plural]}WebhookExcludedResources")
            is_excluded = any(one["webhookID"] == hook["id"] and one["resourceID"] == who for one in excluded)
            if not (hook["isActive"] and hook[wanted] and names) or is_excluded or (action == "Update" and not shown):
                continue
            self._queue(webhooks_of(plural), hook, {"EntityType": LEGACY[plural], "Id": row["id"],
                        "Fields": {_pascal(name): value for name, value in shown.items()}}, action, who)  # fmt: skip

    def _queue(self, entity: str, hook: Mapping[str, Any], what: dict[str, Any], action: str, who: int) -> None:
        number = int(self._desk.store.meta(f"callouts {entity} {hook['id']}") or 0) + 1
        self._desk.store.set_meta(f"callouts {entity} {hook['id']}", number)
        body = as_sent(
            {
                "Action": action,
                "Guid": hook["webhookGUID"],
                **what,
                "EventTime": self._desk.stamp(),
                "SequenceNumber": number,
                "PersonID": who,
            }
        )
        with self._turn:
            self._waiting.setdefault((entity, hook["id"]), deque()).append(body)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="autotask-callouts", daemon=True)
                self._thread.start()
            self._turn.notify_all()

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._ends or any(self._waiting.values()))
                if self._ends:
                    return
                key = next(key for key, waiting in self._waiting.items() if waiting)
                bodies = self._next(key)
            for body, is_forged in bodies:
                self._deliver(*key, body, is_forged=is_forged)
            with self._turn:
                self._waiting[key].popleft()
                self._turn.notify_all()

    def _next(self, key: tuple[str, int]) -> list[tuple[bytes, bool]]:
        """Return what is sent for the callout whose turn it is."""
        body = self._waiting[key][0]
        fault = self._faults.popleft() if self._faults else ""
        if fault == "disorder":
            self._held, held = body, self._held
            return [] if held is None else [(held, False)]
        sent = [(body, fault == "wrong_signature")] * (2 if fault == "replay" else 1)
        if self._held is not None:
            sent, self._held = [*sent, (self._held, False)], None
        return sent

    def _deliver(self, entity: str, number: int, body: bytes, *, is_forged: bool) -> None:
        error = ""
        for attempt in range(ATTEMPTS):
            with self._desk.store.lock:
                hook = self._desk.store.get(entity, number)
            if hook is None or not hook["isActive"]:
                return
            status, error = self._call(hook["webhookUrl"], body, "forged" if is_forged else hook["secretKey"])
            if 200 <= status < 300:  # noqa: PLR2004
                self._failed[entity, number] = 0
                return
            if attempt + 1 < ATTEMPTS and self._paused(RETRY_S):
                return
        self._given_up(entity, number, body, error)

    def _paused(self, seconds: float) -> bool:
        """Wait; return whether the desk ends meanwhile."""
        with self._turn:
            return self._turn.wait_for(lambda: self._ends, timeout=seconds * self._scale)

    def _call(self, url: str, body: bytes, key: str) -> tuple[int, str]:
        if urlsplit(url).scheme not in {"http", "https"}:
            return 0, "no address"
        headers = {"Content-Type": "application/json", "X-Hook-Signature": signature(key, body)}
        request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310  # its scheme is known
        try:
            with urllib.request.urlopen(request, timeout=max(TIMEOUT_S * self._scale, 1.0)) as answer:  # noqa: S310
                status, error = answer.status, ""
        except urllib.error.HTTPError as refused:
            with refused:
                status, error = refused.code, f"HTTP {refused.code}"
        except OSError as failed:
            status, error = 0, type(failed).__name__
        self.delivered.append((body, status))
        return status, error

    def _given_up(self, entity: str, number: int, body: bytes, error: str) -> None:
        plural = next(one for one in LEGACY if webhooks_of(one) == entity)
        store = self._desk.store
        with store.lock:
            row = catalogue()["WebhookEventErrorLogs"].blank | {
                "createDateTime": self._desk.stamp(),
                "errorMessage": error,
                "payload": body.decode(),
                "sequenceNumber": json.loads(body)["SequenceNumber"],
                _LOG_KEY[plural]: number,
                "userDefinedFields": [],
            }
            self._desk.insert("WebhookEventErrorLogs", row)
            failed = self._failed[entity, number] = self._failed.get((entity, number), 0) + 1
            hook = store.get(entity, number)
            if failed < FAILED_IN_A_ROW or hook is None:
                return
            store.put(entity, [hook | {"isActive": False}])
        self._deactivated(hook)

    def _deactivated(self, hook: Mapping[str, Any]) -> None:
        """Call the deactivation address once; nobody has written down what the vendor sends there."""
        body = as_sent({"Action": "Deactivated", "Guid": hook["webhookGUID"], "EventTime": self._desk.stamp(),
                        "SequenceNumber": 0})  # fmt: skip
        threading.Thread(
            target=self._call, args=(hook["deactivationUrl"], body, hook["secretKey"]), daemon=True
        ).start()


def signature(key: str, body: bytes) -> str:
    """Return the header field by which the vendor signs."""
    return "sha1=" + base64.b64encode(hmac.new(key.encode(), body, hashlib.sha1).digest()).decode()


def as_sent(value: Mapping[str, Any]) -> bytes:
    """Return JSON as the vendor writes it: all that could mean something in HTML, and all beyond ASCII, is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(_escaped(text)).encode()


def _escaped(text: str) -> Iterator[str]:
    last = 0
    for found in _ESCAPED.finditer(text):
        yield text[last : found.start()]
        last = found.end()
        if found[0] == "\\\\":
            yield found[0]
            continue
        units = found[0][-1].encode("utf-16-be")
        yield "".join(f"\\u{int.from_bytes(units[i : i + 2]):04X}" for i in range(0, len(units), 2))
    yield text[last:]


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]
