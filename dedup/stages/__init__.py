"""What is done, one file a stage, in the order of the flow; each a function of a batch of columns."""
