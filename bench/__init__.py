"""Measurements that anyone can repeat: `python -m bench.<name>`. Each prints ratios with their floor in the same run."""
