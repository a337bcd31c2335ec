"""Patches as git and diff write them."""

from __future__ import annotations

import pytest

from dedup.checking.changed import patched, touches
from dedup.errors import InputError

PATCH = """\
diff --git a/docs/a.md b/docs/a.md
index 1..2 100644
--- a/docs/a.md
+++ b/docs/a.md
@@ -1,3 +1,4 @@ heading
 one
-two
+2
++++ b/no/name.md
 three
@@ -9,0 +11,2 @@
+x
+@@ -1 +1 @@ no hunk
diff --git a/gone.md b/gone.md
--- a/gone.md
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/old.md b/new.md
similarity index 100%
rename from old.md
rename to new.md
diff --git a/p.bin b/p.bin
Binary files a/p.bin and b/p.bin differ
"""


def test_what_git_writes() -> None:
    """Added and changed lines, by the new names; a renamed file has none, a binary one all."""
    assert patched(PATCH, "x") == {
        "docs/a.md": ((2, 3), (11, 12)),
        "new.md": (),
        "p.bin": None,
    }


def test_names() -> None:
    """Quoted as git quotes them; a time after a tab; without a prefix."""
    patch = '--- "a/caf\\303\\251\\t.md"\n+++ "b/caf\\303\\251\\t.md"\n@@ -0,0 +1 @@\n+x\n'
    assert patched(patch, "x") == {"café\t.md": ((1, 1),)}
    patch = "--- a.md\t2026-01-01\n+++ a.md\t2026-01-01\n@@ -1 +1 @@\n-x\n+y\n\\ No newline\n"
    assert patched(patch, "x") == {"a.md": ((1, 1),)}


def test_nothing_and_no_patch() -> None:
    """An empty patch changes nothing; what is none is an error that says what to give."""
    assert patched("", "x") == {}
    assert patched("\n", "x") == {}
    with pytest.raises(InputError, match=r"^x: no patch; give the output of `git diff`$"):
        patched("hello\n", "x")
    with pytest.raises(InputError, match=r"^x:1: a hunk without the name of its file"):
        patched("@@ -1 +1 @@\n-x\n+y\n", "x")


def test_a_patch_that_is_cut_off() -> None:
    """What is there counts."""
    assert patched("--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n+b", "x") == {"x": ((2, 2),)}


def test_touching() -> None:
    """One line in common is enough; `None` is every line."""
    assert touches(((3, 4),), (4, 9))
    assert not touches(((3, 4),), (5, 9))
    assert not touches((), (1, 1))
    assert touches(None, (1, 1))
