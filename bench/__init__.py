"""Benchmarks: what is fast is proved here, as ratios against a limit measured in the same run."""
