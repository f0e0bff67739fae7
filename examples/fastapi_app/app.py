"""A FastAPI application over a desk: one desk for each worker, one scope for each client."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the desk when a worker starts; the schema is the business of whoever deploys."""
    config = os.environ.get("SERVICEDESK_CONFIG", "servicedesk.toml")
    async with ServiceDesk.open(config, read_only=True, migrate="never") as desk:
        app.state.desk = desk
        yield


app = FastAPI(title="Client portal", lifespan=lifespan)


@app.get("/clients/{company}/tickets")
async def tickets(company: str) -> dict[str, Any]:
    """Return the open tickets of one client. A real portal knows the company from who is logged in."""
    desk: ServiceDesk = app.state.desk
    page = await desk.tickets.list(scope=Scope("psa", companies={company}))
    return {"worker": os.getpid(), "tickets": [{"id": t.external_id, "title": t.title} for t in page]}


@app.get("/clients/{company}/tickets/{ticket}")
async def ticket(company: str, ticket: str) -> dict[str, Any]:
    """Return one ticket, if it is the client's."""
    desk: ServiceDesk = app.state.desk
    try:
        found = await desk.tickets.get(ticket, scope=Scope("psa", companies={company}))
    except NotFoundLocallyError as error:
        raise HTTPException(404, "There is no such ticket.") from error
    return {"worker": os.getpid(), "id": found.row.external_id, "title": found.row.title, "status": found.row.status}
