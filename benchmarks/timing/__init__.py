"""The parts of `speed.py`: what is run, and what the clock and the memory said."""
