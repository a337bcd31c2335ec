"""What is done, one file a stage, in the order of the flow: functions of batches of columns."""
