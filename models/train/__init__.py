"""Training of the embedded checkpoint: synthetic RGB-D scenes, then the protocol of the Marigold paper."""
