"""A claim before its manufacturer has it: filled in, changed, given files, packed for who claims by hand."""
