"""Claims in the store: the claims themselves, their files, and what people ask of them."""
