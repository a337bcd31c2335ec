"""
The Spark session of the command line: where there is none yet, one is begun.

Inside of `spark-submit` the session is what that was told; elsewhere `master` says which cluster.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.engines.spark import SparkEngine
    from dedup.watching import Watch

LOG = Path(__file__).with_name("log4j2.properties")
DEEP = "-Xss16m"
OURS = {
    "spark.driver.extraJavaOptions": DEEP,
    "spark.executor.extraJavaOptions": DEEP,
    "spark.ui.showConsoleProgress": "false",
}
"""Of a session of our own: what a lost part is made of again is a long chain, which Java reads by a
call within a call; what Spark says by itself is for its log."""


def spark_engine(master: str | None, conf: Sequence[str], watch: Watch) -> SparkEngine:
    """
    Return the engine of a cluster: of the session that there is, or of a new one.

    Raises `SettingsError` where pyspark or Java is missing, the cluster cannot be reached, and for
    a setting that is no `KEY=VALUE`.
    """
    values = dict(OURS)
    for one in conf:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise SettingsError(f"spark_conf is {one!r}: give KEY=VALUE")
        values[key.strip()] = value
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        from dedup.engines.spark import SparkEngine
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        raise SettingsError(
            f"engine is 'spark': there is no {missing} here; pip install 'paradedup[spark]'"
        ) from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise SettingsError(
            "engine is 'spark': there is no Java here; install Java 17 or newer, or set JAVA_HOME"
        )
    # Workers are this Python where nobody says otherwise: they need what is installed here.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-Dlog4j2.configurationFile={LOG}")
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.appName("dedup")
    for key, value in values.items():
        builder = builder.config(key, value)
    if master is not None:
        builder = builder.master(master)
    try:
        return SparkEngine(builder.getOrCreate(), watch=watch)
    except (PySparkException, OSError) as error:
        why = str(error).strip().partition("\n")[0]
        raise SettingsError(
            f"engine is 'spark': cannot begin ({why}); look at master and spark_conf"
        ) from error
