"""The floor: one thread that reads JSON Lines, parses each and writes it again."""

import sys
from pathlib import Path

import orjson

with Path(sys.argv[1]).open("rb") as lines, Path(sys.argv[2]).open("wb") as out:
    for line in lines:
        orjson.loads(line)
        out.write(line)
