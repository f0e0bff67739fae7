"""The tables of what is billed: the documents that are carried into the books, and what each of them bills."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, UniqueConstraint

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.store.column_types import Amount, Day, Enum, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

billing_documents = Table(
    "billing_documents",
    metadata,
    Column("document_id", Id, primary_key=True, doc="The desk's number of it."),
    Column("kind", Enum(DocumentKind), nullable=False, doc="The stream that shows it: sales_invoices or credit_notes."),
    Column("ledger", Text, nullable=False, doc="Connection of the ledger."),
    Column("number", Text, nullable=False, doc="Its number: ours, or that of the PSA that made it."),
    Column("sequence", BigInteger, doc="Place of the number among ours of its kind; nothing = the PSA numbered it."),
    Column("psa", Text, nullable=False, doc="Connection of the PSA."),
    Column("company_ref", Text, nullable=False, doc="The PSA's id of the client who pays."),
    Column("company", Scrubbed, nullable=False, doc="What people call them."),
    Column("first_on", Day, nullable=False, doc="First day that is billed."),
    Column("last_on", Day, nullable=False, doc="Last day, inclusive."),
    Column("digest", Text, nullable=False, doc="Stands for what was previewed of it."),
    Column("batch", Text, nullable=False, doc="Stands for all that was sent together."),
    Column("draft", Json, nullable=False, doc="What was previewed, with what each line bills. Holds money."),
    Column("request", Json, nullable=False, doc="What the ledger is asked for. Holds money."),
    Column("net", Amount, nullable=False, doc="Without tax."),
    Column("total", Amount, doc="With tax; nothing = only the ledger can say."),
    Column("currency", Text, nullable=False, doc="Of all amounts."),
    Column("credits", Text, doc="Of a credit note: number of our invoice that it takes back."),
    Column("reason", Scrubbed, nullable=False, server_default="", doc="Why, as whoever proposed it gave it."),
    Column("write_id", BigInteger, unique=True, doc="Number of the write that makes it; nothing = it was there."),
    Column("linked_ref", Scrubbed, doc="The ledger's id of a document that was there already."),
    Column("made_by", Text, nullable=False, doc="Who proposed it."),
    Column("made_at", Instant, nullable=False, doc="When."),
    Column("shown_net", Amount, doc="What it comes to in the ledger, without tax."),
    Column("shown_tax", Amount, doc="Its tax there."),
    Column("shown_total", Amount, doc="With tax there."),
    Column("differences", Json(tuple), nullable=False, server_default="[]", doc="How it differs there, as sentences."),
    Column("compared_at", Instant, doc="When it was read there and compared; nothing = not yet."),
    UniqueConstraint("ledger", "kind", "number"),
    Index("ix_billing_documents_batch", "batch"),
)

billing_sources = Table(
    "billing_sources",
    metadata,
    Column("connection", Text, primary_key=True, doc="Connection of the record that is billed."),
    Column("stream", Text, primary_key=True, doc="Its stream; billing_documents = a line of an invoice of ours."),
    Column("ref", Text, primary_key=True, doc="The vendor's id of it, or the number of the invoice."),
    Column("part", Text, primary_key=True, doc="Which part of it, such as a month or a line; empty = the whole."),
    Column("document_id", BigInteger, nullable=False, doc="What bills it."),
    Column("line", BigInteger, nullable=False, doc="Number of the line in it."),
    Column("mark", LargeBinary, doc="Stands for the record as it was previewed; nothing = no record of the store."),
    Index("ix_billing_sources_document", "document_id"),
)
"""Nothing is billed twice: a source has one row, that of the document which bills it."""

billing_trusts = Table(
    "billing_trusts",
    metadata,
    Column("trust_id", Id, primary_key=True),
    Column("ledger", Text, nullable=False, doc="Connection of the ledger."),
    Column("psa", Text, nullable=False, doc="Connection of the PSA."),
    Column("company_ref", Text, nullable=False, doc="Its id of the client whose documents are trusted."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
    Column("trusted_by", Text, nullable=False, doc="Who said so."),
    Column("trusted_at", Instant, nullable=False, doc="When."),
    Column("revoked_by", Text, doc="Who took it back; nothing = it holds."),
    Column("revoked_at", Instant, doc="When."),
    Column("revoked_because", Scrubbed, doc="Why."),
    Index("ix_billing_trusts_company", "psa", "company_ref"),
)
