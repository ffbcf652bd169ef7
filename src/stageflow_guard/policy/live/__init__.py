"""Policies while they are in force: reload, watch, revisions, the sampler beside pycasbin."""
