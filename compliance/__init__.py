"""Were the promises kept: the register of outages, from which availability is reckoned."""
