"""
One text: pure functions of a string, without tables, files or settings.

They say what a line, a paragraph, a sentence, a normalised text, a sign, a shingle and the same
text are. The kernels do the same for a batch of texts at once, and the tests hold them to it.
"""
