"""What reading alone does not tell: what is gone, what is missing, what is derived, what is mapped anew."""
