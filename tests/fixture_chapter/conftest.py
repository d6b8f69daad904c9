"""What lies in tree/ is tested where it is laid down: over a copy of the course, by tests/course."""

collect_ignore = ["tree"]
