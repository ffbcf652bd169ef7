"""The transparency log (RFC 6962, C2SP tlog-tiles): tree, tiles, checkpoints, signatures."""
