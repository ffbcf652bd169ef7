"""Where the state of limits is kept: in memory, in SQLite for one machine, in Redis for many."""
