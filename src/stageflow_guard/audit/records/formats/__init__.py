"""Records in the words of the tools that security teams have."""
