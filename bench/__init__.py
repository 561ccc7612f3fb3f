"""Measured comparisons, each one command; never part of the test run."""
