"""
Where the work runs.

    interface.py    the verbs                   base.py         the steps that engines share
    local.py        on this machine             stored.py       stored tables, and their memory
    sorted.py       sorted runs, and ranges     disk.py         a batch on disk
    work.py         the folder for these        workers.py      processes beside this one
    checkpoints.py  for a run that goes on      allocator.py    how a process keeps memory
    spark.py        on a cluster of Spark       spark_rows.py   what it holds
    cluster.py      the session                 tasks.py        what its tasks do
    arrow.py        tables as Arrow             whole_keys.py   keys in one piece
    joins.py        lookups by joins
"""
