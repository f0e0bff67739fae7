"""What pages were told, remembered for as long as it holds, so that a page need not wait for what somebody just saw."""
