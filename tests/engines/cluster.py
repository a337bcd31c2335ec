"""
A standalone Spark cluster on the loopback: a master and two workers, real processes.

A worker and what it has started are one group of processes, so that a test can end them at once,
as a machine ends that is switched off.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyspark

from dedup.engines.cluster import DEEP

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For processes that end before it would pay to compile them well."""
WORKING = f"{QUICK} {DEEP}"
CONF = {
    "spark.cores.max": "2",
    "spark.driver.bindAddress": HOST,
    "spark.driver.extraJavaOptions": WORKING,
    "spark.driver.host": HOST,
    "spark.driver.memory": "768m",
    "spark.executor.cores": "1",
    "spark.executor.extraJavaOptions": WORKING,
    "spark.executor.memory": "640m",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}
"""For small corpora: what takes long is to begin, and to compile what runs for a moment."""
PATIENCE = 60
"""Seconds in which a process begins."""


class Cluster:
    """A master and its workers; a class since a test may end a worker."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._port, self._web = _free_port(), _free_port()
        self.master = f"spark://{HOST}:{self._port}"
        self._processes = [
            self._begun("master.Master", "--port", self._port, "--webui-port", self._web)
        ]
        self._wait_for(0)
        for _ in range(workers):
            self.begin_worker()
        self._wait_for(workers)

    def begin_worker(self) -> None:
        """Begin a worker of one core."""
        size = ("--cores", 1, "--memory", "768m", "--webui-port", 0)
        work = self._folder / f"work-{len(self._processes)}"
        self._processes.append(self._begun("worker.Worker", *size, "--work-dir", work, self.master))

    def kill_worker(self) -> None:
        """End the last worker, and its executor, at once."""
        self._end(self._processes.pop())

    def end(self) -> None:
        """End all processes."""
        while self._processes:
            self._end(self._processes.pop())

    def _begun(self, name: str, *arguments: object) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": QUICK,
            "PYSPARK_PYTHON": sys.executable,
        }
        log = (self._folder / "log").open("ab")
        command = [HOME / "bin/spark-class", f"org.apache.spark.deploy.{name}", "--host", HOST]
        with log:
            return subprocess.Popen(
                [*command, *map(str, arguments)],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _state(self) -> bytes:
        with urllib.request.urlopen(f"http://{HOST}:{self._web}/json/") as answer:
            state: bytes = answer.read()
            return state

    def _wait_for(self, workers: int) -> None:
        """Wait until the master says that it has so many workers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError):
                if self._state().count(b'"ALIVE"') == workers + 1:
                    return
            time.sleep(0.2)
        log = (self._folder / "log").read_text()
        raise AssertionError(f"no cluster of {workers} workers after {PATIENCE} s:\n{log}")


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Yield a cluster that ends with the context."""
    one = Cluster(folder, workers)
    try:
        yield one
    finally:
        one.end()


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port
