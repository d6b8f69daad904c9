"""Moving a logical shard to another server while the app uses it, by PostgreSQL's own logical replication.

At every moment one server at most lets the app in: the old owner until it refuses, the new one once it was decided that
the shard is its own. Between the two, everything that was committed is at the new owner.
"""
