"""The tables of cover: which devices were looked up, what each source says about them, and how that changed."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text, UniqueConstraint

from servicedesk_core.store.schema.base import Id, metadata

cover_devices = Table(
    "cover_devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("manufacturer", Text, nullable=False),
    Column("serial_number", Text, nullable=False),
    Column("product_number", Text, nullable=False, server_default=""),
    Column("machine_type", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("same_as", BigInteger),
    Column("makers_serial", Text),
    UniqueConstraint(
        "serial_number", "manufacturer", "product_number", "machine_type", "country", name="uq_cover_devices_key"
    ),
    Index("ix_cover_devices_same_as", "same_as"),
    Index("ix_cover_devices_makers_serial", "makers_serial"),
)
"""Names of devices; the empty text stands for "not stated", because NULLs are never equal. Names with one ``same_as``
are one device; it is the number of the name that says most, and is set in the transaction that stores the name.
``makers_serial`` is how the maker writes the serial number, where that is otherwise, as with Express Service Codes."""

cover_assets = Table(
    "cover_assets",
    metadata,
    Column("asset_id", BigInteger, primary_key=True),
    Column("device_id", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_cover_assets_device", "device_id"),
)
"""Which names an asset record's device has: the record's own, and those by which makers recognise it."""

cover_facts = Table(
    "cover_facts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("device_id", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("supply", Text, nullable=False, server_default="[]"),
    Column("reason", Text),
    Column("product", Text),
    Column("shipped_on", Text),
    Column("purchased_on", Text),
    Column("asked_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("content_hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary),
    Column("supported_until", Text),
    UniqueConstraint("device_id", "origin"),
)
"""What each source last said about a device."""

cover_entitlements = Table(
    "cover_entitlements",
    metadata,
    Column("fact_id", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("code", Text),
    Column("description", Text),
    Column("starts_on", Text),
    Column("ends_on", Text),
    Column("delivery", Text),
    Column("covers_hardware", Boolean),
    Column("contract_number", Text),
    Column("vendor_status", Text),
)

cover_history = Table(
    "cover_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("fact_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("content", Text, nullable=False),
    Index("ix_cover_history_fact", "fact_id", "id"),
    sqlite_autoincrement=True,
)
"""One row for each time that a source said something else than before."""
