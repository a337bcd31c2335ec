"""
Processes beside this one, for what Python works through row by row.

Threads share one interpreter, which runs one of them at a time. That is enough for what NumPy or a
kernel does; for the rest a worker is another interpreter, told by a pipe what to call with which
tables. It ends when the pipe does, so none outlives us however we end, and Ctrl-C is not for it.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from contextlib import suppress
from queue import LifoQueue
from typing import IO, TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

START = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer);"
    " from dedup.engines.workers import serve; serve()"
)
"""What a worker runs: modules are looked for where this process finds them."""


class Workers:
    """Some processes, started when they are first needed; a class since it ends them."""

    def __init__(self, count: int) -> None:
        """Have up to `count` of them; of less than two there is no use."""
        self.count = count if count > 1 and sys.executable and not hasattr(sys, "frozen") else 0
        self._idle: LifoQueue[subprocess.Popen[bytes] | None] = LifoQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._starting = threading.Lock()
        self._closed = False
        for _ in range(self.count):
            self._idle.put(None)

    def call(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """
        Call a function of a module in a worker that is free, or wait for one.

        Where it fails there, or the worker dies (the system takes memory back), it is called here,
        and raises what it raises.
        """
        if not self.count:
            return function(*arguments, **options)
        worker = self._idle.get()
        try:
            worker = worker or self._started()
            assert worker.stdin is not None  # noqa: S101 - for the type checker
            assert worker.stdout is not None  # noqa: S101 - likewise
            _send(worker.stdin, (function, arguments, options))
            done, result = _received(worker.stdout)
        except (EOFError, OSError):
            worker = None
            if self._closed:
                raise CancelledError from None
            return function(*arguments, **options)
        finally:
            self._idle.put(worker)
        if not done:
            return function(*arguments, **options)
        out: R = result
        return out

    def close(self) -> None:
        """End all of them; whoever waits for one gets `CancelledError`."""
        with self._starting:
            self._closed = True
            for worker in self._all:
                worker.kill()
        for worker in self._all:
            worker.wait()
            for stream in (worker.stdin, worker.stdout):
                if stream is not None:
                    with suppress(OSError):  # it had not read all of it
                        stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._closed:
                raise CancelledError
            worker = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-P", "-c", START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            self._all.append(worker)
        assert worker.stdin is not None  # noqa: S101 - for the type checker
        pickle.dump(sys.path, worker.stdin)
        return worker


def serve() -> None:
    """Call what comes through the standard input until it ends; answer on the standard output."""
    from dedup.engines.allocator import keep_memory

    keep_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    while True:
        try:
            function, arguments, options = _received(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = True, function(*arguments, **options)
        except Exception:  # noqa: BLE001 - who asked calls it again, and sees
            answer = False, None
        try:
            _send(answers, answer)
        except BrokenPipeError:
            os._exit(0)  # nobody is there any more, and nobody is told


def _send(stream: IO[bytes], value: object) -> None:
    """Write a value, its arrays as they lie in memory."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    stream.write(struct.pack(f"<{len(parts) + 1}Q", len(parts), *(p.nbytes for p in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def _received(stream: IO[bytes]) -> Any:  # noqa: ANN401 - whatever was sent
    """Read a value. Raises `EOFError` where the other side has ended."""
    (count,) = struct.unpack("<Q", _exactly(stream, 8))
    sizes = struct.unpack(f"<{count}Q", _exactly(stream, 8 * count))
    head, *buffers = [_exactly(stream, size) for size in sizes]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - from ourselves


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    room = bytearray(size)
    view = memoryview(room)
    while view:
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        view = view[count:]
    return room
