"""`python -m minigram` is the `minigram` command."""

from minigram.cli import main

if __name__ == "__main__":
    main()
