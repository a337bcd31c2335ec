"""The parts of `quality.py`: each measures one thing and gives tables."""
