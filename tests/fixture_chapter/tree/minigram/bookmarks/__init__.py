"""Saving photos for later."""
