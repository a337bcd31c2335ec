"""
Where the work runs.

    interface.py    the three verbs             held.py         a stored table
    local.py        on this machine             memory.py       what tables may take
    sorted.py       sorted runs, and ranges     disk.py         a batch on disk
    workers.py      processes beside this one   work.py         the folder for these
    allocator.py    how a process keeps it      checkpoints.py  for a run that goes on
"""
