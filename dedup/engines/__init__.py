"""
Where the work runs.

    interface.py    the verbs                   base.py         the steps that engines share
    local.py        on this machine             stored.py       a stored table
    sorted.py       sorted runs, and ranges     memory.py       what tables may take
    disk.py         a batch on disk             work.py         the folder for these
    workers.py      processes beside this one   checkpoints.py  for a run that goes on
    allocator.py    how a process keeps memory
"""
