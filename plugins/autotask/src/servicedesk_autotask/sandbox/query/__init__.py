"""The vendor's query language: parsing, translation to SQL and paging."""
