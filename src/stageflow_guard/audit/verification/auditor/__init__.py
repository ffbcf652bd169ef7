"""What an auditor gets besides the records: a page of instructions and a script of its own."""
