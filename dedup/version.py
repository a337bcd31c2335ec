"""The version: that of the distribution, which has another name."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("paradedup")
