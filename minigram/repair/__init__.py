"""Repair: what a crash has left half done between two homes is found, and mended where that is wanted.

It reads all rows, a batch at a time, and asks each other home that a batch concerns once. What is merely under way is
no finding: it is either in an outbox, or different when it is looked at again. Mending goes through the doors that the
app itself uses, so all of it may run while the app does.
"""
