"""Measurements for anyone to repeat, `python -m bench.<name>`: ratios with their floor in the same run."""
