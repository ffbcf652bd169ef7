"""What an administrator does to a log: rotate keys, prune, hold, erase, bundle, witness."""
