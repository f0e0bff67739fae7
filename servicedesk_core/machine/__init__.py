"""What needs no desk: what is installed and lacks, a first configuration, stand-ins, the service of the machine."""
