"""Rules in, decisions out: files, loader, index, pycasbin, proof. Pure; no I/O after loading."""
