"""A PostgreSQL and its replicas as one node: who writes where, how fresh a read has to be, and who is promoted.

A *group* is a primary and its replicas; it has the name of its first primary and keeps it, whoever is promoted. Its
*members* are the servers. Writes go to the primary and reads to the replicas, unless a session (`session`) has seen or
written what they do not have yet. Who has which role is in `roles`, and changes in `failover` alone.
"""
