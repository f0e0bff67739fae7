"""How what is to be billed is read from the store, client by client."""
