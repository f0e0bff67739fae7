"""What can be said and done on this machine without a desk: what is installed and lacks, stand-ins, a configuration."""
