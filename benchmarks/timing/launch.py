"""
Run one command and print what it took, as JSON.

A process of its own, because a child's peak memory begins with that of the process that started it:
this one is small, the benchmark is not.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run `sys.argv[2:]`, its standard output into the file `sys.argv[1]`."""
    out, *command = sys.argv[1:]
    into = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    start = time.perf_counter()
    child = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, into, 1)]
    )
    _, status, usage = os.wait4(child, 0)
    took = {
        "wall": time.perf_counter() - start,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "peak": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "code": os.waitstatus_to_exitcode(status),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
