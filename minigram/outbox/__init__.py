"""What has happened at one home is followed up at another: written down with it, and handed over afterwards.

An event is a row of its server's outbox from the commit that it is part of until it has been followed up. Whoever
publishes hands it over at once; what that leaves, because somebody was killed or a server was away, the relay does.
"""
