"""Reading streams from the vendor: which entities they consist of, pages, joins, partitions."""
