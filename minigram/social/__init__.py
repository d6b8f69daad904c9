"""People, photos, follows, likes and comments: their tables, and the one class that reads and writes each."""
