"""Wegwijzer: a multilingual signpost to the social programme of Heemstede."""

__version__ = "0.1.0"
