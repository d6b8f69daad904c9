"""The student's side, shut in: what it may read, where it may write, and how much of the machine it may take.

It reads the system's programs, Python's packages, the course's code, and its own exercise. It writes into a small
temporary directory in memory. It has no network: it is talked to through an open socket that it is handed, and reaches
the servers through socket files that it can read. So every way of shutting in has the same shape:

- `bubblewrap`: namespaces made by `bwrap`, as root or not.
- `namespaces`: the same made by `unshare`, as root, for a machine without bubblewrap.
- `container`: a Docker container without network. It cannot be handed a socket, so it makes one in a directory of its
  own, the `doors`, whose size is watched.
- `open`: not shut in at all. For a student's own machine, where the code is the student's own.
"""
