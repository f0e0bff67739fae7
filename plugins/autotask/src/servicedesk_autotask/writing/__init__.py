"""Changes on their way to the vendor, and the search for those whose answer got lost."""
