"""What any text may hold: numbers, accounts, addresses, secrets, announced names. Pure."""
