"""Where requests for approval are kept: rows that are replaced only by who read the latest one."""
