"""The student's side, shut in: what it may read, where it may write, and how much of the machine it may take.

It reads the system's programs, Python's packages, the course's code, and its own exercise. It writes into a small
temporary directory, and into the directory of its *doors*: the sockets by which the judge talks to it. It has no
network; a server is reached through a socket as well. So every way of shutting in has the same shape:

- `bubblewrap`: namespaces made by `bwrap`, as root or not.
- `namespaces`: the same made by `unshare`, as root, for a machine without bubblewrap.
- `container`: a Docker container without network.
- `open`: not shut in at all. For a student's own machine, where the code is the student's own.
"""
