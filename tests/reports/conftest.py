"""The small desk on which somebody has to act, with people who look at it."""

from tests.desks.conftest import NOW, ROWS, desk, fill, of, store

__all__ = ["NOW", "ROWS", "desk", "fill", "of", "store"]
