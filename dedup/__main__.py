"""`python -m dedup`: the command, where the script is not on the path."""

from dedup.cli import main

if __name__ == "__main__":
    main()
