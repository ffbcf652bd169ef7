"""Projections of the log, one file each. The local log stays the only system of record."""
