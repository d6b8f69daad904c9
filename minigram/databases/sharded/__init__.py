"""Rows lie in logical shards: PostgreSQL schemas, each with all tables, many of them on each of a few servers.

A shard never changes: every id carries its number. Which server has it is in the map, and that changes.
"""
