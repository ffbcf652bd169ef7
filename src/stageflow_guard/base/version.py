"""The version on record, in one place."""

VERSION = "0.1.0"
