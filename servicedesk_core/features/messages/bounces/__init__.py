"""Mails that did not arrive, as mail servers report them."""
