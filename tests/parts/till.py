"""A stock and a PSA that keep what they are sent in a folder, and fail as they are told there."""

import json
from pathlib import Path

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Charge, StockMove
from servicedesk_core.domain.parts import PartSource
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    Capabilities,
    Found,
    Inconclusive,
    PartsCapability,
    ReconcilableBy,
    VendorIdentity,
    WriteCapability,
    WriteReceipt,
)


class ShopSettings(ConnectorSettings):
    folder: str


class Shop(Connector[ShopSettings]):
    Settings = ShopSettings
    writes = ()

    @property
    def done(self):
        return Path(self.ctx.settings.folder) / f"{type(self).__name__}.jsonl"

    def records(self):
        return [json.loads(line) for line in self.done.read_text().splitlines()] if self.done.exists() else []

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("X", writes=self.writes)

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("x", type(self).__name__)

    @hookimpl
    async def send_write(self, write):
        fault = Path(self.ctx.settings.folder) / f"{write.kind}.fault"
        said = fault.read_text() if fault.exists() else ""
        fault.unlink(missing_ok=True)
        if said == "refused":
            raise RejectedError("The ticket is closed for charges.")
        if said == "vanished":
            raise OutcomeUnknownError("no answer")
        ref = f"{type(self).__name__}-{len(self.records()) + 1}"
        with self.done.open("a") as lines:
            lines.write(json.dumps({"id": write.id, "ref": ref, "kind": write.kind, **write.values}) + "\n")
        if said == "lost":
            raise OutcomeUnknownError("no answer")
        return WriteReceipt(ref)

    @hookimpl
    async def find_write(self, write):
        ref = next((one["ref"] for one in self.records() if one["id"] == write.id), None)
        return Found(ref) if ref else Inconclusive("nothing like it")


def kind(name, entity):
    fields = tuple(entity.model_fields)
    return WriteCapability(name, fields=fields, needs="parent", reconcilable_by=ReconcilableBy.REFERENCE)


class Stock(Shop):
    writes = (kind("stock_moves.take", StockMove), kind("stock_moves.return", StockMove))

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("X", parts=PartsCapability(PartSource.STOCK, frozenset({"words"})), writes=self.writes)

    @hookimpl
    async def find_parts(self, query):
        return ()


class Psa(Shop):
    writes = (kind("charges.create", Charge),)
