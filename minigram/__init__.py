"""minigram: a small photo-sharing app that grows, chapter by chapter, the way Instagram did."""
