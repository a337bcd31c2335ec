"""
A persistent index of published documents: what a check asks of them, found without reading them.

    files        columns of numbers in one checked file, mapped into memory
    packing      numbers in as few bits as they need
    manifest     which files make up the index, and which of their documents were removed
    building     documents -> the columns of a segment
    segment      the columns of one segment, by name
    published    the documents of an index, whichever segments they are in
    ordering     their Order, anew with each change
    standing     how widely texts stand, and who keeps them: stored with the Order
    spreading    the same found out, of what a change touches
    stars        groups of boilerplate, where some of it has changed
    bands        texts and documents that share a key with others
    meeting      texts that come in -> their matches among the published
    relations    what published and incoming texts have to do with each other
    marking      which texts are boilerplate
    naming       the groups of boilerplate that a report names
    sharing      seeds of passages that published documents have
    resembling   whole documents that resemble published ones
    checking     a check against the index, by the flow of `pipeline`
    writing      build, add, remove, compact
    library      all that as a library offers it
    incoming     what comes in: names and engine
    signatures   for datasketch
    shared       an index in Redis

A text is named by its first place in Order: `doc << 32 | no`, so names are in Order too.
"""
