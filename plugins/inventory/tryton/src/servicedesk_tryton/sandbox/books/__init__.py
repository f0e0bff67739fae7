"""The books: parties, invoices and what pays them."""
