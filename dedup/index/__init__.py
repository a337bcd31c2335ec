"""
A persistent index of published documents: what a check asks of them, found without reading them.

    files        columns of numbers in one checked file, mapped into memory
    manifest     which files make up the index, and which of their documents were removed
    building     documents -> the columns of a segment
    segment      the columns of one segment, by name
    published    the documents of an index, whichever segments they are in
    meeting      texts that come in -> their matches among the published
    relations    what published and incoming texts have to do with each other
    marking      which texts are boilerplate
    sharing      seeds of passages that published documents have
    resembling   whole documents that resemble published ones
    checking     a check against the index, by the flow of `pipeline`
    writing      build, add, remove, compact
    signatures   the signatures of its texts, for datasketch
    shared       an index in Redis

A text is named by its first place in Order: `doc << 32 | no`, so names are in Order too.
"""
