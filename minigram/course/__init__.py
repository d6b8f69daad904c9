"""The classroom: manifests, tags and the book. Common to every chapter, and so naming none."""
