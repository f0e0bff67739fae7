"""Parts: looked up in the catalogue, with price and availability."""
