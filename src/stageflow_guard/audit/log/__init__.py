"""The log itself: append, write ahead, recover, integrate, copy checkpoints."""
