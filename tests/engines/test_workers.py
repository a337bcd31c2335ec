"""Worker processes: the same answers, errors as they are, and none that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dedup.engines.workers import Workers
from dedup.model import Pairs, Strings
from dedup.stages import candidates
from dedup.stages.verify import at_least

PARENT = """
import sys, time
from dedup.engines.workers import Workers
workers = Workers(2)
import os
print(workers.call(os.getpid), flush=True)
workers.call(time.sleep, float(sys.argv[1]))
time.sleep(600)
"""


def there_is(process: int) -> bool:
    """Tell whether a process lives: one that has ended and is not waited for does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def gone(process: int) -> bool:
    """Wait until a process has ended."""
    until = time.monotonic() + 30
    while there_is(process) and time.monotonic() < until:
        time.sleep(0.01)
    return not there_is(process)


def test_tables_go_there_and_back() -> None:
    """Whatever a table holds comes back the same, also where it has no rows."""
    workers = Workers(2)
    columns = np.arange(100_000)
    for size in (0, 1, 100_000):
        table = Pairs(columns[:size], columns[:size] // 3)
        found = workers.call(candidates.distinct, table)
        assert found.a.tolist() == columns[:size].tolist()
        assert found.b.dtype == np.int64
    texts = Strings.of(["é", "", "\ud800"])
    assert workers.call(Strings.take, texts, np.array([2, 0, 0])).list() == ["\ud800", "é", "é"]
    workers.close()


def test_they_work_side_by_side_in_other_processes() -> None:
    """As many as were asked for; one is not worth it, and then the work is done here."""
    workers = Workers(3)
    with ThreadPoolExecutor(12) as threads:
        found = set(threads.map(lambda _: workers.call(os.getpid), range(60)))
    assert os.getpid() not in found
    assert 1 <= len(found) <= 3
    workers.close()
    assert all(gone(process) for process in found)
    assert Workers(1).call(os.getpid) == os.getpid()


def test_an_error_is_the_one_of_the_function() -> None:
    """It is raised here, of its own class, and the worker goes on."""
    workers = Workers(2)
    with pytest.raises(AttributeError, match="similarity"):
        workers.call(at_least, Pairs(np.arange(2), np.arange(2)), 0.5)  # type: ignore[arg-type]
    assert workers.call(os.getpid) != os.getpid()
    workers.close()


def test_what_a_worker_that_was_killed_had_to_do_is_done() -> None:
    """The system may kill one for its memory: the work is done here, and the others go on."""
    workers = Workers(2)
    first = workers.call(os.getpid)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert workers.call(abs, -3) == 3
    assert workers.call(abs, -4) == 4
    assert workers.call(os.getpid) not in {first, os.getpid()}
    workers.close()


def test_closing_cancels_what_they_do() -> None:
    """Nobody waits for work that is no longer wanted."""
    workers = Workers(2)
    workers.call(abs, 1)
    raised: list[BaseException] = []

    def sleep() -> None:
        try:
            workers.call(time.sleep, 600)
        except CancelledError as error:
            raised.append(error)

    waiting = [threading.Thread(target=sleep) for _ in range(4)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    workers.close()
    for thread in waiting:
        thread.join(30)
    assert len(raised) == 4


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_a_worker_ends_with_its_parent_however_that_ends() -> None:
    """`kill -9` leaves nothing running, and nothing said, be it idle or at work."""
    for seconds in ("0", "1"):
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, seconds], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert there_is(worker)
        time.sleep(0.2)
        parent.kill()
        assert parent.communicate()[1] == b""
        assert gone(worker)
