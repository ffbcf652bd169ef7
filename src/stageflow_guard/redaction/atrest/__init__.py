"""A scanner of files and folders; never part of the core."""
