"""Flask over a Minigram: pages for people, and the same things as JSON for programs."""
