"""Carrying documents into the books: sending, following, reconciling and crediting."""
