"""What was sent from forms of the console, so that one that is sent twice does nothing twice."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json
from servicedesk_core.store.schema.base import metadata

form_requests = Table(
    "form_requests",
    metadata,
    Column("id", Text, primary_key=True, doc="Digest of the person, the act and the id that the form was made with."),
    Column("person", Text, nullable=False, doc="Who sent it, as an actor's name: user:ana."),
    Column("call", Text, nullable=False, doc="The act."),
    Column("begun_at", Instant, nullable=False, index=True, doc="When it was sent first."),
    Column("begun_by", Text, nullable=False, doc="The process that does it."),
    Column("ended_at", Instant, doc="When it was done; none = it is being done, or its process ended in the middle."),
    Column("outcome", Json(dict), doc="What its page shows of it; none = nothing was kept."),
)
"""Forms that were sent in the last day; what was refused is not among them."""

FORMS_KEPT: Final = timedelta(hours=24)
"""How long what became of a form is kept: longer than anybody leaves one open by oversight."""
