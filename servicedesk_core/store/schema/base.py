"""What all tables share."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A surrogate key; SQLite numbers rows by itself only for a column declared INTEGER."""

TELLS = "tells"
"""In the ``info`` of a column of digests: a guess of what was said leads to one, so erasing somebody changes it too."""

NAMES = "names"
"""In the ``info`` of a key: it is made with names of records, so erasing somebody takes the whole row."""

STAFF = "staff"
"""In the ``info`` of a table: its texts tell how our own people work, so erasing a technician cleans them."""
